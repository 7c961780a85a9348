"""Django's way to an SMTP server, with the quotes that a carrier's address needs on its envelope."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

from tenants.mail_address import quoted


class EmailBackend(smtp.EmailBackend):
    """Django reads `"a..b"@docomo.ne.jp` and writes it without its quotes, which servers refuse."""

    def _send(self, email_message: Any) -> bool:
        encoding = email_message.encoding or settings.DEFAULT_CHARSET
        to = [quoted(sanitize_address(address, encoding)) for address in email_message.recipients()]
        if not to or self.connection is None:
            return False
        sender = sanitize_address(email_message.from_email, encoding)
        try:
            self.connection.sendmail(sender, to, email_message.message().as_bytes(linesep="\r\n"))
        except smtplib.SMTPException:
            if not self.fail_silently:
                raise
            return False
        return True
