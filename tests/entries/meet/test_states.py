"""A meet moves one step at a time, and back with a reason."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from entries.entry import queue_actions
from entries.meet import actions, rules, steps
from entries.meet.models import STATE_ORDER, Meet, Race, State
from tenants.models import AuditRecord, Tenant, User
from tenants.refusal import Refused
from tests.conftest import open_meet, race_of

pytestmark = pytest.mark.usefixtures("in_nittai")


def draft(nittai: Tenant, **fields: object) -> Meet:
    return open_meet(nittai, "draft", **{"state": State.DRAFT, "fee": 0, **fields})


@pytest.fixture
def all_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """As once rooms offer them: results can be published."""
    monkeypatch.setattr(steps, "_moves", dict(steps._moves))
    steps.offer(State.RESULTS_OUT, "results")


@pytest.mark.usefixtures("all_steps")
def test_a_meet_goes_all_the_way_step_by_step(nittai: Tenant, aoki: User, now: datetime) -> None:
    meet = draft(nittai)
    race_of(meet)
    for state in STATE_ORDER[1:]:
        meet = actions.move_state(meet=meet, to=state, by=aoki, at=now)
    assert meet.state == State.ARCHIVED
    assert rules.next_move(meet) is None


@pytest.mark.usefixtures("all_steps")
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("to", [*State, "nowhere", ""])
def test_only_neighbours_are_reached(nittai: Tenant, aoki: User, now: datetime, state: State, to: str) -> None:
    meet = open_meet(nittai, "any", state=state, fee=0)
    race_of(meet)
    distance = STATE_ORDER.index(State(to)) - STATE_ORDER.index(state) if to in State.values else 9
    if abs(distance) == 1:
        assert actions.move_state(meet=meet, to=to, by=aoki, at=now, why="誤り").state == to
    else:
        with pytest.raises(Refused):
            actions.move_state(meet=meet, to=to, by=aoki, at=now, why="誤り")


NOT_OFFERED = (State.RESULTS_OUT,)


@pytest.mark.parametrize("state", [state for state in State if state not in NOT_OFFERED])
@pytest.mark.parametrize("to", NOT_OFFERED)
def test_a_step_that_no_room_offers_is_refused_with_the_reason(
    nittai: Tenant, aoki: User, now: datetime, state: State, to: State
) -> None:
    meet = open_meet(nittai, "any", state=state, fee=0)
    with pytest.raises(Refused, match="step_not_offered"):
        actions.move_state(meet=meet, to=to, by=aoki, at=now, why="誤り")
    assert Meet.objects.get(pk=meet.pk).state == state


@pytest.mark.parametrize("state", [State.START_LISTS_OUT, *NOT_OFFERED])
def test_the_way_passes_by_what_no_room_offers(nittai: Tenant, state: State) -> None:
    meet = open_meet(nittai, "any", state=state, fee=0)
    move = rules.next_move(meet)
    assert move is not None
    assert move.to == State.ARCHIVED
    assert rules.state_before(meet) == (
        State.ENTRIES_CLOSED if state == State.START_LISTS_OUT else State.START_LISTS_OUT
    )


def test_without_results_a_meet_ends_once_its_last_day_is_over(nittai: Tenant, aoki: User, now: datetime) -> None:
    today = timezone.localdate(now)
    meet = open_meet(nittai, "out", state=State.START_LISTS_OUT, starts_on=today, ends_on=today)
    with pytest.raises(Refused, match="checks_missing"):
        actions.move_state(meet=meet, to=State.ARCHIVED, by=aoki, at=now)
    ended = actions.move_state(meet=meet, to=State.ARCHIVED, by=aoki, at=now + timedelta(days=1))
    assert ended.state == State.ARCHIVED
    assert (
        actions.move_state(meet=ended, to=State.START_LISTS_OUT, by=aoki, at=now, why="誤り").state == "start_lists_out"
    )


def test_a_meet_without_races_is_not_published(nittai: Tenant, aoki: User, now: datetime) -> None:
    with pytest.raises(Refused, match="checks_missing"):
        actions.move_state(meet=draft(nittai), to=State.PUBLISHED, by=aoki, at=now)


def test_a_meet_whose_entries_closed_is_not_published(nittai: Tenant, aoki: User, now: datetime) -> None:
    meet = draft(nittai, entries_open_at=now - timedelta(days=2), entries_close_at=now)
    race_of(meet)
    with pytest.raises(Refused, match="checks_missing"):
        actions.move_state(meet=meet, to=State.PUBLISHED, by=aoki, at=now)


def test_going_back_needs_a_reason_which_stands_in_the_trail(meet: Meet, aoki: User, now: datetime) -> None:
    closed = actions.move_state(meet=meet, to=State.ENTRIES_CLOSED, by=aoki, at=now)
    with pytest.raises(Refused, match="why_needed"):
        actions.move_state(meet=closed, to=State.PUBLISHED, by=aoki, at=now, why="  ")
    actions.move_state(meet=closed, to=State.PUBLISHED, by=aoki, at=now, why="早すぎた")
    assert AuditRecord.objects.filter(verb="meet.state_moved").latest("pk").why == "早すぎた"


def test_a_meet_that_somebody_entered_stays_on_the_net(meet: Meet, race: Race, aoki: User, now: datetime) -> None:
    Race.objects.filter(pk=race.pk).update(last_ticket=1)
    with pytest.raises(Refused, match="has_entries"):
        queue_actions.move_state(meet=meet, to=State.DRAFT, by=aoki, at=now, why="誤り")


@pytest.mark.parametrize("page", ["/admin/", "/admin/entries/meet/{}/change/"])
def test_results_are_no_button_until_a_room_makes_them(
    client: Client, aoki: User, nittai: Tenant, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = open_meet(nittai, "out", state=State.START_LISTS_OUT)
    client.force_login(aoki)
    text = client.get(page.format(meet.pk)).content.decode()
    assert "大会を終了する" in text
    assert "結果公開" not in text
    monkeypatch.setattr(steps, "_moves", dict(steps._moves))
    steps.offer(State.RESULTS_OUT, "結果を出す")
    text = client.get(page.format(meet.pk)).content.decode()
    assert "結果を出す" in text
    assert "結果公開" in text  # as a stage that is to come


def test_pressing_what_is_no_button_says_why(client: Client, aoki: User, nittai: Tenant) -> None:
    meet = open_meet(nittai, "out", state=State.START_LISTS_OUT)
    client.force_login(aoki)
    page = press(client, meet, "advance", to="results_out")
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert "「結果公開」に進む機能は、まだこのサイトにありません。" in page.content.decode()  # type: ignore[attr-defined]
    meet.refresh_from_db()
    assert meet.state == State.START_LISTS_OUT


def press(desk: Client, meet: Meet, name: str, **more: str) -> object:
    values = {"action": name, "_selected_action": [meet.pk], "confirmed": "1", "from_row": "1", **more}
    return desk.post("/admin/entries/meet/", values, follow=True)


def test_a_double_click_moves_one_step(client: Client, aoki: User, meet: Meet) -> None:
    client.force_login(aoki)
    press(client, meet, "advance", to="entries_closed")
    page = press(client, meet, "advance", to="entries_closed")
    meet.refresh_from_db()
    assert meet.state == State.ENTRIES_CLOSED
    assert "ほかの人がすでに" in page.content.decode()  # type: ignore[attr-defined]


def test_the_button_shows_its_checklist_first(client: Client, aoki: User, nittai: Tenant) -> None:
    client.force_login(aoki)
    meet = draft(nittai)
    page = client.post("/admin/entries/meet/", {"action": "advance", "_selected_action": [meet.pk]}).content.decode()
    assert "種目が1つ以上ある" in page
    assert "（必須）" in page
    refused = press(client, meet, "advance", to="published")
    assert "次の項目を満たしていません" in refused.content.decode()  # type: ignore[attr-defined]


def test_undoing_through_the_desk_asks_for_the_reason(client: Client, aoki: User, nittai: Tenant) -> None:
    client.force_login(aoki)
    meet = open_meet(nittai, "closed", state=State.ENTRIES_CLOSED)
    assert press(client, meet, "undo", to="published", why="").status_code == 422  # type: ignore[attr-defined]
    press(client, meet, "undo", to="published", why="早すぎた")
    meet.refresh_from_db()
    assert meet.state == State.PUBLISHED
