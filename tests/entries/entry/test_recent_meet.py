"""A sheet is entered by a meet that was read a second ago; what must be exact is exact all the same."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from entries.entry.models import Submission
from entries.meet import decorators
from entries.meet.models import Meet, Race, State
from entries.meet.recent import RecentMeets, RecentRaces
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tests.conftest import open_meet, race_of, team_of
from tests.entries.entry.sheets import address, row, send

pytestmark = pytest.mark.usefixtures("in_nittai")


class Clock:
    """The time of this process, as a test sets it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Clock:
    """What is recent stays so until a test moves this clock."""
    clock = Clock()
    settings.RECENT_MEET_SECONDS = 1.0
    monkeypatch.setattr(decorators, "RECENT", RecentMeets(clock=clock))
    return clock


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def enter(clock: Clock, coach: Client, meet: Meet, kita: Team, runners: list[Athlete]) -> Callable[..., HttpResponse]:
    """Enter one more runner; the meet has been read before, by the sheet of the first."""
    left = iter(runners)

    def enter(race: Race) -> HttpResponse:
        runner = next(left)
        answer: HttpResponse = send(coach, meet, kita, [row(runner, race)], key=f"key-{runner.pk}")
        return answer

    return enter


@pytest.fixture
def read(enter: Callable[..., HttpResponse], race: Race) -> Race:
    """A race of a meet that was just read."""
    assert enter(race).status_code == 303
    return race


def test_the_next_sheet_asks_for_session_athletes_and_writes(
    read: Race, coach: Client, meet: Meet, kita: Team, runners: list[Athlete]
) -> None:
    with CaptureQueriesContext(connection) as caught:
        assert send(coach, meet, kita, [row(one, read) for one in runners[1:4]], key="twenty").status_code == 303
    asked = [
        query["sql"] for query in caught if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    if connection.vendor == "postgresql":
        assert len(asked) == 3
    assert not [sql for sql in asked if sql.startswith("SELECT") and '"entries_meet"."slug"' in sql]


def test_after_a_second_it_is_read_again(
    read: Race, clock: Clock, enter: Callable[..., HttpResponse], meet: Meet
) -> None:
    Race.objects.filter(pk=read.pk).update(fee=777)
    clock.now += 1
    assert enter(read).status_code == 303
    assert Submission.objects.latest("pk").entries.get().fee == 777


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"entries_paused_at": True}, "一時停止"),
        ({"entries_close_at": True}, "締め切り"),
        ({"state": State.ENTRIES_CLOSED}, "締め切り"),
    ],
)
def test_what_ends_the_entries_is_seen_at_once(
    read: Race, enter: Callable[..., HttpResponse], meet: Meet, now: datetime, changes: dict[str, object], said: str
) -> None:
    """The writing statement looks at the meet's own row."""
    at = now - timedelta(minutes=1)
    Meet.objects.filter(pk=meet.pk).update(**{name: at if value is True else value for name, value in changes.items()})
    answer = enter(read)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Submission.objects.count() == 1


def test_a_paused_race_takes_nobody(read: Race, enter: Callable[..., HttpResponse], now: datetime) -> None:
    Race.objects.filter(pk=read.pk).update(paused_at=now)
    assert enter(read).status_code == 422


def test_a_race_that_is_gone_is_refused(
    read: Race, clock: Clock, enter: Callable[..., HttpResponse], meet: Meet
) -> None:
    other = race_of(meet, name="男子10000m")
    clock.now += 1
    assert enter(read).status_code == 303
    Race.objects.filter(pk=other.pk).delete()
    answer = enter(other)
    assert answer.status_code == 422
    assert Submission.objects.count() == 2


def test_nobody_is_refused_by_what_is_a_second_old(
    read: Race, enter: Callable[..., HttpResponse], clock: Clock, now: datetime
) -> None:
    Race.objects.filter(pk=read.pk).update(paused_at=now)
    clock.now += 1
    assert enter(read).status_code == 422
    Race.objects.filter(pk=read.pk).update(paused_at=None)
    assert enter(read).status_code == 303


def test_a_meet_taken_back_is_not_there(read: Race, enter: Callable[..., HttpResponse], meet: Meet) -> None:
    Meet.objects.filter(pk=meet.pk).update(state=State.DRAFT)
    assert enter(read).status_code == 404


def test_the_team_of_somebody_else_is_not_there(
    read: Race, coach: Client, meet: Meet, chiba: User, runners: list[Athlete]
) -> None:
    theirs = team_of(chiba, "東クラブ")
    answer = send(coach, meet, theirs, [row(runners[1], read)], key="theirs")
    assert answer.status_code == 404
    assert Submission.objects.count() == 1


def test_what_is_recent_has_no_clock(read: Race, meet: Meet) -> None:
    """A meet's clock is the moment of its request; one that is kept would be an old one."""
    recent = vars(decorators)["RECENT"].get("nittai", meet.slug)
    assert recent is not None
    assert not hasattr(recent, "clock")


def test_what_pages_make_of_the_races_is_kept_with_them(
    clock: Clock, coach: Client, meet: Meet, race: Race, kita: Team, runners: list[Athlete]
) -> None:
    """A race that comes is offered a second later; what somebody typed for a race leaves nothing behind."""
    assert race.name in coach.get(address(meet)).content.decode()
    known = vars(decorators)["RECENT"].get(meet.tenant.slug, meet.slug)
    assert isinstance(known.recent_races, RecentRaces)
    races = known.recent_races
    kept = set(races.made)
    assert kept
    answer = send(coach, meet, kita, [row(runners[0], "9876543")], save_draft=1, draft_version=0)
    assert answer.status_code == 303
    assert 'value="9876543" selected' in coach.get(address(meet)).content.decode()
    assert set(races.made) == kept
    race_of(meet, "男子1500m", distance_m=1_500)
    assert "男子1500m" not in coach.get(address(meet)).content.decode()
    clock.now += 1
    assert "男子1500m" in coach.get(address(meet)).content.decode()


def test_as_many_meets_are_kept_as_there_is_room_for(
    meet: Meet, race: Race, nittai: Tenant, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The one that was read the longest ago goes; what is no meet takes no room."""
    settings.RECENT_MEET_SECONDS = 1.0
    open_meet(nittai, "second"), open_meet(nittai, "third")
    kept = RecentMeets(2, Clock())
    for slug in (meet.slug, "second", "third", "none"):
        kept.get(nittai.slug, slug)
    with django_assert_num_queries(0):
        assert kept.get(nittai.slug, "third")
        assert kept.get(nittai.slug, "second")
    with django_assert_num_queries(2):
        assert kept.get(nittai.slug, meet.slug)
