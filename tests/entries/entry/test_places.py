"""Places go in the order of commit, and one that was given stays given."""

from datetime import datetime
from typing import Any

import pytest

from entries.entry import actions, entry_actions
from entries.entry.lines import Line, SheetRefused
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import OutboxMail, User
from tenants.refusal import Refused
from tests.conftest import athletes_of, race_of, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]


def enter(
    meet: Meet, team: Team, race: Race, athletes: list[Athlete], by: User, at: datetime, key: str = "k"
) -> list[Entry]:
    lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, athlete in enumerate(athletes)]
    submission = actions.submit(meet=meet, team=team, lines=lines, key=key, by=by, at=at)
    return list(submission.entries.order_by("pk"))


def test_the_rest_waits_in_order(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(meet, places=2)
    enter(meet, kita, race, athletes_of(kita, 4), baba, now)
    assert states(race) == [(1, "accepted"), (2, "accepted"), (3, "waitlisted"), (4, "waitlisted")]
    rows: Any = Entry.objects.filter(race=race).with_position().order_by("ticket")
    assert list(rows.values_list("waiting_position", flat=True)) == [None, None, 1, 2]


def test_a_withdrawal_promotes_the_first_who_waits_and_mails(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(meet, places=2)
    first, *_ = enter(meet, kita, race, athletes_of(kita, 4), baba, now)
    promoted = entry_actions.withdraw(entry=first, by=baba, at=now)
    assert [entry.ticket for entry in promoted] == [3]
    assert states(race) == [(1, "withdrawn"), (2, "accepted"), (3, "accepted"), (4, "waitlisted")]
    assert OutboxMail.objects.filter(kind="entry.promoted").count() == 1


def test_withdrawing_before_the_race_is_full_gives_the_place_to_the_next_to_come(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=2)
    runners = athletes_of(kita, 3)
    [first] = enter(meet, kita, race, runners[:1], baba, now)
    entry_actions.withdraw(entry=first, by=baba, at=now)
    enter(meet, kita, race, runners, baba, now, key="again")
    assert states(race) == [(1, "withdrawn"), (2, "accepted"), (3, "accepted"), (4, "waitlisted")]


def test_a_waiting_entry_that_withdraws_is_passed_over(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(meet, places=1)
    first, second, _third = enter(meet, kita, race, athletes_of(kita, 3), baba, now)
    assert entry_actions.withdraw(entry=second, by=baba, at=now) == []
    assert [entry.ticket for entry in entry_actions.withdraw(entry=first, by=baba, at=now)] == [3]


def test_raised_places_promote_and_lowered_ones_take_nothing_back(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1)
    entries = enter(meet, kita, race, athletes_of(kita, 5), baba, now)
    promoted = entry_actions.change_places(race=race, places_now=3, waiting_places=None, by=baba, at=now)
    assert [entry.ticket for entry in promoted] == [2, 3]
    entry_actions.change_places(race=race, places_now=2, waiting_places=None, by=baba, at=now)
    assert [state for _, state in states(race)] == ["accepted"] * 3 + ["waitlisted"] * 2
    assert entry_actions.withdraw(entry=entries[0], by=baba, at=now) == []
    assert [entry.ticket for entry in entry_actions.withdraw(entry=entries[1], by=baba, at=now)] == [4]


def test_from_no_limit_to_a_limit_keeps_everybody(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(meet)
    enter(meet, kita, race, athletes_of(kita, 3), baba, now)
    entry_actions.change_places(race=race, places_now=2, waiting_places=None, by=baba, at=now)
    enter(meet, kita, race, athletes_of(kita, 1), baba, now, key="late")
    assert [state for _, state in states(race)] == ["accepted"] * 3 + ["waitlisted"]


def test_a_full_waiting_list_refuses_the_whole_sheet_and_burns_no_ticket(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race, other = race_of(meet, places=1, waiting_places=1), race_of(meet, "男子10000m", distance_m=10_000)
    runners = athletes_of(kita, 3)
    lines = [Line(n, runner.pk, race.pk, 87_000) for n, runner in enumerate(runners)]
    with pytest.raises(SheetRefused) as refused:
        actions.submit(
            meet=meet, team=kita, lines=[*lines, Line(3, runners[0].pk, other.pk, 180_000)], key="k", by=baba, at=now
        )
    assert {number: fields["race"].code for number, fields in refused.value.rows.items()} == dict.fromkeys(
        range(3), "waiting_full"
    )
    enter(meet, kita, race, runners[:2], baba, now)
    other.refresh_from_db()
    assert (states(race), other.last_ticket) == ([(1, "accepted"), (2, "waitlisted")], 0)


def test_a_withdrawn_waiter_frees_a_place_on_the_waiting_list(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1, waiting_places=1)
    runners = athletes_of(kita, 3)
    _, waiting = enter(meet, kita, race, runners[:2], baba, now)
    entry_actions.withdraw(entry=waiting, by=baba, at=now)
    enter(meet, kita, race, runners[2:], baba, now, key="next")
    assert states(race) == [(1, "accepted"), (2, "withdrawn"), (3, "waitlisted")]


def test_an_invited_athlete_takes_nobodys_place(meet: Meet, kita: Team, baba: User, aoki: User, now: datetime) -> None:
    race = race_of(meet, places=1)
    runners = athletes_of(kita, 3)
    first, _ = enter(meet, kita, race, runners[:2], baba, now)
    invited = entry_actions.invite(race=race, athlete=runners[2], seed_time=None, by=aoki, at=now)
    assert sorted(states(race), key=str) == [(1, "accepted"), (2, "waitlisted"), (None, "accepted")]
    assert entry_actions.withdraw(entry=invited, by=aoki, at=now) == []
    assert [entry.ticket for entry in entry_actions.withdraw(entry=first, by=baba, at=now)] == [2]


def test_who_held_a_place_keeps_one_in_the_race_it_is_moved_to(
    meet: Meet, kita: Team, baba: User, aoki: User, now: datetime
) -> None:
    ncg, general = race_of(meet, "NCG男子5000m", places=1), race_of(meet, places=1)
    runners = athletes_of(kita, 3)
    fast, waiting = enter(meet, kita, ncg, runners[:2], baba, now)
    enter(meet, kita, general, runners[2:], baba, now, key="general")
    promoted = entry_actions.move(entries=[fast], to=general, by=aoki, at=now)
    assert [entry.pk for entry in promoted] == [waiting.pk]
    assert sorted(states(general), key=str) == [(1, "accepted"), (None, "accepted")]


def test_the_same_key_returns_the_first_submission(
    meet: Meet, kita: Team, baba: User, race: Race, now: datetime
) -> None:
    runners = athletes_of(kita, 2)
    [first] = enter(meet, kita, race, runners[:1], baba, now)
    [again] = enter(meet, kita, race, runners[:1], baba, now)
    assert first.submission_id == again.submission_id
    assert OutboxMail.objects.filter(kind="entry.received").count() == 1
    with pytest.raises(Refused) as refused:
        enter(meet, kita, race, runners[1:], baba, now)
    assert refused.value.code == "key_reused"


def test_an_athlete_cannot_enter_a_race_twice(meet: Meet, kita: Team, baba: User, race: Race, now: datetime) -> None:
    runners = athletes_of(kita, 2)
    enter(meet, kita, race, runners[:1], baba, now)
    with pytest.raises(SheetRefused) as refused:
        enter(meet, kita, race, runners, baba, now, key="other")
    assert {number: fields["race"].code for number, fields in refused.value.rows.items()} == {0: "duplicate"}
    assert len(states(race)) == 1


def test_after_the_end_of_promotions_a_freed_place_stays_free(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1)
    first, _ = enter(meet, kita, race, athletes_of(kita, 2), baba, now)
    assert entry_actions.withdraw(entry=first, by=baba, at=meet.entries_close_at) == []
    assert states(race) == [(1, "withdrawn"), (2, "waitlisted")]
