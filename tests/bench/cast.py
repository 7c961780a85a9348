"""Hosts, races and teams of the size that is measured."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils import timezone

from entries.entry.lines import new_reference
from entries.entry.models import Submission
from entries.entry.places import LOCK, TAKE_TICKETS
from entries.meet.models import Meet, Race, State
from tenants.models import Tenant
from tests.rush import Coach, enter_address, sheet

RACES = 8
ROWS = 20


def new_meet(tenant: Tenant, *, places: int) -> tuple[Meet, list[Race]]:
    """A meet that takes entries, with eight races for anyone; call it in the tenant's scope."""
    now = timezone.now()
    meet = Meet.objects.create(
        tenant=tenant, slug=new_reference().lower(), name="計測大会", venue="健志台", starts_on=date(2027, 5, 1),
        ends_on=date(2027, 5, 1), entries_open_at=now - timedelta(days=1), entries_close_at=now + timedelta(days=1),
        fee=1000, state=State.PUBLISHED,
    )  # fmt: skip
    races = [
        Race.objects.create(
            tenant=tenant, meet=meet, name=f"オープン5000m {n}", distance_m=5000, sex="X", places=places,
            waiting_places=None, position=n,
        )
        for n in range(RACES)
    ]  # fmt: skip
    return meet, races


def post(meet: Meet, coach: Coach, rows: Sequence[tuple[int, int, str]]) -> str:
    """One prepared line for wrk."""
    return f"POST\t{enter_address(meet)}\t{coach.cookies}\t{sheet(coach, rows)}"


def single_rows(meet: Meet, race: Race, teams: Sequence[Coach]) -> Iterator[str]:
    """Every athlete by itself into one hot race."""
    for n in range(ROWS):
        for coach in teams:
            yield post(meet, coach, [(coach.athletes[n].pk, race.pk, "14:30.00")])


def sheets(meet: Meet, races: Sequence[Race], teams: Sequence[Coach]) -> Iterator[str]:
    """Twenty athletes over eight races a sheet; eight different sheets a team."""
    for shift in range(RACES):
        for coach in teams:
            rows = [(a.pk, races[(n + shift) % RACES].pk, "14:30.00") for n, a in enumerate(coach.athletes)]
            yield post(meet, coach, rows)


def statement_script(meet: Meet, races: Sequence[Race], teams: Sequence[Coach], *, rows: int, clients: int) -> str:
    """The product's own statement as a pgbench script: the same rows without Python, HTTP, session or rules."""
    first, count = teams[0].athletes[0].pk, len(teams) * ROWS
    athletes = [f"{first} + (:n * {clients} * {rows} + :client_id * {rows} + {k}) % {count}" for k in range(rows)]
    shift = f"(:n * {clients} * {rows}) / {count}"
    race = [f"(ARRAY{[r.pk for r in races]})[1 + ({k} + {shift}) % {len(races)}]" for k in range(rows)]
    serial = f"(:n * {clients} + :client_id)::bigint"
    values = {
        "race_id": array(race), "athlete_id": array(athletes), "seed_time": array(["87000"] * rows),
        "personal_best": array(["NULL::int"] * rows), "pacemaker": array(["false"] * rows),
        "shoe_id": array(["NULL::bigint"] * rows), "shoe_declared": array(["''"] * rows), "fee": array(["1000"] * rows),
        "tenant": meet.tenant_id, "meet": meet.pk, "team": teams[0].team.pk, "by": teams[0].user.pk,
        "key": f"'bench-' || {serial} || '-{meet.pk}'", "body_hash": "repeat('0', 64)", "source": "'sheet'",
        "reference": f"'{meet.pk}R' || lpad(to_hex({serial}), 6, '0')", "at": "now()", "language": "'ja'",
        "addresses": "ARRAY['coach@example.com']", "request_id": "'-'", "after": "'{\"entries\": 20}'",
    }  # fmt: skip
    return "\\set n :n + 1\n" + TAKE_TICKETS.format(lock=LOCK) % values + ";\n"


def plain_script(meet: Meet, race: Race, teams: Sequence[Coach], *, rows: int, clients: int) -> str:
    """The same rows as a bare INSERT: no ticket, no lock, no mail, no trail, and nobody checks anything."""
    first, count = teams[0].athletes[0].pk, len(teams) * ROWS
    athletes = [f"{first} + (:n * {clients} * {rows} + :client_id * {rows} + {k}) % {count}" for k in range(rows)]
    submission = Submission.objects.create(
        tenant_id=meet.tenant_id,
        meet=meet,
        team=teams[0].team,
        key=f"plain-{meet.pk}",
        body_hash="0" * 64,
        reference=new_reference(),
        submitted_at=timezone.now(),
    )
    others = [r.pk for r in Race.objects.filter(meet=meet)] if rows > 1 else [race.pk]
    races = [f"(ARRAY{others})[1 + ({k} + (:n * {clients} * {rows}) / {count}) % {len(others)}]" for k in range(rows)]
    return (
        "\\set n :n + 1\n"
        "INSERT INTO entries_entry (tenant_id, submission_id, race_id, athlete_id, seed_time, pacemaker, shoe_declared,"
        f" fee, entered_at) SELECT {meet.tenant_id}, {submission.pk}, r, a, 87000, false, '', 1000, now()"
        f" FROM unnest({array(races)}::bigint[], {array(athletes)}::bigint[]) q(r, a);\n"
    )


def array(items: Sequence[str]) -> str:
    return f"ARRAY[{', '.join(items)}]"
