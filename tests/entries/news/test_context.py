"""What the meet page says of a race, of time and of the timetable."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from entries.meet.gauge import Gauge
from entries.meet.models import NO_LINE, Meet, Race, State
from entries.meet.standing import Phase, countdown, phase_of, time_left
from entries.meet.wording import days_of
from entries.news import context, queries
from tenants.models import Tenant
from tenants.scope import across_tenants
from tests.conftest import open_meet, race_of

NOW = datetime(2026, 7, 13, 10, 0, tzinfo=UTC)


def race(**fields: object) -> Race:
    values = {"places": 40, "line": 40, "last_ticket": 0, "waiting_gone": 0, "waiting_places": 5, **fields}
    return Race(name="男子5000m", distance_m=5000, sex="M", **values)


def meet(**fields: object) -> Meet:
    row = Meet(
        **{
            "name": "記録会",
            "starts_on": date(2026, 7, 29),
            "ends_on": date(2026, 7, 29),
            "state": State.PUBLISHED,
            "entries_open_at": NOW - timedelta(days=1),
            "entries_close_at": datetime(2026, 7, 15, 14, 59, tzinfo=UTC),
            **fields,
        }
    )
    row.clock = NOW
    return row


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("ok", "受付中")),
        ({"last_ticket": 35}, ("ok", "受付中")),
        ({"last_ticket": 36}, ("wait", "残りわずか")),
        ({"last_ticket": 40}, ("wait", "補欠待ちで受付")),
        ({"last_ticket": 45}, ("bad", "満員")),
        ({"last_ticket": 45, "waiting_gone": 1}, ("wait", "補欠待ちで受付")),
        ({"last_ticket": 40, "waiting_places": 0}, ("bad", "満員")),
        ({"last_ticket": 900, "waiting_places": None}, ("wait", "補欠待ちで受付")),
        ({"places": None, "line": NO_LINE, "last_ticket": 900}, ("ok", "受付中")),
        ({"paused_at": NOW}, ("off", "一時停止中")),
    ],
)
def test_a_race_says_what_an_entry_would_get(fields: dict[str, object], expected: tuple[str, str]) -> None:
    status = context.status(race(**fields), is_open=True)
    assert status
    assert (status.kind, status.word) == expected


def test_outside_the_window_a_race_promises_nothing() -> None:
    assert context.status(race(), is_open=False) is None


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ({"last_ticket": 12}, (12, 28, 0)),
        ({"last_ticket": 52, "waiting_gone": 2}, (40, 0, 10)),
        ({"line": 43, "last_ticket": 43}, (40, 0, 0)),
        ({"line": 42, "last_ticket": 40}, (38, 2, 0)),
        ({"places": 30, "line": 40, "last_ticket": 40}, (30, 0, 0)),
        ({"places": 0, "line": 0, "last_ticket": 3}, (0, 0, 3)),
        ({"places": None, "line": NO_LINE, "last_ticket": 7}, (7, None, 0)),
    ],
)
def test_the_gauge_is_read_from_the_races_row(fields: dict[str, object], numbers: tuple[int, int | None, int]) -> None:
    gauge = Gauge.of(race(**fields))
    assert (gauge.taken, gauge.free, gauge.waiting) == numbers
    assert 0 <= gauge.taken_width <= gauge.full_at
    assert gauge.tail_at + gauge.waiting_width <= 100


def test_the_places_are_as_long_in_every_race_and_the_tail_has_their_measure() -> None:
    small, large = Gauge.drawn(10, 5, 1), Gauge.drawn(200, 100, 20)
    assert (small.full_at, small.taken_width, small.waiting_width) == (80, 40, 8)
    assert (large.full_at, large.taken_width, large.waiting_width) == (80, 40, 8)


def test_a_tail_that_is_too_long_is_cut_and_host_entries_never_leave_the_lane() -> None:
    assert not Gauge.drawn(40, 40, 9).is_cut
    assert Gauge.drawn(40, 40, 400).is_cut
    assert Gauge.drawn(40, 40, 400).waiting_width == Gauge.drawn(40, 40, 4000).waiting_width
    assert Gauge.drawn(40, 47, 0).taken_width == Gauge.drawn(40, 40, 0).taken_width == 80
    assert Gauge.drawn(0, 2, 3).taken_width == 0


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=4, minutes=59), "2日4時間"),
        (timedelta(days=2, minutes=59), "2日"),
        (timedelta(hours=3, minutes=5), "3時間5分"),
        (timedelta(minutes=12, seconds=59), "12分"),
        (timedelta(seconds=59), "1分未満"),
    ],
)
def test_time_left_is_rounded_down_to_two_units(left: timedelta, words: str) -> None:
    with translation.override("ja"):
        assert time_left(left) == words


def test_the_sentence_has_relative_and_absolute_time_with_weekday_and_zone() -> None:
    with translation.override("ja"):
        sentence = countdown(meet(), today=date(2026, 7, 13)).sentence
    assert ">2日4時間</strong>" in sentence
    assert "2026/7/15 (水) 23:59 JST" in sentence


def test_the_sentence_is_said_in_the_meets_zone() -> None:
    assert "8:59" not in countdown(meet(), today=date(2026, 7, 13)).sentence
    assert "06:59 CST" not in countdown(meet(), today=date(2026, 7, 13)).sentence
    assert "10:59 EDT" in countdown(meet(time_zone="America/New_York"), today=date(2026, 7, 13)).sentence


@pytest.mark.parametrize(
    ("fields", "phase"),
    [
        ({}, Phase.OPEN),
        ({"entries_close_at": NOW}, Phase.CLOSED),
        ({"entries_close_at": NOW + timedelta(microseconds=1)}, Phase.OPEN),
        ({"entries_open_at": NOW + timedelta(seconds=1)}, Phase.COMING),
        ({"state": State.ENTRIES_CLOSED}, Phase.CLOSED),
        ({"state": State.START_LISTS_OUT}, Phase.CLOSED),
        ({"state": State.RESULTS_OUT}, Phase.PAST),
        ({"ends_on": date(2026, 7, 12)}, Phase.PAST),
    ],
)
def test_the_phase_of_a_meet(fields: dict[str, object], phase: Phase) -> None:
    assert phase_of(meet(**fields), at=NOW, today=date(2026, 7, 13)) == phase


@pytest.mark.django_db
def test_the_database_says_the_same_phase(nittai: Tenant) -> None:
    now, today = timezone.now(), timezone.localdate()
    windows = [(-2, -1), (-1, 1), (1, 2)]
    for number, (opens, closes) in enumerate(windows):
        for state in State:
            for ends in (-1, 0, 30):
                day = today + timedelta(days=ends)
                open_meet(
                    nittai,
                    slug=f"m{number}{state}{ends}",
                    state=state,
                    starts_on=day,
                    ends_on=day,
                    entries_open_at=now + timedelta(days=opens),
                    entries_close_at=now + timedelta(days=closes),
                )
    rows: list[Any] = list(queries.published_meets(today=today))
    assert len(rows) == len(windows) * 5 * 3
    for row in rows:
        assert row.phase == phase_of(row, at=row.clock, today=today), row.slug


def test_the_timeline_marks_where_the_meet_stands() -> None:
    stages = [step.stage for step in context.timeline(meet(), today=date(2026, 7, 13))]
    assert stages == ["done", "now", "later", "later", "later", "later"]
    stages = [step.stage for step in context.timeline(meet(state=State.RESULTS_OUT), today=date(2026, 7, 30))]
    assert stages == ["done"] * 5 + ["now"]


def test_the_timetable_is_by_day_in_the_meets_zone_in_order_of_time() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    men, women = race(pk=1), race(pk=2)
    vars(men)["planned"] = [
        (datetime(2026, 7, 29, 19, 0, tzinfo=tokyo), 2),
        (datetime(2026, 7, 29, 7, 30, tzinfo=tokyo), 1),
    ]
    vars(women)["planned"] = [(datetime(2026, 7, 30, 0, 30, tzinfo=tokyo).astimezone(UTC), 1)]
    first, second = context.timetable(meet(), [women, men])
    assert [(time, number) for time, _race, number in first.heats] == [("07:30", 1), ("19:00", 2)]
    assert [time for time, _race, _number in second.heats] == ["00:30"]
    assert first.hours[0] == (0.0, 7)
    assert all(0 <= mark <= 100 for lane in first.lanes for mark in lane.marks)


def test_days_are_said_once_or_as_a_span() -> None:
    with translation.override("ja"):
        assert days_of(meet()) == "2026/7/29 (水)"
        assert days_of(meet(ends_on=date(2026, 7, 30))) == "2026/7/29 (水)–7/30 (木)"
        assert days_of(meet(ends_on=date(2027, 1, 1))) == "2026/7/29 (水)–2027/1/1 (金)"


@pytest.mark.django_db
def test_races_come_once_each_with_their_slots(nittai: Tenant) -> None:
    from tests.entries.news.test_public_pages import slots

    row = open_meet(nittai)
    slots(race_of(row, name="a", position=2), 3)
    race_of(row, name="b", position=1)
    with across_tenants():
        assert [(race.name, len(vars(race)["planned"])) for race in queries.races_with_slots(row)] == [
            ("b", 0),
            ("a", 3),
        ]
