"""Stopping and resuming. Every change stands in the trail; every process sees it within a second."""

from datetime import datetime
from typing import Any

from django.db import transaction

from tenants.audit.actions import record
from tenants.models import User
from tenants.switches import queries, rules
from tenants.switches.models import Function, Switch


@transaction.atomic
def stop(
    function: Function, *, by: User | None, at: datetime, message: str = "", back_at: datetime | None = None
) -> bool:
    """Stop a function, or change what is said of one that is stopped already; whether that changed anything.

    `message` is shown to everyone, `back_at` is when it is expected back; nothing resumes by itself. `by` None is
    somebody at the command line. Raises Refused.
    """
    rules.check_message(message)
    rules.check_back_at(back_at, at=at)
    switch = _locked(function)
    is_new = switch.stopped_at is None
    before = _said(switch)
    switch.stopped_at = switch.stopped_at or at
    switch.message, switch.back_at = message, back_at
    if not is_new and _said(switch) == before:
        return False
    switch.by = by
    switch.save()
    record("switch.stopped" if is_new else "switch.said", switch, by=by, before=before, after=_said(switch))
    _tell()
    return True


@transaction.atomic
def resume(function: Function, *, by: User | None) -> bool:
    """Let a function go on; whether it was stopped."""
    switch = _locked(function)
    if switch.stopped_at is None:
        return False
    before = _said(switch)
    switch.stopped_at = switch.back_at = None
    switch.message, switch.by = "", by
    switch.save()
    record("switch.resumed", switch, by=by, before=before, after=_said(switch))
    _tell()
    return True


def _locked(function: Function) -> Switch:
    """The switch's row, ours until the transaction ends; made when there is none. Of two that make it one waits."""
    Switch.objects.bulk_create([Switch(function=function)], ignore_conflicts=True)
    return Switch.objects.select_for_update(of=("self",), no_key=True).get(function=function)


def _said(switch: Switch) -> dict[str, Any]:
    return {"stopped_at": switch.stopped_at, "message": switch.message, "back_at": switch.back_at}


def _tell() -> None:
    """This process at once, also within the transaction; whoever reads before the commit reads again after it."""
    queries.WATCH.forget()
    transaction.on_commit(queries.WATCH.forget)
