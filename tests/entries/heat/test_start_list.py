"""What the start list says is asked in one place: its order, its search, its times."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.models import Bib
from entries.heat.start_list import start_list_of
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.roster.models import Athlete, Team
from tests.conftest import race_of
from tests.entries.heat.casts import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime, in_nittai: None) -> Race:
    """Five runners in heats of two."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=2)
    enter(race, kita, [90_000, 90_100, 90_200, 90_300, 90_400], now)
    seed_heats(meet=meet, by=None, at=now)
    return race


def test_heat_by_heat_by_hip_number(race: Race) -> None:
    found = start_list_of(race.meet)
    places = [(one.heat, one.hip_number) for one in found]
    assert places == sorted(places)
    assert {one.seed_time for one in found} == {90_000, 90_100, 90_200, 90_300, 90_400}
    assert start_list_of(race.meet, races=[]) == []


def test_a_heat_goes_off_when_its_slot_says_and_calls_before(race: Race, now: datetime) -> None:
    TimetableSlot.objects.create(tenant_id=race.tenant_id, race=race, number=2, starts_at=now)
    by_heat = {one.heat: (one.starts_at, one.calls_at) for one in start_list_of(race.meet)}
    assert by_heat[1] == (None, None)
    assert by_heat[2] == (now, now - timedelta(minutes=30))
    race.meet.call_minutes = None
    assert {one.calls_at for one in start_list_of(race.meet)} == {None}


def test_who_is_withdrawn_stays_in_place(race: Race, now: datetime) -> None:
    first, *_ = start_list_of(race.meet)
    Entry.objects.filter(pk=first.entry).update(withdrawn_at=now)
    found = start_list_of(race.meet)
    assert (found[0].start, found[0].hip_number) == (first.start, first.hip_number)
    assert [one.state for one in found] == ["withdrawn"] + ["listed"] * 4
    assert found[0].note


def test_name_kana_team_and_bib_are_found(race: Race) -> None:
    athlete = Athlete.objects.get(pk=start_list_of(race.meet)[2].athlete)
    athlete.family_name, athlete.family_kana = "髙﨑", "タカサキ"
    athlete.save()
    Bib.objects.create(tenant_id=race.tenant_id, meet=race.meet, athlete=athlete, number=417)
    for words in ("高崎", "たかさき", "417", "４１７"):
        assert [one.athlete for one in start_list_of(race.meet, words=words)] == [athlete.pk], words
    assert len(start_list_of(race.meet, words=athlete.team.name)) == 5
    assert start_list_of(race.meet, words="418") == []


def test_nobody_is_found_by_a_jaaf_id(race: Race) -> None:
    athlete = Athlete.objects.get(pk=start_list_of(race.meet)[2].athlete)
    athlete.jaaf_id = "10787053010"
    athlete.save()
    for words in ("10787053010", "87053010", "1", "１０７８７", f"{athlete.family_name} 107"):
        assert start_list_of(race.meet, words=words) == [], words


def test_the_queries_do_not_grow(
    race: Race, kita: Team, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        assert len(start_list_of(race.meet)) == 5
    enter(race, kita, [91_000] * 5, now)
    seed_heats(meet=race.meet, by=None, at=now)
    with django_assert_num_queries(3):
        assert len(start_list_of(race.meet)) == 10
