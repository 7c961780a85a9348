"""What a refusal means: for good or for now, for this mail or for every mail, said or merely not answered."""

import re
import smtplib
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage

from tenants.outbox.contents import is_control

PERMANENT, NOW_CLOSING = 500, 421
NO_SUCH_MAILBOX = (550, 551, 553)
"""SMTP codes that, without a more exact one, are about the mailbox."""
ABOUT_ADDRESS = re.compile(r"^5\.(?:1\.\d|2\.1)\b")
ANY_EXACT_CODE = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}\b")
ABOUT_RELAYING = re.compile(r"relay|authenticat|not permitted|denied|sender", re.IGNORECASE)
ACCEPTED = 202
KEY_OR_MONEY = (401, 402, 403, 404, 429)
"""HTTP answers that every other mail would get too: key, unpaid account, unknown domain or address of the API, limit."""
TELLING = (400, 422)
ADDRESS_REFUSED = {
    "SendGrid": r"personalizations\.\d+\.to\b",
    "Mailgun": r"'?to'? parameter is not a valid address",
    "Brevo": r"email is not valid in to\b|invalid (?:recipient|to)\b",
    "Mailjet": r'"To\[\d+\]',
    "Resend": r"invalid `to` field",
    "MailerSend": r'"to\.\d+\.email"',
    "SparkPost": r"invalid (?:recipient|`?recipients)|recipient address",
    "Amazon SES": r"missing final '@domain'|illegal address|domain contains illegal|local address contains|address is on the suppression list",
}
"""What each provider says when it is the recipient's address that it refuses, tried against stand-ins of their APIs."""
ANSWER_READ = 4_000
UNREADABLE = (LookupError, TypeError, AttributeError)
"""What anymail stumbles over when a provider's answer is not of the form that it documents."""


class Garbled(AnymailAPIError):  # type: ignore[misc]  # anymail is untyped
    """The provider's answer cannot be read: whether it took the mail is unknown."""


def check_taken(message: EmailMessage) -> None:
    """Raises AnymailAPIError when the provider answered without taking the mail, which anymail does not call an error.

    Mailjet says so in its text. SendGrid's yes has no text; whoever answers 200 instead of 202 is not SendGrid.
    """
    status = getattr(message, "anymail_status", None)
    if status is None:
        return
    answer, code = status.esp_response, getattr(status.esp_response, "status_code", None)
    if status.status and status.status <= {"failed", "invalid", "rejected"}:
        raise AnymailAPIError("refused", response=answer, status_code=code, esp_name="Mailjet")
    if settings.ANYMAIL_ESP == "sendgrid" and code != ACCEPTED:
        raise Garbled("the answer is not SendGrid's", response=answer, status_code=code)


def provider_id(message: EmailMessage) -> str:
    """The name by which the provider will speak of this mail; empty over SMTP."""
    status = getattr(message, "anymail_status", None)
    found = status.message_id if status is not None else None
    known = found if isinstance(found, set) else {found}
    return min((str(one) for one in known if one), default="")[:200]  # None: the provider wrote the address otherwise


def is_permanent(error: Exception) -> bool:
    """Whether this address is refused for good. Relaying, limits and policies are somebody's settings, and may change."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(_is_about_address(code, _plain(text)) for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= PERMANENT and bool(ABOUT_ADDRESS.match(_plain(error.smtp_error)))
    if isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress):
        return True
    pattern = ADDRESS_REFUSED.get(getattr(error, "esp_name", None) or "")
    return bool(pattern and status_of(error) in TELLING and re.search(pattern, _answer(error), re.IGNORECASE))


def _is_about_address(code: int, text: str) -> bool:
    if ANY_EXACT_CODE.match(text):
        return code >= PERMANENT and bool(ABOUT_ADDRESS.match(text))
    return code in NO_SUCH_MAILBOX and not ABOUT_RELAYING.search(text)


def status_of(error: Exception) -> int | None:
    """The HTTP status of a provider's answer; None when there was none."""
    status = getattr(error, "status_code", None)
    answer = getattr(error, "response", None)
    if status is None and isinstance(answer, dict):  # boto3's
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status


def _answer(error: Exception) -> str:
    answer: Any = getattr(error, "response", None)
    text = str(answer.get("Error")) if isinstance(answer, dict) else getattr(answer, "text", "")
    return str(text)[:ANSWER_READ]


def has_answered(error: Exception) -> bool:
    """Whether the server said something about this mail, rather than falling silent."""
    if isinstance(error, AnymailError):
        return status_of(error) is not None
    return isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)


def is_about_all(error: Exception) -> bool:
    """Whether every other mail would meet the same now: the sender or the key is refused, or the service is in trouble."""
    if isinstance(error, AnymailAPIError):
        status = status_of(error)
        return status is None or status < TELLING[0] or status in KEY_OR_MONEY or status >= PERMANENT
    if isinstance(error, smtplib.SMTPSenderRefused):
        return True
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == NOW_CLOSING


def words(error: Exception) -> str:
    """The reason as the table keeps it: short and on one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = [f"{code} {_plain(text)}" for code, text in error.recipients.values()]
        return f"recipient refused: {'; '.join(answers)}"[:300]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {error.smtp_code} {_plain(error.smtp_error)}"[:300]
    return f"{type(error).__name__}: {_plain(str(error))}"[:300]


def _plain(text: bytes | str) -> str:
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join("".join(" " if is_control(char) else char for char in line).split())
