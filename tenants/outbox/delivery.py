"""Sending what is in the outbox: at least once, oldest first, each mail by one worker at a time.

SMTP knows no exactly-once (reliability, "Decisions"): a worker that is killed between the server's yes and our note of
it leaves a mail that is sent again after its lease, under the same Message-ID. Nothing is ever dropped: what the
server refuses for now is tried again after 1, 5, 15, 60, 180 and then every 360 minutes; only an address that the server
refuses for good is given up, and stays in the table with the reason.
"""

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import translation

from tenants.outbox.contents import Letter, is_control, write
from tenants.outbox.models import OutboxMail
from tenants.outbox.nowhere import is_nowhere
from tenants.scope import ScopeError, across_tenants

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than the slowest conversation with a mail server: a dozen steps, each at most EMAIL_TIMEOUT."""
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360)]
NO_ANSWER = timedelta(minutes=5)
"""The longest wait after a server fell silent: the mail is not to blame, and the server may be back (reliability M1)."""
OUTAGE = 5
"""So many refusals in a row are the server's trouble: after the next success all that wait are tried at once."""
PERMANENT, NOW_CLOSING = 500, 421
MANY = 9_999
"""Where the count of attempts stops: its column is small, and an outage may be long."""
CONTENT_FAULTS = (
    LookupError, ValueError, TypeError, AttributeError, ObjectDoesNotExist, TemplateDoesNotExist, TemplateSyntaxError,
    ScopeError,
)  # fmt: skip
"""What a content function may stumble over, but no trouble of the database: that is for the worker."""


class ServiceDown(Exception):
    """The mail server cannot be used at all just now. No mail is to blame, and none was lost."""


@dataclass(frozen=True)
class Mark:
    """What became of a mail that was held until `lease`; `changes` None takes the row out."""

    pk: int
    lease: datetime
    changes: dict[str, Any] | None


def due(at: datetime) -> QuerySet[OutboxMail]:
    """Neither sent nor given up, its time has come, and no other worker holds it."""
    waiting = OutboxMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True, next_attempt_at__lte=at)
    return waiting.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at))


@transaction.atomic
def claim(*, at: datetime) -> OutboxMail | None:
    """The oldest mail that is due, now held by the caller until `leased_until`; None when there is none.

    Rows that another worker is about to claim are passed over. The transaction is over before anything is sent.
    """
    rows = due(at).select_for_update(skip_locked=True, of=("self",)).select_related("tenant")
    mail = rows.order_by("next_attempt_at", "pk").first()
    if mail is not None:
        mail.leased_until, mail.attempts = at + LEASE, min(mail.attempts + 1, MANY)
        mail.save(update_fields=["leased_until", "attempts"])
    return mail


