"""What start lists cost once heats are made: coming out, the public page, the table, and the programme as PDF."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.models import Start
from entries.heat.publication import publish, put_out
from entries.meet.models import Meet, Race, State
from entries.report.paper_data import Programme
from entries.report.papers import PAPERS
from entries.report.start_list_csv import start_list_csv
from entries.report.typesetting import typeset
from entries.roster.models import Team
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests.bench.seeding import closed_meet
from tests.entries.heat.casts import enter

LINE = "{:<58} {:>9}"
SMALL, LARGE = 1_500, 15_000


def run() -> None:
    """Print seconds and ratios, of one run."""
    tenant = Tenant.objects.create(slug="lists", name="計測")
    by = User.objects.create_user("lists@bench.example", name="計測", role=Role.ORGANIZER, tenant=tenant)
    print(LINE.format("start lists", "seconds"), flush=True)
    with tenant_scope(tenant.pk):
        _papers(meet_out(tenant, by, SMALL))
        _table(meet_out(tenant, by, LARGE))


def meet_out(tenant: Tenant, by: User, starts: int) -> Meet:
    """A meet of one race whose lists are out."""
    now = timezone.now()
    meet = closed_meet(tenant, f"m{starts}", now)
    race = Race.objects.create(
        tenant=tenant, meet=meet, name="男子5000m", distance_m=5_000, sex="M", waiting_places=None
    )
    for team in range(starts // 15):
        row = Team.objects.create(kind="university", name=f"計測第{team}大学", short_name=f"計測{team}大")
        enter(race, row, [84_000 + (team * 7_919 + n * 104_729) % 12_000 for n in range(15)], now)
    seed_heats(meet=meet, by=None, at=now)
    set_ranges(meet=meet, rows=[{"first": 1, "last": starts}], by=by)
    _said(f"  {starts} bibs", lambda: assign_bibs(meet=meet, by=by))
    meet.state = State.START_LISTS_OUT
    meet.save(update_fields=["state"])
    _said(f"  {starts} starts come out", lambda: put_out(meet, by=by, at=now, mail=False))
    first = Start.objects.filter(heat__race=race).select_related("entry").order_by("pk")[0]
    first.entry.withdrawn_at = now
    first.entry.save(update_fields=["withdrawn_at"])
    _said(f"  {starts} starts, the next version", lambda: publish(meet=meet, by=by, at=now))
    return meet


def _papers(meet: Meet) -> None:
    browser, address = Client(SERVER_NAME="localhost"), f"/meets/{meet.tenant.slug}/{meet.slug}/start-lists/"
    browser.get("/meets/")
    _said("  public page, made once a second", lambda: browser.get(address))
    now, paper = timezone.now(), PAPERS["programme"]
    values: dict[str, Any] = {}

    def read() -> None:
        programme = Programme(meet, now)
        values.update(programme.values(str(paper.title), **paper.data(programme)))

    # Typst keeps what it has set: the same data a second time would cost nothing.
    reading = _said("  data of the programme", read)
    setting = _said("  typst on it", lambda: typeset(paper.template, values))
    print(f"    programme / typst alone: {(reading + setting) / setting:.2f}", flush=True)


PAIRS = 5


def _table(meet: Meet) -> None:
    """The best of some pairs: other work on the machine falls on one of the two else."""
    asked = (
        "SELECT r.name, h.number, l.starts_at, s.hip_number, b.number, s.listed_name, s.listed_kana, s.listed_team, s.listed_grade, "
        "e.seed_time, e.personal_best, e.withdrawn_at, e.pacemaker "
        "FROM entries_start s JOIN entries_heat h ON h.id = s.heat_id JOIN entries_race r ON r.id = h.race_id "
        "JOIN entries_entry e ON e.id = s.entry_id LEFT JOIN entries_bib b ON b.meet_id = r.meet_id AND b.athlete_id = e.athlete_id "
        "LEFT JOIN entries_timetableslot l ON l.race_id = r.id AND l.number = h.number "
        f"WHERE r.meet_id = {meet.pk} ORDER BY r.position, r.id, h.number, s.hip_number, s.id"
    )

    def copy() -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT csv)") as rows:
            for _row in rows:
                pass

    pairs = [
        (_said(f"  CSV of {LARGE} starts", lambda: start_list_csv(meet)), _said("  COPY of the same", copy))
        for _pair in range(PAIRS)
    ]
    print(f"    COPY / CSV: {min(copied for _, copied in pairs) / min(ours for ours, _ in pairs):.2f}", flush=True)


def _said(what: str, act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    took = perf_counter() - began
    print(LINE.format(what, f"{took:.3f}"), flush=True)
    return took
