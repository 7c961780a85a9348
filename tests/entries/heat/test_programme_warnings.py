"""What the programme desk wants to be looked at, and where each of it is mended."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from catalog.models import SHOE, MasterProduct
from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.models import Bib, Start
from entries.heat.programme_context import lines_of
from entries.heat.programme_warnings import warnings_of
from entries.heat.publication import publish
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import race_of
from tests.entries.heat.casts import enter, in_heats
from tests.entries.heat.test_timetable import slot

pytestmark = pytest.mark.usefixtures("in_nittai")


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime) -> Race:
    """Four runners of 15:00 to 15:03 in two heats, at 9:00 and 9:20."""
    race = in_heats(meet, kita, now, runners=4, per_heat=2, position=1)
    slot(race, 1, "09:00"), slot(race, 2, "09:20")
    return race


def said(meet: Meet) -> dict[str, list[str]]:
    meet = Meet.objects.get(pk=meet.pk)
    return {str(group.title): [one.text for one in group.said] for group in warnings_of(meet, lines_of(meet))}


def addresses(meet: Meet) -> list[str]:
    return [one.address for group in warnings_of(meet, lines_of(meet)) for one in group.said]


def test_a_programme_without_faults_says_nothing(race: Race) -> None:
    assert said(race.meet) == {}


def test_heats_that_overlap_on_one_track(race: Race) -> None:
    TimetableSlot.objects.filter(race=race, number=2).delete()
    slot(race, 2, "09:10")
    assert said(race.meet) == {
        "組が重なっています": ["男子5000m 1組（09:16まで）と男子5000m 2組（09:10）が重なります。"]
    }
    assert addresses(race.meet) == ["#timetable"]


def test_a_day_that_is_longer_than_the_venue_allows(race: Race) -> None:
    Meet.objects.filter(pk=race.meet_id).update(day_ends_at=time(9, 35, 1))
    assert said(race.meet) == {}
    Meet.objects.filter(pk=race.meet_id).update(day_ends_at=time(9, 35))
    assert said(race.meet) == {
        "競技を終える時刻より遅くなります": ["男子5000m 2組の最後の選手は09:36にゴールする見込みです（09:35まで）。"]
    }


def test_heats_without_a_time_and_times_without_a_heat(race: Race) -> None:
    TimetableSlot.objects.filter(race=race).delete()
    for number in (4, 5, 7):
        slot(race, number, "12:00")
    assert said(race.meet) == {
        "スタート時刻のない組": ["男子5000m: 1–2組にスタート時刻がありません。"],
        "組のない時刻": ["男子5000m: 4–5, 7組の時刻がありますが、その組はありません。"],
    }


def test_a_race_without_heats_lacks_no_times(race: Race) -> None:
    other = race_of(race.meet, "女子3000m", sex="F", distance_m=3_000, position=2)
    slot(other, 1, "10:00")
    assert said(race.meet) == {}


def test_a_heat_over_its_size(race: Race) -> None:
    Race.objects.filter(pk=race.pk).update(starters_per_heat=1)
    assert said(race.meet)["人数が多すぎる組"] == [
        "男子5000m 1組は2名です（1組の上限1名）。", "男子5000m 2組は2名です（1組の上限1名）。",
    ]  # fmt: skip
    assert addresses(race.meet)[0] == f"?race={race.pk}#heat-1"


def test_an_athlete_in_two_races_within_the_minutes_of_the_meet(race: Race, kita: Team, now: datetime) -> None:
    other = race_of(race.meet, "男子1500m", distance_m=1_500, position=2)
    [entry] = enter(other, kita, [24_000], now)
    twice = Start.objects.filter(heat__race=race, heat__number=1).select_related("entry__athlete")[0].entry.athlete
    Entry.objects.filter(pk=entry.pk).update(athlete=twice)
    seed_heats(meet=race.meet, by=None, at=now, races=[other.pk])
    slot(other, 1, "10:20")
    assert said(race.meet) == {
        "2種目の間隔が短い選手": [
            f"{twice.full_name}（{kita.printed_name}）: 男子5000m 1組（09:00）の80分後に男子1500m 1組（10:20）"
        ]
    }
    assert addresses(race.meet) == [f"?race={other.pk}#board"]
    for minutes in (80, None):
        Meet.objects.filter(pk=race.meet_id).update(rest_minutes=minutes)
        assert said(race.meet) == {}


def test_who_withdrew_starts_in_one_race(race: Race, kita: Team, now: datetime) -> None:
    other = race_of(race.meet, "男子1500m", distance_m=1_500, position=2)
    [entry] = enter(other, kita, [24_000], now)
    first = Entry.objects.filter(race=race).order_by("pk")[0]
    Entry.objects.filter(pk=entry.pk).update(athlete=first.athlete_id)
    seed_heats(meet=race.meet, by=None, at=now, races=[other.pk])
    slot(other, 1, "09:50")
    assert len(said(race.meet)) == 1
    Entry.objects.filter(pk=entry.pk).update(withdrawn_at=now)
    assert said(race.meet) == {}


def test_names_that_come_out_otherwise_on_paper(race: Race) -> None:
    entry = Entry.objects.filter(race=race).select_related("athlete").order_by("pk")[0]
    Athlete.objects.filter(pk=entry.athlete_id).update(family_name="\U0002a7dd")
    [(title, [text])] = said(race.meet).items()
    assert title == "印刷で変わる文字のある氏名とチーム名"
    assert text.startswith("男子5000m \U0002a7dd")
    assert addresses(race.meet) == [f"/admin/entries/entry/{entry.pk}/change/"]


def test_a_team_is_named_once(race: Race, kita: Team) -> None:
    Team.objects.filter(pk=kita.pk).update(short_name="\U0002a7dd大")
    [(_title, [text])] = said(race.meet).items()
    assert text.startswith("\U0002a7dd大: ")


def test_shoes_that_may_not_be_worn(race: Race) -> None:
    shoe = MasterProduct.objects.create(
        tenant_id=race.tenant_id, brand="TESTBRAND", reference="THICK", category=SHOE, stack_height_mm=Decimal(40),
        list_status="listed", events_allowed=["road"],
    )  # fmt: skip
    entry, other = Entry.objects.filter(race=race).order_by("pk")[:2]
    unknown = MasterProduct.objects.create(tenant_id=race.tenant_id, brand="TESTBRAND", reference="OLD", category=SHOE)
    Entry.objects.filter(pk=other.pk).update(shoe=unknown, shoe_declared="TESTBRAND OLD")
    Entry.objects.filter(pk=entry.pk).update(shoe=shoe, shoe_declared="TESTBRAND THICK")
    [(title, [text])] = said(race.meet).items()
    assert title == "使えないシューズ"
    assert "TESTBRAND THICK は使えません。" in text
    assert addresses(race.meet) == [f"/admin/entries/entry/{entry.pk}/change/"]


def test_warnings_are_said_in_english_too(race: Race) -> None:
    TimetableSlot.objects.filter(race=race).delete()
    with translation.override("en"):
        assert said(race.meet) == {"Heats without a start time": ["男子5000m: heats 1–2 without a start time."]}


def test_of_many_the_first_are_said_and_the_others_counted(race: Race, kita: Team, now: datetime) -> None:
    many = race_of(race.meet, "男子1500m", distance_m=1_500, position=2, starters_per_heat=40)
    enter(many, kita, [24_000] * 40, now)
    seed_heats(meet=race.meet, by=None, at=now, races=[many.pk])
    slot(many, 1, "12:00")
    for entry in Entry.objects.filter(race=many):
        Athlete.objects.filter(pk=entry.athlete_id).update(given_name=f"\U0002a7dd{entry.pk}")
    [group] = warnings_of(race.meet, lines_of(race.meet))
    assert (group.count, len(group.said), group.more, group.is_open) == (40, 30, 10, False)


def test_the_page_asks_no_more_whatever_there_is_to_say(
    client: Client, race: Race, kita: Team, aoki: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    """With lists out and changed since, an entry without a heat, a shoe, two ranges and somebody in two races."""
    client.force_login(aoki)
    Meet.objects.filter(pk=race.meet_id).update(state=State.START_LISTS_OUT)
    publish(meet=race.meet, by=aoki, at=now)
    test_shoes_that_may_not_be_worn(race)
    for entry in Entry.objects.filter(race=race)[:2]:
        Bib.objects.create(tenant_id=race.tenant_id, meet=race.meet, athlete_id=entry.athlete_id, number=entry.pk)
    enter(race, kita, [95_000], now)
    TimetableSlot.objects.filter(race=race, number=2).delete()
    with django_assert_max_num_queries(20):
        page = client.get(f"/admin/entries/meet/{race.meet_id}/programme/")
    text = page.content.decode()
    assert "確認すること" in text
    assert "男子5000m: 2組にスタート時刻がありません。" in text
