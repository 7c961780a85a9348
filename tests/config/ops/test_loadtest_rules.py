"""What `manage.py loadtest` refuses, how it shares out a rush, and that each invariant can fail."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.ops.checklist import Word
from config.ops.loadtest import invariants, run, stage
from config.ops.loadtest.figures import Measured, busy_seconds, share, summary, table
from config.ops.loadtest.invariants import Found, Stored
from config.ops.loadtest.plan import RacePlan, like_a_meet, made_up, wishes
from config.ops.loadtest.rush import KEY, RECEIPT, Sheet, at_once
from config.ops.loadtest.stage import Coach, Stage
from entries.meet.models import Meet, State
from tenants.models import OpsRun, Tenant, User
from tenants.scope import across_tenants
from tests.conftest import open_meet

HERE = Stage(1, "/meets/loadtest/rush/", {7: RacePlan("5000m", 5_000, 2)})


def sheet(number: int, *rows: tuple[int, int], **more: Any) -> Sheet:
    """An answered sheet, one second after the one with the number before."""
    coach = Coach(f"coach-{number}@loadtest.invalid", "x", number, [athlete for athlete, _race in rows])
    found = Sheet(coach, list(rows), key=f"key-{number}", receipt=f"/orders/R{number}/", receipt_status=200)
    found.attempts, found.measured = 1, Measured(number, number + 0.5, 303)
    found.entries = {athlete: ("accepted", None) for athlete, _race in rows}
    for name, value in more.items():
        setattr(found, name, value)
    return found


def good() -> tuple[list[Sheet], Found]:
    """Three athletes for two places: two are in, the third waits first."""
    sheets = [sheet(1, (11, 7), (12, 7)), sheet(2, (13, 7), entries={13: ("waitlisted", 1)}, replayed="/orders/R2/")]
    entries = [
        Stored(11, 7, 11, "R1", 1, "accepted", None),
        Stored(12, 7, 12, "R1", 2, "accepted", None),
        Stored(13, 7, 13, "R2", 3, "waitlisted", 1),
    ]
    return sheets, Found([("R1", "key-1"), ("R2", "key-2")], entries, {7: [1, 2, 3]})


def broken(sheets: list[Sheet], found: Found) -> list[str]:
    return [line.key for line in invariants.check(HERE, sheets, found) if line.word == Word.NG]


def test_a_good_rush_breaks_nothing() -> None:
    assert broken(*good()) == []


def test_a_place_too_many_is_seen_in_the_database() -> None:
    sheets, found = good()
    found.entries[2] = found.entries[2]._replace(state="accepted", position=None)
    assert broken(sheets, found) == ["no_oversell", "waiting_order"]


def test_a_place_too_many_is_seen_on_a_receipt() -> None:
    sheets, found = good()
    sheets[1].entries = {13: ("accepted", None)}
    assert "no_oversell" in broken(sheets, found)


def test_a_place_that_was_not_given_is_seen() -> None:
    sheets, found = good()
    found.entries[1] = found.entries[1]._replace(state="waitlisted", position=1)
    assert "no_oversell" in broken(sheets, found)


def test_a_wrong_waiting_position_is_seen() -> None:
    sheets, found = good()
    sheets[1].entries = {13: ("waitlisted", 2)}
    assert broken(sheets, found) == ["waiting_order"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sheets, found: found.entries.pop(),
        lambda sheets, found: found.submissions.pop(),
        lambda sheets, found: found.submissions.__setitem__(1, ("R9", "key-2")),
        lambda sheets, found: setattr(sheets[1], "receipt_status", 404),
        lambda sheets, found: setattr(sheets[1], "entries", {}),
        lambda sheets, found: setattr(sheets[1], "rows", [(14, 7)]),
    ],
)
def test_what_was_answered_and_is_not_whole_is_seen(spoil: Callable[[list[Sheet], Found], object]) -> None:
    sheets, found = good()
    spoil(sheets, found)
    assert "nothing_lost" in broken(sheets, found)


def test_a_sheet_or_an_athlete_that_is_there_twice_is_seen() -> None:
    sheets, found = good()
    found.submissions.append(("R3", "key-2"))
    assert "no_duplicate" in broken(sheets, found)
    sheets, found = good()
    found.entries.append(Stored(99, 7, 13, "R2", 4, "waitlisted", 2))
    assert "no_duplicate" in broken(sheets, found)
    sheets, found = good()
    found.submissions.append(("R4", "nobody's key"))
    assert broken(sheets, found) == ["no_duplicate"]


def test_a_gap_in_the_tickets_and_another_order_of_commit_are_seen() -> None:
    sheets, found = good()
    found.entries[2] = found.entries[2]._replace(ticket=4)
    assert "order" in broken(sheets, found._replace(committed=None))
    sheets, found = good()
    assert broken(sheets, found._replace(committed={7: [2, 1, 3]})) == ["order"]


def test_who_was_answered_first_is_not_behind_who_came_later() -> None:
    sheets, found = good()
    sheets[0].measured = Measured(10.0, 11.0, 303)  # sent long after the other one was answered
    assert broken(sheets, found._replace(committed=None)) == ["order"]
    sheets[0].attempts = 2
    assert broken(sheets, found._replace(committed=None)) == []


def test_another_receipt_for_the_same_sheet_and_a_missing_answer_are_seen() -> None:
    sheets, found = good()
    sheets[1].replayed = "/orders/R3/"
    assert broken(sheets, found) == ["same_receipt"]
    sheets, found = good()
    sheets.append(sheet(3, (15, 7), receipt="", entries={}))
    assert broken(sheets, found) == ["answered"]


def test_the_rush_is_spread_over_the_races_by_their_places() -> None:
    races = [RacePlan("a", 5_000, 300), RacePlan("b", 5_000, 100), RacePlan("c", 5_000, 0), RacePlan("d", 5_000, None)]
    count = Counter(wishes(races, 6_000))
    assert [round(count[n] / 1_000, 1) for n in range(4)] == [3.0, 1.0, 0.0, 2.0]
    assert len(set(wishes(races, 20))) == 3  # evenly, not one race after the other
    assert set(wishes([RacePlan("a", 1, 0), RacePlan("b", 1, 0)], 10)) == {0, 1}


def test_a_meet_as_the_model_brings_teams_enough() -> None:
    plan = like_a_meet([RacePlan("a", 5_000, 2_600)], teams=None, rows=20, clients=1, rounds=1)
    assert plan.teams == 195
    assert like_a_meet([RacePlan("a", 5_000, None)], teams=None, rows=20, clients=1, rounds=1).teams == 1
    assert made_up(teams=1, rows=1, clients=1, rounds=1).races[0].places == 1


def test_figures_are_of_the_nearest_rank_and_leave_pauses_out() -> None:
    rows = [Measured(0, 1, 303), Measured(0.5, 2, 303), Measured(10, 11, 0)]
    assert busy_seconds(rows) == pytest.approx(3)
    found = summary("post", rows)
    assert (found.n, found.p50, found.worst) == (3, 1_000, 1_500)
    assert found.per_second == pytest.approx(1)
    assert found.statuses == "no answer=1 303=2"
    assert (share([], 0.5), busy_seconds([]), summary("post", []).per_second) == (0, 0, 0)
    assert len(table([found])) == 2


def test_what_is_not_begun_is_dropped_when_one_fails() -> None:
    begun: list[int] = []

    def work(n: int) -> None:
        begun.append(n)
        raise ValueError

    with pytest.raises(ValueError):
        at_once(1, work, range(1_000))
    assert len(begun) < 1_000


def test_the_page_and_the_receipt_are_read_as_the_contract_has_them() -> None:
    assert KEY.search('<input type="hidden" name="submission_key" value="abc-1">')
    for location in ("/orders/AB12CD/", "https://entry.example.jp/orders/AB12CD/"):
        found = RECEIPT.match(location)
        assert found is not None
        assert found[1] == "/orders/AB12CD/"
    assert RECEIPT.match("/auth/login?next=/orders/AB12CD/") is None


def fire(*options: str) -> None:
    call_command("loadtest", "--url", "http://127.0.0.1:9", *options, stdout=StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--teams", "0"), "--teams"),
        (("--rows", "201"), "--rows"),
        (("--clients", "501"), "--clients"),
        (("--rounds", "0"), "--rounds"),
        (("--meet", "no/such"), "--meet: no meet is called"),
        (("--url", "ftp://x"), "--url"),
        ((), "nothing answers"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(options: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError) as wrong:
        fire(*options)
    assert len(str(wrong.value).splitlines()) == 1
    assert said in str(wrong.value)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_outside_dev_it_asks_for_a_yes_and_for_a_quiet_hour(settings: Any, meet: Meet, now: datetime) -> None:
    for env in ("staging", "prod"):
        settings.APP_ENV = env
        with pytest.raises(CommandError, match="say --yes"):
            fire()
        with pytest.raises(CommandError, match=r"people are entering now \(nittai/ld326\)"):
            fire("--yes")
        with pytest.raises(CommandError, match="nothing answers"):
            fire("--yes", "--even-while-entries-are-open")
    assert not Tenant.objects.filter(slug="loadtest", is_active=True).exists()
    assert {run.succeeded for run in OpsRun.objects.filter(kind="loadtest")} == {False}


@pytest.mark.django_db
def test_only_meets_that_really_take_entries_now_count(chuo: Tenant, meet: Meet, now: datetime) -> None:
    assert run.open_meets() == ["nittai/ld326"]
    open_meet(chuo, "later", entries_open_at=now + timedelta(hours=1))
    open_meet(chuo, "draft", state=State.DRAFT)
    open_meet(stage.host(), "rush")
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_close_at=now - timedelta(minutes=1))
    assert run.open_meets() == []


@pytest.mark.django_db
def test_somebody_elses_host_of_the_same_name_is_left_alone() -> None:
    Tenant.objects.create(slug="loadtest", name="負荷大学")
    with pytest.raises(CommandError, match="a host of another name uses the slug loadtest"):
        fire()
    assert Tenant.objects.get(slug="loadtest").is_active