@dataclass
class Postman:
    """One worker's line to the mail server."""

    opening: bool = False
    """Whether it waits for the server's first answer: the one long wait that may be broken off without a trace."""
    refused_in_a_row: int = 0
    marks: list[Mark] = field(default_factory=list)
    connection: BaseEmailBackend | None = None

    def deliver_next(self, *, at: datetime) -> bool:
        """Send the oldest mail that is due; False when none is. Raises ServiceDown, and DatabaseError."""
        self.write_marks()
        mail = claim(at=at)
        if mail is None:
            return False
        if is_nowhere(mail.to):
            self._mark(mail, None)
            return True
        try:
            message = compose(mail)
        except CONTENT_FAULTS as fault:
            log.exception("outbox %d (%s) cannot be written", mail.pk, mail.kind)
            self._later(mail, at, f"{type(fault).__name__} while writing it")
            return True
        if message is None:
            log.info("outbox %d (%s): nothing left to say", mail.pk, mail.kind)
            self._mark(mail, None)
            return True
        self._send(mail, message, at)
        return True

    def _send(self, mail: OutboxMail, message: EmailMessage, at: datetime) -> None:
        connection = self._opened(mail)
        try:
            if not connection.send_messages([message]):
                raise ValueError("nobody to send it to")
        except (OSError, AnymailError) as error:
            self._refused(mail, error, at)
        except (ValueError, UnicodeError) as fault:
            self._mark(mail, {"failed_at": at, "last_error": f"not an address: {type(fault).__name__}"})
        else:
            self._mark(mail, {"sent_at": at, "last_error": ""})
            if self.refused_in_a_row >= OUTAGE:
                bring_forward(at)
            self.refused_in_a_row = 0

    def _opened(self, mail: OutboxMail) -> BaseEmailBackend:
        """The open line. Raises ServiceDown, and gives the mail back whatever happens."""
        if self.connection is not None:
            return self.connection
        connection, reason = get_connection(), "the worker was stopped"
        self.opening = True
        try:
            connection.open()
            self.connection = connection
        except OSError as error:
            reason = words(error)
            raise ServiceDown(reason) from error
        finally:
            self.opening = False
            if self.connection is None:
                self._mark(mail, {"last_error": reason})
        return connection

    def _refused(self, mail: OutboxMail, error: Exception, at: datetime) -> None:
        """Note it. Raises ServiceDown when the server will do the same to every other mail now."""
        self.hang_up()
        if is_permanent(error):
            self._mark(mail, {"failed_at": at, "last_error": words(error)})
            return
        self.refused_in_a_row += 1
        self._later(mail, at, words(error), at_most=BACK_OFF[-1] if has_answered(error) else NO_ANSWER)
        if is_about_all(error):
            raise ServiceDown(words(error)) from error

    def _later(self, mail: OutboxMail, at: datetime, why: str, at_most: timedelta = BACK_OFF[-1]) -> None:
        wait = min(BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1], at_most)
        self._mark(mail, {"next_attempt_at": at + wait, "last_error": why})

    def _mark(self, mail: OutboxMail, changes: dict[str, Any] | None) -> None:
        assert mail.leased_until is not None  # noqa: S101 - `claim` set it
        self.marks.append(Mark(mail.pk, mail.leased_until, changes))
        self.write_marks()

    def write_marks(self) -> None:
        """Note what became of mails. When the database is away the notes are kept, and made before the next claim."""
        while self.marks:
            mark = self.marks[0]
            held = OutboxMail.objects.filter(pk=mark.pk, leased_until=mark.lease, sent_at__isnull=True)
            if mark.changes is None:
                held.delete()
            else:
                held.update(leased_until=None, **mark.changes)
            self.marks.pop(0)

    def hang_up(self) -> None:
        """Close the line to the mail server, whatever state it is in."""
        connection, self.connection = self.connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()


def bring_forward(at: datetime) -> None:
    """The server works again: all that it refused for a while is due now, in the order in which it was written."""
    refused = OutboxMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True, leased_until__isnull=True)
    refused.filter(attempts__gt=0, next_attempt_at__gt=at).update(next_attempt_at=at)


def compose(mail: OutboxMail) -> EmailMessage | None:
    """The message as it is sent; None when there is nothing left to say. Raises any of CONTENT_FAULTS.

    All tenants are in scope: the row itself says whose mail it is, and the text is written from ids in it.
    """
    languages = dict(settings.LANGUAGES)
    language = mail.language if mail.language in languages else settings.LANGUAGE_CODE
    with across_tenants(), translation.override(language):
        letter = write(mail.kind, mail.context)
    return None if letter is None else _message(mail, letter)


def _message(mail: OutboxMail, letter: Letter) -> EmailMessage:
    """Controls in the subject become spaces, so that no text can add a header (reliability I8)."""
    subject = " ".join("".join(" " if is_control(char) else char for char in letter.subject).split())
    body = letter.body.encode("utf-8", "replace").decode().replace("\x00", "")
    contact = mail.tenant.contact_email if mail.tenant else ""
    return EmailMessage(
        subject=subject, body=body, from_email=settings.DEFAULT_FROM_EMAIL, to=[mail.to],
        reply_to=[contact] if contact else None,
        headers={"Message-ID": message_id(mail), "Auto-Submitted": "auto-generated"},
    )  # fmt: skip


def message_id(mail: OutboxMail) -> str:
    """The same for every attempt, so that a mail that was sent twice can be known as one."""
    host = urlsplit(settings.BASE_URL).hostname
    return f"<outbox.{mail.pk}.{int(mail.created_at.timestamp())}@{host}>"


def is_permanent(error: Exception) -> bool:
    """Whether the server refuses this address for good: 5xx to the recipient, or 5.1.x (bad address) to the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return error.smtp_code >= PERMANENT and text.lstrip().startswith(b"5.1.")
    return isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress)


def has_answered(error: Exception) -> bool:
    """Whether the server said something about this mail, rather than falling silent."""
    if isinstance(error, AnymailError):
        return getattr(error, "status_code", None) is not None
    return isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)


def is_about_all(error: Exception) -> bool:
    """Whether every other mail would meet the same now: the sender or the key is refused, or the server closes."""
    if isinstance(error, AnymailAPIError):
        status = getattr(error, "status_code", None)
        return status is None or status in (401, 403, 429) or status >= PERMANENT
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
