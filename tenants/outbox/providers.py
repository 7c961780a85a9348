"""What differs between the providers whose HTTP API sends our mail (django-anymail speaks it; this is the rest).

`settings.ANYMAIL_ESP` names the one that is used; empty is SMTP.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import anymail.utils
from django.conf import settings

from tenants.mail_address import quoted

Event = dict[str, Any]


def headers(message_id: str) -> dict[str, str]:
    """The headers of a mail that the provider in use accepts from us; a refused header would refuse every mail."""
    ours = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    if settings.ANYMAIL_ESP == "mailersend":  # own headers are for its enterprise accounts only
        return {}
    if settings.ANYMAIL_ESP == "mailjet":  # makes its own Message-ID and refuses others
        del ours["Message-ID"]
    if settings.ANYMAIL_ESP == "postmark":  # replaces ours, unless asked not to
        ours["X-PM-KeepID"] = "true"
    return ours


class QuotedAddress(anymail.utils.EmailAddress):  # type: ignore[misc]  # anymail has no types
    """An address as anymail hands it to a provider, with the quotes that Python's `Address` leaves out."""

    @property
    def addr_spec(self) -> str:
        """Local part and domain, as a mail server takes them."""
        return quoted(super().addr_spec)

    def format(self, **how: Any) -> str:
        """With the name before it."""
        return str(super().format(**how)).replace(super().addr_spec, self.addr_spec)


anymail.utils.EmailAddress = QuotedAddress
"""Its parser of addresses makes this class for every provider."""


class Webhook(NamedTuple):
    """Where anymail reads a provider's events, and what in such an event says that the mailbox is gone for good."""

    module: str
    view: str
    is_hard: Callable[[Event], bool]


def _sparkpost(event: Event) -> bool:
    """Its events come wrapped. Classes 10 (invalid), 30 (no such recipient), 90 (asked for nothing more)."""
    inner: Event = next(iter(event.get("msys", {}).values()), {})
    return str(inner.get("bounce_class")) in ("10", "30", "90")


def _resend(event: Event) -> bool:
    bounce = event.get("data", {}).get("bounce") or {}
    return bounce.get("type") == "Permanent" or "hard bounce" in str(bounce.get("message"))


WEBHOOKS = {
    "sendgrid": Webhook("sendgrid", "SendGrid", lambda event: event.get("type") == "bounce"),
    "mailgun": Webhook(
        "mailgun", "Mailgun", lambda event: event.get("event-data", {}).get("reason") in ("bounce", "suppress-bounce")
    ),
    "postmark": Webhook("postmark", "Postmark", lambda event: event.get("Type") in ("HardBounce", "BadEmailAddress")),
    "brevo": Webhook("brevo", "Brevo", lambda event: event.get("event") in ("hard_bounce", "invalid_email")),
    "mailjet": Webhook("mailjet", "Mailjet", lambda event: bool(event.get("hard_bounce"))),
    "resend": Webhook("resend", "Resend", _resend),
    "mailersend": Webhook(
        "mailersend", "MailerSend", lambda event: event.get("data", {}).get("type") == "hard_bounced"
    ),
    "sparkpost": Webhook("sparkpost", "SparkPost", _sparkpost),
    "amazon_ses": Webhook(
        "amazon_ses", "AmazonSES", lambda event: event.get("bounce", {}).get("bounceType") == "Permanent"
    ),
}
"""A soft bounce (mailbox full, for example) is the mail's misfortune, not the address's."""
