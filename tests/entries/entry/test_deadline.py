"""Requirement M6: one clock, the database's; half open; a late sheet keeps what was typed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client

from entries.entry.models import Entry
from entries.meet.models import Meet, Race, State
from entries.meet.wording import moment
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import open_meet, race_of

pytestmark = pytest.mark.django_db


def database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        now = cursor.fetchone()[0]
    return now if isinstance(now, datetime) else datetime.fromisoformat(now).replace(tzinfo=UTC)


def closing(meet: Meet, *, after: timedelta) -> None:
    Meet._base_manager.filter(pk=meet.pk).update(entries_close_at=database_clock() + after)


def post(client: Client, race: Race, runner: Athlete, team: Team) -> int:
    fields = {
        "submission_key": "k",
        "team": team.pk,
        "rows-TOTAL_FORMS": 1,
        "rows-INITIAL_FORMS": 0,
        "rows-0-athlete": runner.pk,
        "rows-0-race": race.pk,
        "rows-0-seed_time": "14:31.07",
    }
    response = client.post("/meets/nittai/ld326/enter", fields)
    if response.status_code == 422:
        assert "14:31.07" in response.content.decode()
    return response.status_code


@pytest.mark.parametrize("skew", [timedelta(minutes=-5), timedelta(minutes=5)])
@pytest.mark.parametrize(("after", "status"), [(timedelta(minutes=1), 303), (timedelta(minutes=-1), 422)])
def test_a_server_whose_clock_is_wrong_judges_by_the_databases(
    monkeypatch: pytest.MonkeyPatch, client: Client, baba: User, race: Race, runners: list[Athlete], skew: timedelta,
    after: timedelta, status: int,
) -> None:  # fmt: skip
    closing(race.meet, after=after)
    client.force_login(baba)
    wrong = datetime.now(UTC) + skew
    monkeypatch.setattr("django.utils.timezone.now", lambda: wrong)
    assert post(client, race, runners[0], runners[0].team) == status
    assert Entry._base_manager.filter(race=race).count() == (status == 303)


def test_at_the_closing_instant_it_is_closed(meet: Meet) -> None:
    assert meet.takes_entries_at(meet.entries_open_at)
    assert not meet.takes_entries_at(meet.entries_open_at - timedelta(microseconds=1))
    assert meet.takes_entries_at(meet.entries_close_at - timedelta(microseconds=1))
    assert not meet.takes_entries_at(meet.entries_close_at)


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_only_a_published_meet_takes_entries(meet: Meet, state: State) -> None:
    meet.state = state
    assert not meet.takes_entries_at(meet.entries_open_at)


def test_the_instant_is_said_in_the_meets_zone_also_when_clocks_change(nittai: object) -> None:
    meet = open_meet(nittai, "ny", time_zone="America/New_York")  # type: ignore[arg-type]
    before = datetime(2027, 3, 14, 1, 59, tzinfo=ZoneInfo("America/New_York"))
    assert moment(meet, before).endswith("01:59 EST")
    assert moment(meet, before.astimezone(UTC) + timedelta(minutes=1)).endswith("03:00 EDT")
    assert race_of(meet).meet_id == meet.pk
