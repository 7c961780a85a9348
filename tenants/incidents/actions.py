"""Noting an incident: in our table, in the trail, in Sentry, and by mail to those who are called (seed 002)."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from tenants.audit.actions import record
from tenants.incidents import rules
from tenants.incidents.models import Incident
from tenants.incidents.queries import calling_order
from tenants.models import User
from tenants.outbox.actions import enqueue

PREFIX = "[Nit-Sys] 障害発生"
"""As the runbook has it: issues are searched for by it."""
SEVERITY = {1: "warning", 2: "error", 3: "fatal"}


class Told(NamedTuple):
    """What Sentry made of it: the event's number, "" when no Sentry is set up; and why it did not arrive, "" when it did
    or nobody waited."""

    event_id: str
    trouble: str


@transaction.atomic
def open_incident(*, level: int, title: str, by: User | None, at: datetime, note: str = "") -> Incident:
    """Note that something is broken, and mail those of the installation who have an address. Raises Refused.

    Sentry is told by `tell_sentry`, after the commit.
    """
    title = " ".join(title.split())
    rules.check_incident(level, title)
    incident = Incident(level=level, title=title, opened_at=at, by=by)
    if note.strip():
        rules.check_may_note(incident, note)
        incident.note = _line(note, by=by, at=at)
    incident.save()
    record("incident.opened", incident, by=by, after={"level": level, "title": title})
    for contact in calling_order():
        if contact.email:
            enqueue("incident.opened", to=contact.email, key=f"incident.opened:{incident.pk}",
                    context={"incident": incident.pk}, at=at, language="ja")  # fmt: skip
    return incident


@transaction.atomic
def add_note(incident: Incident, *, text: str, by: User | None, at: datetime) -> Incident:
    """Add a line to what is known, with its time. Raises Refused."""
    row = _locked(incident)
    rules.check_may_note(row, text)
    row.note = "\n".join(filter(None, [row.note, _line(text, by=by, at=at)]))
    row.save(update_fields=["note"])
    record("incident.noted", row, by=by, after={"letters": len(text)})
    return row


@transaction.atomic
def close(incident: Incident, *, by: User | None, at: datetime) -> Incident:
    """Note that it is over. Raises Refused when it was already."""
    row = _locked(incident)
    rules.check_may_close(row)
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    record("incident.closed", row, by=by, after={"minutes": int((at - row.opened_at).total_seconds() // 60)})
    return row


def tell_sentry(incident: Incident, *, wait_seconds: float = 0) -> Told:
    """Send the event that the runbook asks for, and keep its number. Call it when no transaction is open.

    With `wait_seconds` it waits so long for Sentry's answer; without it the event goes out in the background.
    """
    import sentry_sdk  # slow to import, and not needed where it is off

    client = sentry_sdk.get_client()
    if not client.is_active():
        return Told("", "")
    dropped: list[str] = []
    transport: Any = client.transport
    if wait_seconds and transport is not None:
        transport.on_dropped_event = dropped.append
    with sentry_sdk.new_scope() as scope:
        scope.set_tag("incident_id", str(incident.pk))
        scope.set_tag("incident_level", str(incident.level))
        scope.fingerprint = ["incident", str(incident.pk)]
        event_id = sentry_sdk.capture_message(f"{PREFIX}: {incident.title}", level=SEVERITY[incident.level]) or ""  # type: ignore[arg-type]
    if wait_seconds:
        sentry_sdk.flush(wait_seconds, callback=lambda pending, _timeout: dropped.append(f"{pending} pending"))
    if event_id:
        Incident.objects.filter(pk=incident.pk).update(event_id=event_id)
    return Told(event_id, ", ".join(dropped))


def _locked(incident: Incident) -> Incident:
    return Incident.objects.select_for_update(of=("self",), no_key=True).get(pk=incident.pk)


def _line(text: str, *, by: User | None, at: datetime) -> str:
    local = timezone.localtime(at)
    who = f" {by.name}" if by else ""
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}{who}: {text.strip()}"
