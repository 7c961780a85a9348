"""What it costs to make the heats of a meet: the whole action on PostgreSQL, beside the database writing as many rows by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import log
from time import perf_counter, process_time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.board_actions import move
from entries.heat.models import RaceSeeding, Start
from entries.heat.runners import Cut, Runner
from entries.heat.seeding import seed
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests.bench.optimum import fewest
from tests.entries.heat.casts import enter

LINE = "{:<46} {:>9} {:>11} {:>8}"
SIZES = ((2_600, 9), (1_500, 1), (15_000, 1))
"""Entries and races: a large meet, and one race twice, ten times as large."""
CROWDED = ((300, 38), (1_500, 38), (2_600, 38))
"""Runners of one race, and how many a heat holds."""
DESK = 2_600
"""Of the meet whose desk is looked at."""


def run() -> None:
    """Print seconds, and how many times as long as one plain INSERT of the same starts."""
    tenant = Tenant.objects.create(slug="heats", name="計測")
    print(LINE.format("making heats", "seconds", "x INSERT", "moved"), flush=True)
    took = {}
    for entries, races in SIZES:
        with tenant_scope(tenant.pk):
            took[entries, races] = _one(tenant, entries, races)
    for runners, per_heat in CROWDED:
        _crowded(runners, per_heat)
    exponent = log(took[15_000, 1] / took[1_500, 1]) / log(10)
    print(f"    growth exponent, 1,500 to 15,000 in one race: {exponent:.2f}", flush=True)


def _one(tenant: Tenant, entries: int, races: int) -> float:
    now = timezone.now()
    meet = closed_meet(tenant, f"m{entries}", now)
    rows = [
        Race.objects.create(
            tenant=tenant, meet=meet, name=f"R{n}", distance_m=5_000, sex="M", waiting_places=None, position=n
        )
        for n in range(races)
    ]
    for team in range(entries // 13):
        team_row = Team.objects.create(kind="university", name=f"T{entries}-{team}", short_name="T")
        times: list[int | None] = [84_000 + (team * 7_919 + n * 104_729) % 12_000 for n in range(13)]
        enter(rows[team % races], team_row, times, now)
    began = perf_counter()
    found = seed_heats(meet=meet, by=None, at=now)
    took = perf_counter() - began
    plain = _plain(meet)
    moved = sum(one.seeding.moved for one in found)
    count = Entry.objects.filter(race__meet=meet).count()
    print(LINE.format(f"  {count} entries in {races} races", f"{took:.2f}", f"{took / plain:.1f}", moved), flush=True)
    if entries == DESK:
        _desk(found[0].race)
    return took


def _desk(race: Race) -> None:
    """The programme desk of that meet, and a move on it there and back."""
    organizer = User.objects.create_user("heats@bench.example", name="計測", role=Role.ORGANIZER, tenant=race.tenant)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(organizer)
    page = f"/admin/entries/meet/{race.meet_id}/programme/"
    browser.get(page)
    _said("  programme desk", lambda: browser.get(page))
    entry = Start.objects.filter(heat__race=race, heat__number=1).values_list("entry", flat=True)[0]
    for heat in (2, 1):

        def moved(heat: int = heat) -> object:
            version = RaceSeeding.objects.get(race=race).version  # one query more than the move itself
            return move(race=race, entries=[entry], heat=heat, version=version, by=organizer, at=timezone.now())

        _said("  a move, and reading its version", moved)


def _said(name: str, work: Callable[[], object]) -> None:
    began, busy = perf_counter(), process_time()
    with CaptureQueriesContext(connection) as asked:
        work()
    cpu = f"{process_time() - busy:.2f} CPU"
    print(LINE.format(name, f"{perf_counter() - began:.2f}", f"{len(asked)} queries", cpu), flush=True)


def _crowded(runners: int, per_heat: int) -> None:
    """One race with few and large teams, so that not all can be parted: what the exchange leaves, and the fewest there are."""
    teams = [team for team in range(1, 41) for _ in range(60 // team + 4)]
    field = [
        Runner(n, teams[n * 7_919 % len(teams)], 84_000 + n * 104_729 % 12_000, None, n) for n in range(1, runners + 1)
    ]
    for heats in (1, 2):
        cut = Cut(per_heat=per_heat, farthest_heats=heats)
        began = process_time()
        made = seed(field, cut)
        took = process_time() - began
        plain = seed(field, replace(cut, farthest_heats=0)).surplus
        said = f"  {runners} in heats of {per_heat}, by {heats} at most: plain cut {plain}"
        print(f"{said}, exchange {made.surplus} ({took:.2f} s), optimum {fewest(made, cut)}", flush=True)


def _plain(meet: Meet) -> float:
    """Seconds in which PostgreSQL copies the starts into a table of the same shape."""
    where = "heat_id IN (SELECT h.id FROM entries_heat h JOIN entries_race r ON r.id = h.race_id WHERE r.meet_id = %s)"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS plain_starts (LIKE entries_start INCLUDING ALL)")
        cursor.execute("TRUNCATE plain_starts")
        began = perf_counter()
        cursor.execute(f"INSERT INTO plain_starts SELECT * FROM entries_start WHERE {where}", [meet.pk])
        return perf_counter() - began


def closed_meet(tenant: Tenant, slug: str, now: datetime) -> Meet:
    """A meet without races whose entries are closed."""
    return Meet.objects.create(
        tenant=tenant, slug=slug, name="計測", venue="-", starts_on=now.date(), ends_on=now.date(), fee=0,
        entries_open_at=now - timedelta(days=9), entries_close_at=now - timedelta(days=1), state=State.ENTRIES_CLOSED,
    )  # fmt: skip
