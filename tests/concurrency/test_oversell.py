"""Requirements C1, C2, C3: 500 submissions at once on 50 places, over HTTP, three server processes,
a real PostgreSQL. RUSH_RUNS=20 is the full measure."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from tenants.models import OutboxMail
from tests.conftest import race_of
from tests.rush import Coach, Reply, coaches, enter_address, post_all, request, sheet
from tests.site import Site

pytestmark = pytest.mark.whole_machine(
    "five hundred sheets at once, and their negative control, need all cores for themselves"
)

RUNS = int(os.environ.get("RUSH_RUNS", "2"))
SENT, PLACES = 500, 50


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    with Site(workers=3) as running:
        yield running


@pytest.fixture(scope="module")
def careless(django_db_setup: None) -> Iterator[Site]:
    """The same without the guard of its places."""
    with Site(workers=3, app="tests.concurrency.unguarded:application") as running:
        yield running


def rush(site: Site, meet: Meet, race: Race, teams: list[Coach]) -> list[Reply]:
    """Every team sends one athlete at the same moment."""
    bodies = [(coach, sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])) for coach in teams]
    return post_all(site.port, [request(enter_address(meet), coach.cookies, body) for coach, body in bodies])


def commit_order(race: Race) -> list[int]:
    """The race's tickets in the order in which PostgreSQL committed them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ticket FROM entries_entry WHERE race_id = %s ORDER BY pg_xact_commit_timestamp(xmin), ticket",
            [race.pk],
        )
        return [ticket for (ticket,) in cursor.fetchall()]


def test_nobody_is_given_a_place_that_does_not_exist(site: Site, meet: Meet) -> None:
    teams = coaches(SENT)
    for run in range(RUNS):
        race = race_of(meet, f"オープン3000m {run}", distance_m=3000, sex="X", places=PLACES)
        replies = rush(site, meet, race, teams)
        assert {reply.status for reply in replies} == {303}, f"run {run}"
        entries = Entry.objects.filter(race=race)
        assert entries.holding_a_place().count() == PLACES
        waiting: Any = entries.waiting().with_position().order_by("ticket")
        assert list(waiting.values_list("waiting_position", flat=True)) == list(range(1, SENT - PLACES + 1))
        assert commit_order(race) == list(range(1, SENT + 1))


def test_without_the_lock_the_same_rush_oversells(careless: Site, meet: Meet) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries_entry DROP CONSTRAINT one_entry_per_ticket")
    try:
        teams = coaches(SENT)
        race = race_of(meet, "オープン3000m", distance_m=3000, sex="X", places=PLACES)
        rush(careless, meet, race, teams)
        assert Entry.objects.filter(race=race).holding_a_place().count() > PLACES
    finally:
        Entry.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE entries_entry ADD CONSTRAINT one_entry_per_ticket UNIQUE (race_id, ticket)")


def test_without_the_lock_the_database_still_refuses_to_oversell(careless: Site, meet: Meet) -> None:
    teams = coaches(SENT)
    race = race_of(meet, "オープン3000m", distance_m=3000, sex="X", places=PLACES)
    rush(careless, meet, race, teams)
    assert Entry.objects.filter(race=race).holding_a_place().count() <= PLACES


def test_the_same_form_posted_twenty_times_at_once_is_one_order_and_one_mail(
    site: Site, meet: Meet, race: Race
) -> None:
    [coach] = coaches(1, athletes=2)
    body = sheet(coach, [(athlete.pk, race.pk, "14:30.00") for athlete in coach.athletes])
    replies = post_all(site.port, [request(enter_address(meet), coach.cookies, body)] * 20)
    assert {(reply.status, reply.location) for reply in replies} == {(303, replies[0].location)}
    assert (Submission.objects.count(), Entry.objects.count()) == (1, 2)
    assert OutboxMail.objects.filter(kind="entry.received").count() == 1


def test_another_sheet_under_the_same_key_is_a_conflict(site: Site, meet: Meet, race: Race) -> None:
    [coach] = coaches(1, athletes=2)
    bodies = [sheet(coach, [(athlete.pk, race.pk, "14:30.00")], key="one-key") for athlete in coach.athletes]
    replies = post_all(site.port, [request(enter_address(meet), coach.cookies, body) for body in bodies])
    assert sorted(reply.status for reply in replies) == [303, 409]
    assert Entry.objects.count() == 1
