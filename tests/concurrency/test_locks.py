"""Requirement C10: a lock that somebody holds too long is a page in our own words, not an error;
bulk edits never deadlock."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from django.db import connection, connections, transaction
from django.utils import timezone

from entries.entry import actions, entry_actions, places, queue_actions
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from tenants.models import User
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.conftest import race_of
from tests.rush import Coach, coaches, enter_address, post_all, request, sheet
from tests.site import Site

EDITS = 100


def test_a_race_that_stays_locked_answers_503_and_says_when_to_come_back(meet: Meet, race: Race) -> None:
    [coach] = coaches(1)
    body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])
    with Site(workers=1, app="tests.concurrency.impatient:application") as site:
        with transaction.atomic():
            places.lock_races([race.pk])
            [locked] = post_all(site.port, [request(enter_address(meet), coach.cookies, body)])
        [free] = post_all(site.port, [request(enter_address(meet), coach.cookies, body)])
    assert (locked.status, free.status) == (503, 303)
    assert "二重の申込にはなりません" in locked.body
    assert Entry.objects.count() == 1


def test_bulk_edits_in_opposite_order_do_not_deadlock(meet: Meet, aoki: User) -> None:
    one, two = race_of(meet, places=5), race_of(meet, "男子10000m", distance_m=10_000, places=5)
    [coach] = coaches(1, athletes=6)
    for n, athlete in enumerate(coach.athletes):
        entry_actions.invite(race=(one, two)[n % 2], athlete=athlete, seed_time=None, by=aoki, at=timezone.now())
    ids = list(Entry.objects.order_by("pk").values_list("pk", flat=True))

    def edit(first: Race, second: Race) -> None:
        with tenant_scope(meet.tenant_id), ExitStack() as stack:
            stack.callback(connections.close_all)
            for n in range(EDITS):
                target = (first, second)[n % 2]
                rows = list(Entry.objects.filter(pk__in=ids).exclude(race=target).order_by("-pk"))
                _move_all_but_those_that_moved(rows, target, aoki)

    with ThreadPoolExecutor() as pool:
        edits = [pool.submit(edit, *pair) for pair in ((one, two), (two, one))]
    assert [done.result() for done in edits] == [None, None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone()[0] == 0


def _move_all_but_those_that_moved(rows: list[Entry], target: Race, by: User) -> None:
    try:
        entry_actions.move(entries=rows, to=target, by=by, at=timezone.now())
    except Refused as refusal:
        if refusal.code != "same_race":
            raise


def test_a_race_is_saved_with_new_places_while_sheets_arrive(meet: Meet, race: Race, aoki: User) -> None:
    teams = coaches(4, athletes=25)

    def arrive(coach: Coach) -> None:
        with tenant_scope(meet.tenant_id), ExitStack() as stack:
            stack.callback(connections.close_all)
            for athlete in coach.athletes:
                lines = [Line(0, athlete.pk, race.pk, 90_000)]
                actions.submit(
                    meet=meet, team=coach.team, lines=lines, key=f"{athlete.pk}", by=coach.user, at=timezone.now()
                )

    with ThreadPoolExecutor() as pool:
        rush = [pool.submit(arrive, coach) for coach in teams]
        for n in range(50):
            saved = Race.objects.get(pk=race.pk)
            saved.name, saved.places = f"男子5000m {n}", n
            queue_actions.change_race(saved, fields=["name", "places"], before={}, by=aoki, at=timezone.now())
    assert [done.result() for done in rush] == [None] * len(teams)
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone()[0] == 0
