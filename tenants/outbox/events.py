"""What a provider tells about our mails afterwards: it arrived, it bounced, its reader called it spam.

Each event is kept once, whatever is repeated and in whatever order it comes (requirement C12). What is about no mail of
ours changes nothing. Who opened or clicked what is not kept.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import IntegrityError, transaction
from django.db.models import Q

from tenants.mail_address import normal_email
from tenants.outbox.contents import is_control
from tenants.outbox.models import MailEvent, OutboxMail
from tenants.outbox.providers import WEBHOOKS
from tenants.outbox.suppression import note_dead

KEPT = frozenset({
    EventType.DELIVERED, EventType.DEFERRED, EventType.BOUNCED, EventType.REJECTED, EventType.FAILED, EventType.COMPLAINED,
})  # fmt: skip
NOT_ARRIVED = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})
SUPPRESSED = frozenset({RejectReason.BOUNCED, RejectReason.INVALID, RejectReason.SPAM})
"""Why a provider did not even try: it knows the address from before."""
MOST_OF_A_MAIL = 50
"""Events kept of one mail: a server that defers for days, and no more."""


class Told(NamedTuple):
    """One event, as far as we understand and bound it."""

    esp: str
    event_id: str
    kind: str
    message_id: str
    to: str
    at: datetime
    reason: str
    is_dead: bool


def told(esp: str, event: AnymailTrackingEvent, *, at: datetime) -> Told:
    """What the provider `esp` says in this event, received at `at`."""
    kind, message_id, to = (_line(value) for value in (event.event_type, event.message_id, event.recipient))
    when = event.timestamp
    if not isinstance(when, datetime) or when.tzinfo is None or when > at:
        when = at
    reason = _line(event.mta_response) or _line(event.description) or _line(event.reject_reason)
    whole = f"{message_id}|{kind}|{to}|{event.timestamp}"
    event_id = _line(event.event_id)[:190] or sha256(whole.encode("utf-8", "replace")).hexdigest()
    # Amazon's events of one notification share its id, so the kind is part of ours.
    return Told(esp, f"{event_id}|{kind}"[:200], kind[:30], message_id[:200], to[:254], when.astimezone(UTC),
                reason[:300], _is_dead(esp, kind, event))  # fmt: skip


def _is_dead(esp: str, kind: str, event: AnymailTrackingEvent) -> bool:
    if kind == EventType.BOUNCED:
        return isinstance(event.esp_event, dict) and WEBHOOKS[esp].is_hard(event.esp_event)
    return kind == EventType.COMPLAINED or (kind == EventType.REJECTED and event.reject_reason in SUPPRESSED)


def _line(value: Any) -> str:
    """Text of a stranger as one line that any database stores; nothing else than text and numbers."""
    text = str(value) if isinstance(value, str | int) else ""
    clean = "".join(" " if is_control(char) else char for char in text)
    return " ".join(clean.encode("utf-8", "replace").decode().split())


def take(all_told: Iterable[Told]) -> int:
    """Keep what is new and about a mail of ours, and act on it; how many events that were."""
    return sum(_take(one) for one in all_told if one.kind in KEPT and one.message_id)


def _take(one: Told) -> bool:
    mail = OutboxMail.objects.filter(provider_id=one.message_id).order_by("pk").first()
    if mail is None or (one.to and normal_email(one.to) != normal_email(mail.to)):
        return False
    if MailEvent.objects.filter(mail=mail).count() >= MOST_OF_A_MAIL:
        return False
    try:
        with transaction.atomic():
            _keep(one, mail)
    except IntegrityError:  # told before
        return False
    return True


def _keep(one: Told, mail: OutboxMail) -> None:
    MailEvent.objects.create(
        esp=one.esp, event_id=one.event_id, kind=one.kind, mail=mail, to=mail.to, at=one.at, reason=one.reason
    )
    if one.kind in NOT_ARRIVED:  # the earliest counts, so that the order in which they are told changes nothing
        later = Q(bounced_at__isnull=True) | Q(bounced_at__gt=one.at)
        OutboxMail.objects.filter(later, pk=mail.pk).update(bounced_at=one.at, last_error=one.reason)
    if one.is_dead:
        note_dead(mail.to, reason=one.reason or one.kind, at=one.at)
