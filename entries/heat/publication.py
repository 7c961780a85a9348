"""Putting start lists out: each time is a version, and afterwards nobody's number changes by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import transaction

from entries.heat import rules
from entries.heat.models import HeatChange, ListVersion, Start
from entries.heat.queries import bibs_of, last_version, lists_now
from entries.heat.start_list import called_of
from entries.heat.versions import compare
from entries.meet.models import Meet
from tenants.audit.actions import record
from tenants.jobs import work
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked
from tenants.rows import write_columns

MAIL = "heat.mail_lists"
"""The job that tells the teams."""


class WhenOut(Protocol):
    """What a later room does with a version, in the transaction that puts it out."""

    def __call__(self, version: ListVersion, *, at: datetime) -> None: ...


_whenever_out: list[WhenOut] = []


def when_out(does: WhenOut) -> None:
    """Let a room do something with each version that goes out. Raises ValueError when it does already."""
    if does in _whenever_out:
        raise ValueError(f"registered twice: {does}")
    _whenever_out.append(does)


@retry_when_locked
@transaction.atomic
def publish(*, meet: Meet, by: User, at: datetime) -> ListVersion:
    """Put what changed since the last version out as the next one, and tell the teams that it is about.

    Raises Refused("lists_not_out") while the meet has not come that far, Refused("lists_unchanged"), and Busy.
    """
    row = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    rules.check_may_publish(row)
    version = _next_version(row, by=by, at=at)
    if version is None:
        raise Refused("lists_unchanged")
    return version


def put_out(meet: Meet, *, by: User, at: datetime, mail: bool = True) -> None:
    """The step of the meet: the first version, or the next one when lists come out again with another content. Without `mail`
    nobody is told."""
    _next_version(meet, by=by, at=at, mail=mail)


def _next_version(meet: Meet, *, by: User, at: datetime, mail: bool = True) -> ListVersion | None:
    """Needs the meet's row held, so that two who press at once make one version."""
    last, starts = last_version(meet), lists_now(meet, bibs_of(meet))
    changes = compare(last.starts, starts) if last else {}
    if last and not changes:
        return None
    _keep_names(meet)
    if last is None:
        # A change from before would bring numbers back that nobody was told.
        HeatChange.objects.filter(race__meet=meet).delete()
    version = ListVersion.objects.create(
        tenant_id=meet.tenant_id, meet=meet, number=last.number + 1 if last else 1, published_at=at, published_by=by,
        starts=starts, changes={kind: len(entries) for kind, entries in changes.items()},
    )  # fmt: skip
    record("meet.lists_published", meet, by=by, after={"version": version.number, "runners": len(starts)})
    if mail:
        work.enqueue(MAIL, tenant=meet.tenant, by=by, version=version.pk)
    for does in _whenever_out:
        does(version, at=at)
    return version


def _keep_names(meet: Meet) -> None:
    """Copy what runners are called now into starts that were never out; who is out keeps the name of that day."""
    rows = Start.objects.filter(heat__race__meet=meet, listed_name="")
    new = list(rows.select_related("entry__athlete", "entry__submission__team"))
    for start in new:
        for part, said in called_of(start)._asdict().items():
            setattr(start, f"listed_{part}", said)
    write_columns(new, _LISTED)


_LISTED: Sequence[str] = [field.name for field in Start._meta.fields if field.name.startswith("listed_")]
