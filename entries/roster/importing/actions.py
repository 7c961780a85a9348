"""Changing a roster by a file: kept for the preview, then written whole or not at all."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from entries.roster import rules
from entries.roster.actions import hold
from entries.roster.athlete_actions import columns
from entries.roster.athlete_fields import READERS, Values, put, values_of
from entries.roster.importing import import_plan
from entries.roster.importing.import_plan import CHANGED, NEW, ImportRow, Planned
from entries.roster.importing.reading import read_row
from entries.roster.models import Athlete, RosterUpload, Team
from tenants.audit.actions import record_many
from tenants.files.grid import Grid, grid_of
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

KEEP_UPLOADS = timedelta(days=1)
MAX_UPLOADS = 10


@transaction.atomic
def keep_upload(
    team: Team, *, by: User, file_name: str, grid: Grid, content: bytes | None = None, at: datetime, today: date
) -> RosterUpload:
    """Compare a file with the roster and keep the result for confirmation. Older results are thrown away."""
    mine = RosterUpload.objects.filter(team=team, by=by).order_by("-pk").values_list("pk", flat=True)
    recent = list(mine.filter(created_at__gt=at - KEEP_UPLOADS)[: MAX_UPLOADS - 1])
    RosterUpload.objects.filter(team=team, by=by).exclude(pk__in=recent).delete()
    upload = RosterUpload(team=team, by=by, file_name=file_name[:200], content=content)
    _plan(upload, grid, today)
    upload.save()
    return upload


def read_anew(upload: RosterUpload, grid: Grid, *, today: date) -> RosterUpload:
    """Keep a grid that was mended, or understood in another way. Raises Refused("upload_applied") when it is too late."""
    with transaction.atomic():
        upload = RosterUpload.objects.select_for_update().get(pk=upload.pk)
        if upload.applied_at is not None:
            raise Refused("upload_applied")
        _plan(upload, grid, today)
        upload.save(update_fields=["rows", "counts", "grid"])
        return upload


def _plan(upload: RosterUpload, grid: Grid, today: date) -> None:
    lines = [read_row(row, grid) for row in grid.rows]
    rows = import_plan.plan(lines, Athlete.objects.filter(team_id=upload.team_id), today=today)
    upload.rows = [import_plan.to_json(row) for row in rows]
    upload.counts, upload.grid = import_plan.counts_of(rows), grid.facts()


def grid_in(upload: RosterUpload) -> Grid:
    """The grid of an upload with its rows as they were typed."""
    return grid_of(upload.grid, [import_plan.from_json(row).grid for row in upload.rows])


@retry_when_locked
def apply_upload(
    upload: RosterUpload, *, by: User, at: datetime, today: date, then: Callable[[], object] | None = None
) -> RosterUpload:
    """Write every new and changed row of a confirmed file, or none; a second time changes nothing.

    A fixed number of queries for any number of rows. When the roster changed since the preview in a way that matters,
    the preview is made anew and Refused("roster_changed") is raised; nothing else was written. What is done `then` belongs
    to it: when that raises, the roster stays as it was.
    """
    try:
        with transaction.atomic():
            upload = RosterUpload.objects.select_for_update().get(pk=upload.pk)
            if upload.applied_at is None:
                _apply_or_say_stale(upload, by, at, today)
            if then is not None:
                then()
            return upload
    except _Stale:
        _plan_again(upload, today)
        raise Refused("roster_changed") from None


class _Stale(Exception):
    """The plan that was confirmed no longer holds."""


def _apply_or_say_stale(upload: RosterUpload, by: User, at: datetime, today: date) -> None:
    try:
        with transaction.atomic():
            _apply(upload, by, at, today)
    except IntegrityError:
        raise _Stale from None


def _apply(upload: RosterUpload, by: User, at: datetime, today: date) -> None:
    hold(upload.team_id)
    held = Athlete.objects.select_for_update(of=("self",), no_key=True).filter(team_id=upload.team_id).order_by("pk")
    roster = {athlete.pk: athlete for athlete in held}  # nobody is erased between this look and the writing
    planned = [row for row in map(import_plan.from_json, upload.rows) if row.state in (NEW, CHANGED)]
    lines = [ImportRow(row.number, row.values) for row in planned]
    fresh = import_plan.plan(lines, roster.values(), today=today)
    if [row.effect for row in fresh] != [row.effect for row in planned]:
        raise _Stale
    back = [row for row in fresh if row.state == CHANGED and row.athlete is not None and roster[row.athlete].left_at]
    rules.check_has_room(upload.team, more=sum(row.state == NEW for row in fresh) + len(back))
    _write_rows(upload, fresh, roster, by, at)
    upload.applied_at, upload.content = at, None
    upload.save(update_fields=["applied_at", "content"])


def _write_rows(
    upload: RosterUpload, rows: Sequence[Planned], roster: dict[int, Athlete], by: User, at: datetime
) -> None:
    written: dict[str, list[tuple[Athlete, Values, Values]]] = {NEW: [], CHANGED: []}
    for row in rows:
        athlete = roster[row.athlete] if row.athlete is not None else Athlete(team_id=upload.team_id)
        before = values_of(athlete) if row.state == CHANGED else {}
        after = import_plan.after(row, athlete if row.state == CHANGED else None)
        put(athlete, after, at=at)
        athlete.left_at = None
        changed = {name for name, _, _ in row.changes if name in after}
        written[row.state].append((athlete, _only(before, changed), _only(after, changed)))
    Athlete.objects.bulk_create([athlete for athlete, _, _ in written[NEW]])
    Athlete.objects.bulk_create(
        [athlete for athlete, _, _ in written[CHANGED]],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*columns(READERS), "left_at"],
    )
    why = f"import: {upload.file_name}"
    record_many("athlete.added", written[NEW], by=by, why=why)
    record_many("athlete.changed", written[CHANGED], by=by, why=why)


def _only(values: Values, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}


def _plan_again(upload: RosterUpload, today: date) -> None:
    with transaction.atomic():
        upload = RosterUpload.objects.select_for_update().get(pk=upload.pk)
        _plan(upload, grid_in(upload), today)
        upload.save(update_fields=["rows", "counts", "grid"])
