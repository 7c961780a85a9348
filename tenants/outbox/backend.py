"""Where mail goes while no server is configured: nowhere, and none is lost."""

from collections.abc import Sequence
from typing import NoReturn

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class NotConfigured(ConnectionError):
    """No mail server is known. Temporary, like one that is down: what waits is sent once there is one."""


class NotConfiguredBackend(BaseEmailBackend):
    """The backend of a site without EMAIL_URL, EMAIL_HOST or ANYMAIL_ESP."""

    def open(self) -> NoReturn:
        """Raises NotConfigured."""
        raise NotConfigured("no mail server is configured: set EMAIL_URL, EMAIL_HOST or ANYMAIL_ESP")

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> NoReturn:
        """Raises NotConfigured."""
        self.open()
