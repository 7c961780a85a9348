"""Sending what is in the outbox: at least once, oldest first, each mail by one worker at a time.

SMTP knows no exactly-once (requirement C7): a worker that is killed between the server's yes and our note of
it leaves a mail that is sent again after its lease, under the same Message-ID. Nothing is ever dropped: what the
server refuses for now is tried again after 1, 5 and then every 10 minutes, after a day every hour; only an address that
the server refuses for good is given up, and stays in the table with the reason. While the server refuses everything, the
worker pauses and one mail asks for all; so whatever was put off leaves within ten minutes after the server is back
(requirement M1).
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Least
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import translation

from tenants.mail_address import quoted
from tenants.outbox import providers
from tenants.outbox.contents import Letter, is_control, write
from tenants.outbox.models import OutboxMail
from tenants.outbox.suppression import WHY, holds_back, note_dead
from tenants.outbox.undeliverable import is_nowhere
from tenants.outbox.verdicts import (
    UNREADABLE,
    Garbled,
    check_taken,
    has_answered,
    is_about_all,
    is_permanent,
    provider_id,
    words,
)
from tenants.scope import ScopeError, across_tenants

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than the slowest conversation with a mail server: a dozen steps, each at most EMAIL_TIMEOUT."""
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 10)]
LATER = timedelta(hours=1)
"""Between attempts on a mail that has been refused for a day: by then its recipient is to blame, not the server."""
PATIENT_FOR = timedelta(days=1)
NO_ANSWER = timedelta(minutes=5)
"""The longest wait after a server fell silent: the mail is not to blame, and the server may be back
(requirement M1)."""
OUTAGE = 5
"""So many refusals in a row are the server's trouble: the worker pauses, and after the next success all are tried at once."""
AHEAD = timedelta(minutes=1)
"""What was put off goes before what was written in the same minute and never tried."""
TURNS_KEPT = 2
"""So often a mail keeps its turn when the service is down. Then others go first, lest this one is the trouble."""
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
def claim(*, at: datetime, kind: str = "") -> OutboxMail | None:
    """The oldest mail that is due, of one `kind` if asked, now held by the caller until `leased_until`; None when there is none.

    Rows that another worker is about to claim are passed over. The transaction is over before anything is sent.
    """
    waiting = due(at).filter(kind=kind) if kind else due(at)
    rows = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("tenant")
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
    was_down: bool = False
    marks: list[Mark] = field(default_factory=list)
    connection: BaseEmailBackend | None = None

    def deliver_next(self, *, at: datetime, kind: str = "") -> bool:
        """Send the oldest mail that is due, of one `kind` if asked; False when none is. Raises ServiceDown, and DatabaseError."""
        self.write_marks()
        mail = claim(at=at, kind=kind)
        if mail is None:
            return False
        if is_nowhere(mail.to):
            self._mark(mail, None)
            return True
        if holds_back(mail):
            self._mark(mail, {"failed_at": at, "last_error": WHY})
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
            check_taken(message)
        except (OSError, AnymailError) as error:
            self._refused(mail, error, at)
        except (ValueError, UnicodeError) as fault:
            self._mark(mail, {"failed_at": at, "last_error": f"not an address: {type(fault).__name__}"})
        except UNREADABLE as fault:
            self._refused(mail, Garbled(f"the answer cannot be read: {type(fault).__name__}"), at)
        else:
            self._mark(mail, {"sent_at": at, "last_error": "", "provider_id": provider_id(message)})
            self._works_again(at)

    def _works_again(self, at: datetime) -> None:
        if self.was_down or self.refused_in_a_row >= OUTAGE:
            bring_forward(at)
        self.refused_in_a_row, self.was_down = 0, False

    def _opened(self, mail: OutboxMail) -> BaseEmailBackend:
        """The open line. Raises ServiceDown, and gives the mail back whatever happens."""
        if self.connection is not None:
            return self.connection
        connection, reason = get_connection(), "the worker was stopped"
        self.opening = True
        try:
            connection.open()
            self.connection = connection
        except (OSError, ValueError) as error:  # ValueError: botocore's, for a region that does not exist
            reason = words(error)
            raise ServiceDown(reason) from error
        finally:
            self.opening = False
            if self.connection is None:
                self._mark(mail, {"last_error": reason})
        return connection

    def _refused(self, mail: OutboxMail, error: Exception, at: datetime) -> None:
        """Note it. Raises ServiceDown when the server does, or would do, the same to every other mail now."""
        self.hang_up()
        why = words(error)
        if is_permanent(error):
            self._mark(mail, {"failed_at": at, "last_error": why})
            if OutboxMail.objects.filter(pk=mail.pk, to=mail.to).exists():  # its reader may have been erased meanwhile
                note_dead(mail.to, reason=why, at=at)
            return
        self.refused_in_a_row += 1
        self.was_down = is_about_all(error)
        if self.was_down and mail.attempts <= TURNS_KEPT:
            self._mark(mail, {"last_error": why})
        else:
            self._later(mail, at, why, is_blameless=self.was_down or not has_answered(error))
        if self.was_down or self.refused_in_a_row >= OUTAGE:
            raise ServiceDown(why) from error

    def _later(self, mail: OutboxMail, at: datetime, why: str, is_blameless: bool = False) -> None:
        wait = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
        if is_blameless:
            wait = min(wait, NO_ANSWER)
        elif at - mail.created_at > PATIENT_FOR:
            wait = LATER
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
    """The server works again: all that it refused for a while takes its old turn, before what was written since."""
    refused = OutboxMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True, leased_until__isnull=True)
    old_turn = Least(F("created_at") - AHEAD, Value(at), output_field=DateTimeField())
    refused.filter(attempts__gt=0).update(next_attempt_at=old_turn)


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
    """Controls in the subject become spaces, so that no text can add a header (requirement I8)."""
    subject = " ".join("".join(" " if is_control(char) else char for char in letter.subject).split())
    body = letter.body.encode("utf-8", "replace").decode().replace("\x00", "")
    contact = mail.tenant.contact_email if mail.tenant else ""
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[quoted(mail.to)],
        reply_to=[quoted(contact)] if contact else None,
        headers=providers.headers(message_id(mail)),
    )


def message_id(mail: OutboxMail) -> str:
    """The same for every attempt, so that a mail that was sent twice can be known as one."""
    host = urlsplit(settings.BASE_URL).hostname
    return f"<outbox.{mail.pk}.{int(mail.created_at.timestamp())}@{host}>"
