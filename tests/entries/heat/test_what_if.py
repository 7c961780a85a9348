"""Another cut of a race is shown before anything is written: who moves, and when the day ends."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.models import RaceSeeding, Start
from entries.heat.programme_context import lines_of
from entries.heat.timetable import filled, times_of, wishes_now
from entries.heat.timetable_actions import fill_timetable
from entries.heat.timetable_shown import ends_shown
from entries.heat.what_if import Compared, compare
from entries.meet.models import Meet, Race, TimetableSlot
from entries.roster.models import Team
from tenants.models import AuditRecord, User
from tests.conftest import race_of
from tests.entries.heat.casts import enter, heats, in_heats

pytestmark = pytest.mark.usefixtures("in_nittai")
BLANK = {
    "seed_by": "declared", "heats": "", "fast_heats": 0, "fast_size": "", "most_of_a_team": "", "farthest_heats": 1,
    "farthest": "10.00", "stays": "", "gap_minutes": "",
}  # fmt: skip


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime) -> Race:
    """Six runners in two heats of three: 15:00 to 15:02 in the second, 15:03 to 15:05 in the first."""
    return in_heats(meet, kita, now, runners=6, per_heat=3, position=1)


def compared(race: Race, *, per_heat: int = 3, **fields: Any) -> Compared:
    race = Race.objects.select_related("meet").get(pk=race.pk)
    row = RaceSeeding.objects.get(race=race)
    row.race = race
    for name, value in fields.items():
        setattr(row, name, value)
    return compare(race.meet, lines_of(race.meet), row, per_heat)


def moves(found: Compared) -> list[tuple[int, str, str]]:
    return [(one.entry.seed_time or 0, one.before, one.after) for one in found.movers]


def test_who_moves_and_how_large_heats_would_be(race: Race) -> None:
    found = compared(race, per_heat=2)
    [one] = found.races
    assert (list(one.sizes_before), list(one.sizes_after)) == ([3, 3], [2, 2, 2])
    assert (one.ends_before, one.ends_after) == ("5/1 (土) 09:34", "5/1 (土) 09:52")
    assert (found.changing, found.more) == (3, 0)
    assert moves(found) == [(90_300, "1組", "2組"), (90_000, "2組", "3組"), (90_100, "2組", "3組")]
    assert compared(race).changing == 0
    assert [len(heat) for heat in heats(race)] == [3, 3]
    assert Race.objects.get(pk=race.pk).starters_per_heat == 3


def test_the_end_of_the_day_is_what_the_timetable_would_have(race: Race, aoki: User, now: datetime) -> None:
    """9:00, 9:18 and the slowest of the second heat at 15:02."""
    assert compared(race).ends == [("5/1 (土)", "09:34", "09:34")]
    assert compared(race, gap_minutes=10).ends == [("5/1 (土)", "09:34", "09:42")]
    found = compared(race, heats=3)
    race.starters_per_heat = 3
    RaceSeeding.objects.filter(race=race).update(heats=3)
    seed_heats(meet=race.meet, by=None, at=now)
    wishes = wishes_now(race.meet, times_of(race.meet))
    seen = filled(race.meet, times_of(race.meet), wishes).token
    then = fill_timetable(meet=race.meet, wishes=wishes, seen=seen, by=aoki, at=now).then.values()
    [(_day, _before, after)] = found.ends
    assert list(ends_shown(race.meet, then, then)) == [("5/1 (土)", after, after)]


def test_who_leaves_a_selection_race_is_named_with_both_races(race: Race, kita: Team, now: datetime) -> None:
    best = race_of(race.meet, "選抜男子5000m", starters_per_heat=4, is_ncg=True, fallback_race=race, position=2)
    enter(best, kita, [84_000, 84_100, 84_200], now)
    seed_heats(meet=race.meet, by=None, at=now)
    found = compared(best_seeding(best), per_heat=4, stays=2)
    assert [(one.race.name, list(one.sizes_before), list(one.sizes_after)) for one in found.races] == [
        ("男子5000m", [3, 3], [3, 2, 2]), ("選抜男子5000m", [3], [2]),
    ]  # fmt: skip
    assert (84_200, "選抜男子5000m 1組", "男子5000m 3組") in moves(found)
    assert (Start.objects.filter(heat__race=best).count(), Entry.objects.count()) == (3, 9)


def best_seeding(race: Race) -> Race:
    RaceSeeding.objects.filter(race=race).update(most_of_a_team=None)
    return race


def test_a_hundred_are_named_and_the_others_counted(race: Race, kita: Team, now: datetime) -> None:
    Race.objects.filter(pk=race.pk).update(starters_per_heat=100)
    enter(race, kita, [91_000 + n for n in range(214)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    found = compared(race, per_heat=20)
    assert (len(found.movers), found.more) == (100, found.changing - 100)
    assert found.changing > 100


def test_questions_do_not_grow_with_the_runners(
    race: Race, kita: Team, now: datetime, django_assert_num_queries: Any
) -> None:
    lines, row = lines_of(race.meet), RaceSeeding.objects.select_related("race").get(race=race)
    with django_assert_num_queries(4):
        compare(race.meet, lines, row, 2)
    enter(race, kita, [91_000 + n for n in range(60)], now)
    lines = lines_of(race.meet)
    with django_assert_num_queries(4):
        compare(race.meet, lines, row, 2)


def test_the_size_of_heats_is_tried_and_kept_on_the_desk(client: Client, race: Race, aoki: User) -> None:
    client.force_login(aoki)
    address = f"/admin/entries/meet/{race.meet_id}/programme/"
    tried = client.post(address, BLANK | {"race": race.pk, "per_heat": 2, "what_if": "1"}).content.decode()
    assert "2, 2, 2" in tried
    assert "組が変わる選手は3名です。" in tried
    assert "2組 → 3組" in tried
    assert Race.objects.get(pk=race.pk).starters_per_heat == 3
    assert (
        client.post(address, BLANK | {"race": race.pk, "per_heat": 2, "gap_minutes": 3, "settings": "1"}).status_code
        == 302
    )
    assert (Race.objects.get(pk=race.pk).starters_per_heat, RaceSeeding.objects.get(race=race).gap_minutes) == (2, 3)
    trail = AuditRecord.objects.get(verb="race.changed")
    assert (trail.before, trail.after) == ({"starters_per_heat": 3}, {"starters_per_heat": 2})
    assert AuditRecord.objects.get(verb="race.seeding_changed").after == {"gap_minutes": 3}
    assert client.post(address, BLANK | {"race": race.pk, "settings": "1"}).status_code == 302
    assert Race.objects.get(pk=race.pk).starters_per_heat == 2, "as it is when nothing is said"
    wrong = client.post(address, BLANK | {"race": race.pk, "per_heat": 0, "what_if": "1"})
    assert (wrong.status_code, TimetableSlot.objects.count()) == (422, 0)
