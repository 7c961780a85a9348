"""Start times follow the heats: what they would be, writing them as they were shown, and what stays."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from entries.entry.models import Entry
from entries.heat import board_actions
from entries.heat.actions import seed_heats
from entries.heat.models import Heat, ListVersion, RaceSeeding, Start
from entries.heat.publication import publish
from entries.heat.timetable import Filled, Wish, Wishes, filled, times_of, wishes_now
from entries.heat.timetable_actions import fill_timetable
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.roster.models import Team
from tenants.models import AuditRecord, User
from tenants.refusal import Refused
from tests.conftest import race_of
from tests.entries.heat.casts import enter, in_heats

pytestmark = pytest.mark.usefixtures("in_nittai")

DAY = date(2027, 5, 1)


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime) -> Race:
    """Six runners in two heats of three: 15:00 to 15:02 in the second, 15:03 to 15:05 in the first."""
    return in_heats(meet, kita, now, runners=6, per_heat=3, position=1)


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), UTC) - timedelta(hours=9)


def slot(race: Race, number: int, clock: str, *, is_fixed: bool = False) -> TimetableSlot:
    return TimetableSlot.objects.create(
        tenant_id=race.tenant_id, race=race, number=number, starts_at=at(clock), is_fixed=is_fixed
    )


def clocks(race: Race) -> list[str]:
    slots = TimetableSlot.objects.filter(race=race).order_by("number")
    return [f"{one.starts_at.astimezone(race.meet.zone):%H:%M}{'!' * one.is_fixed}" for one in slots]


def fill(meet: Meet, by: User, now: datetime, wishes: Wishes | None = None) -> Filled:
    wishes = wishes or wishes_now(meet, times_of(meet))
    seen = filled(meet, times_of(meet), wishes).token
    return fill_timetable(meet=meet, wishes=wishes, seen=seen, by=by, at=now)


def another(meet: Meet, team: Team, now: datetime, times: list[int | None], **fields: Any) -> Race:
    race = race_of(meet, "女子3000m", sex="F", distance_m=3_000, starters_per_heat=3, position=2, **fields)
    enter(race, team, times, now)
    seed_heats(meet=meet, by=None, at=now, races=[race.pk])
    return race


def test_each_heat_gets_a_start_as_long_after_the_one_before_as_that_runs(
    race: Race, aoki: User, now: datetime
) -> None:
    fill(race.meet, aoki, now)
    assert clocks(race) == ["09:00", "09:18"]
    trail = AuditRecord.objects.get(verb="race.timetable_filled")
    assert (trail.actor, trail.before["slots"], trail.after["slots"]) == (aoki, 0, 2)
    assert fill(race.meet, aoki, now).changed == []
    assert AuditRecord.objects.filter(verb="race.timetable_filled").count() == 1


def test_races_follow_each_other_in_the_order_of_the_programme(
    race: Race, kita: Team, aoki: User, now: datetime
) -> None:
    other = another(race.meet, kita, now, [60_000, None])
    fill(race.meet, aoki, now)
    assert (clocks(race), clocks(other)) == (["09:00", "09:18"], ["09:36"])
    third = race_of(race.meet, "男子1500m", distance_m=1_500, position=3)
    enter(third, kita, [24_000], now)
    seed_heats(meet=race.meet, by=None, at=now, races=[third.pk])
    fill(race.meet, aoki, now)
    assert clocks(third) == ["09:49"], "11 minutes of who has no time and a gap of 2"


def test_heats_stay_in_the_order_of_the_timetable_unless_it_is_told_anew(
    race: Race, kita: Team, aoki: User, now: datetime
) -> None:
    other = another(race.meet, kita, now, [60_000])
    slot(race, 1, "10:00"), slot(other, 1, "10:05"), slot(race, 2, "10:10")
    fill(race.meet, aoki, now)
    assert (clocks(race), clocks(other)) == (["10:00", "10:30"], ["10:18"])
    fill(race.meet, aoki, now, Wishes(time(8, 30), in_order=True))
    assert (clocks(race), clocks(other)) == (["08:30", "08:48"], ["09:06"])


def test_a_typed_time_stays_and_the_others_follow_it(race: Race, aoki: User, now: datetime) -> None:
    slot(race, 2, "13:00", is_fixed=True), slot(race, 1, "11:00")
    fill(race.meet, aoki, now)
    assert clocks(race) == ["11:00", "13:00!"]
    wish = Wish(first=at("12:50"), gap=5)
    found = fill(race.meet, aoki, now, Wishes(time(9), races={race.pk: wish}))
    assert clocks(race) == ["12:50!", "13:00!"]
    assert [planned.starts_at for planned in found.then.values()] == [at("12:50"), at("13:00")]
    assert RaceSeeding.objects.get(race=race).gap_minutes == 5
    trail = AuditRecord.objects.filter(verb="race.timetable_filled").latest("pk")
    assert (trail.before["gap_minutes"], trail.after["gap_minutes"]) == (None, 5)


def test_a_race_on_another_track_runs_at_the_same_time(race: Race, kita: Team, aoki: User, now: datetime) -> None:
    other = another(race.meet, kita, now, [60_000])
    fill(race.meet, aoki, now, Wishes(time(9), races={other.pk: Wish(track=2)}))
    assert (clocks(race), clocks(other)) == (["09:00", "09:18"], ["09:00"])
    assert RaceSeeding.objects.get(race=other).track == 2


def test_a_race_of_the_second_day_begins_that_day_anew(race: Race, kita: Team, aoki: User, now: datetime) -> None:
    other = another(race.meet, kita, now, [60_000], held_on=date(2027, 5, 2))
    fill(race.meet, aoki, now)
    assert TimetableSlot.objects.get(race=other).starts_at == at("09:00", date(2027, 5, 2))


def test_starts_are_whole_steps_of_the_meet(race: Race, aoki: User, now: datetime) -> None:
    Meet.objects.filter(pk=race.meet_id).update(start_step=5)
    race.meet.refresh_from_db()
    fill(race.meet, aoki, now)
    assert clocks(race) == ["09:00", "09:20"]


def test_slots_of_heats_that_are_no_more_go_and_planned_races_stay(
    race: Race, kita: Team, aoki: User, now: datetime
) -> None:
    planned = race_of(race.meet, "女子3000m", sex="F", distance_m=3_000, position=2)
    for number, clock in enumerate(("09:00", "09:30", "10:00"), start=1):
        slot(race, number, clock)
        slot(planned, number, clock)
    found = fill(race.meet, aoki, now)
    assert [one.number for one in found.left_over] == [3]
    assert clocks(race) == ["09:00", "09:31"]
    assert clocks(planned) == ["09:18", "09:49", "10:02"], "by the usual time of the distance, since nobody is known"


def test_a_race_whose_runners_all_withdrew_keeps_no_time(race: Race, aoki: User, now: datetime) -> None:
    slot(race, 1, "09:00")
    Entry.objects.filter(race=race).update(withdrawn_at=now)
    seed_heats(meet=race.meet, by=None, at=now)
    found = fill(race.meet, aoki, now)
    assert (len(found.left_over), clocks(race)) == (1, [])


def test_a_race_that_is_fixed_earlier_goes_there_with_all_its_heats(
    race: Race, kita: Team, aoki: User, now: datetime
) -> None:
    other = another(race.meet, kita, now, [60_000])
    slot(other, 1, "10:00"), slot(race, 1, "11:00"), slot(race, 2, "11:20")
    fill(race.meet, aoki, now, Wishes(time(8), races={race.pk: Wish(first=at("09:00"))}))
    assert (clocks(race), clocks(other)) == (["09:00!", "09:18"], ["09:36"])


def test_what_is_looked_at_knows_what_is_fixed(race: Race) -> None:
    read = times_of(race.meet)
    free, fixed = (
        filled(race.meet, read, Wishes(time(9), races={race.pk: Wish(first=first)})) for first in (None, at("09:00"))
    )
    assert [one.starts_at for one in free.then.values()] == [one.starts_at for one in fixed.then.values()]
    assert free.token != fixed.token


def test_who_withdrew_takes_no_time(race: Race, aoki: User, now: datetime) -> None:
    slowest = Start.objects.get(heat__number=1, entry__seed_time=90_500)
    Entry.objects.filter(pk=slowest.entry_id).update(withdrawn_at=now, seed_time=120_000)
    fill(race.meet, aoki, now)
    assert clocks(race) == ["09:00", "09:18"]
    Entry.objects.filter(pk=slowest.entry_id).update(withdrawn_at=None)
    fill(race.meet, aoki, now)
    assert clocks(race) == ["09:00", "09:22"]


def test_another_board_than_was_shown_is_told_and_nothing_written(race: Race, aoki: User, now: datetime) -> None:
    wishes = wishes_now(race.meet, times_of(race.meet))
    seen = filled(race.meet, times_of(race.meet), wishes).token
    slot(race, 1, "09:00")
    with pytest.raises(Refused, match="timetable_changed"):
        fill_timetable(meet=race.meet, wishes=wishes, seen=seen, by=aoki, at=now)
    assert clocks(race) == ["09:00"]
    runner = Start.objects.get(heat__number=2, hip_number=1).entry_id
    seen = filled(race.meet, times_of(race.meet), wishes).token
    Entry.objects.filter(pk=runner).update(seed_time=200_000)
    board_actions.move(
        race=race, entries=[runner], heat=1, version=RaceSeeding.objects.get(race=race).version, by=aoki, at=now
    )
    with pytest.raises(Refused, match="timetable_changed"):
        fill_timetable(meet=race.meet, wishes=wishes, seen=seen, by=aoki, at=now)


def test_a_day_that_would_not_hold_all_heats_is_refused(race: Race, aoki: User, now: datetime) -> None:
    Meet.objects.filter(pk=race.meet_id).update(ends_on=DAY)
    race.meet.refresh_from_db()
    with pytest.raises(Refused, match="slot_outside"):
        fill(race.meet, aoki, now, Wishes(time(23, 50)))
    assert clocks(race) == []


def test_a_day_that_would_not_hold_all_heats_is_said_with_what_was_looked_at(
    client: Client, race: Race, aoki: User
) -> None:
    client.force_login(aoki)
    Meet.objects.filter(pk=race.meet_id).update(ends_on=DAY)
    typed = {"race": race.pk, "timetable-first_start": "23:50", "try_timetable": "1"}
    page = client.post(f"/admin/entries/meet/{race.meet_id}/programme/", typed)
    text = page.content.decode()
    assert (page.status_code, "スタート時刻は大会の開催期間" in text, "5/2 (日) 00:08" in text) == (422, True, True)


def test_times_are_filled_only_while_heats_may_change(race: Race, aoki: User, now: datetime) -> None:
    Meet.objects.filter(pk=race.meet_id).update(state=State.RESULTS_OUT)
    with pytest.raises(Refused, match="seeding_not_now"):
        fill(race.meet, aoki, now)


def test_the_desk_shows_the_times_before_it_writes_them(client: Client, race: Race, aoki: User) -> None:
    client.force_login(aoki)
    address = f"/admin/entries/meet/{race.meet_id}/programme/"
    typed = {"race": race.pk, "timetable-first_start": "08:30", f"timetable-gap-{race.pk}": "4"}
    page = client.post(address, typed | {"try_timetable": "1"})
    text = page.content.decode()
    assert (page.status_code, clocks(race)) == (200, [])
    assert "5/1 (土) 08:30–08:50" in text
    assert "時刻が変わる組は2組です。" in text
    stale = client.post(address, typed | {"fill_timetable": "1", "timetable-seen": "x"})
    assert (stale.status_code, clocks(race)) == (409, [])
    seen = page.context["timetable"].form["seen"].value()
    done = client.post(address, typed | {"fill_timetable": "1", "timetable-seen": seen})
    assert (done.status_code, clocks(race)) == (302, ["08:30", "08:50"])
    assert "2組のスタート時刻をつけました。" in client.get(address).content.decode()
    wrong = client.post(address, typed | {"try_timetable": "1", "timetable-first_start": "25:00"})
    assert wrong.status_code == 422
    first = {f"timetable-first-{race.pk}": "2027-05-01T10:00"}
    page = client.post(address, typed | first | {"try_timetable": "1"})
    assert 'value="2027-05-01T10:00"' in page.content.decode()
    seen = page.context["timetable"].form["seen"].value()
    client.post(address, typed | first | {"fill_timetable": "1", "timetable-seen": seen})
    assert clocks(race) == ["10:00!", "10:20"]
    assert 'value="2027-05-01T10:00"' in client.get(address).content.decode()


def test_once_lists_are_out_other_times_are_a_change_that_is_told(
    client: Client, race: Race, aoki: User, now: datetime
) -> None:
    client.force_login(aoki)
    Meet.objects.filter(pk=race.meet_id).update(state=State.START_LISTS_OUT)
    race.meet.refresh_from_db()
    publish(meet=race.meet, by=aoki, at=now)
    address = f"/admin/entries/meet/{race.meet_id}/programme/"
    typed = {"race": race.pk, "timetable-first_start": "09:00", "try_timetable": "1"}
    assert "スタートリストは公開中です。保存するとすぐに" in client.post(address, typed).content.decode()
    fill(race.meet, aoki, now)
    assert publish(meet=race.meet, by=aoki, at=now).changes == {"time": 6}
    assert (ListVersion.objects.count(), Heat.objects.count()) == (2, 2)
