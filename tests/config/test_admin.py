"""The organizer's desk: what it shows, what it costs, and that no other host shows through."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from entries.entry import actions
from entries.entry.desk.arrivals import MOST_DAYS
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tenants.models import OutboxMail, Role, Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import athletes_of, open_meet, race_of
from tests.pageform import form_on
from tests.visitor import cost

DESK = "/admin/"


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def text_of(client: Client, address: str = DESK) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


def fill(meet: Meet, team: Team, by: User, at: datetime, how_many: int, **fields: Any) -> Race:
    race = race_of(meet, f"種目{Race._base_manager.count()}", **fields)
    with tenant_scope(meet.tenant_id):
        lines = [Line(n, athlete.pk, race.pk, 87_000) for n, athlete in enumerate(athletes_of(team, how_many))]
        actions.submit(meet=meet, team=team, lines=lines, key=f"k{race.pk}", by=by, at=at)
    return race


def test_an_empty_desk_says_what_to_do_first(desk: Client) -> None:
    assert "大会を作る" in text_of(desk)


def test_it_shows_places_waiting_list_and_the_next_step(
    desk: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    fill(meet, kita, baba, now, 5, places=3)
    text = text_of(desk)
    assert "3／3" in text
    assert "定員に達した種目" in text
    assert "繰り上げを待つ申込" in text
    assert "申込を締め切る" in text
    assert "申込件数の累計" in text


def test_what_went_wrong_stands_on_top(desk: Client, meet: Meet, race: Race, nittai: Tenant, now: datetime) -> None:
    rows = [
        {"failed_at": now},
        {"next_attempt_at": now - timedelta(minutes=11)},
        {"next_attempt_at": now, "sent_at": now},
    ]
    for number, fields in enumerate(rows):
        OutboxMail.objects.create(
            key=f"k{number}", to="a@example.com", kind="x", tenant=nittai, **{"next_attempt_at": now, **fields}
        )
    Race._base_manager.update(paused_at=now)
    Meet._base_manager.update(entries_close_at=now + timedelta(hours=30))
    tasks = {task.text.rpartition(": ")[2]: task.count for task in desk.get(DESK).context["tasks"]}
    assert tasks == {
        "届けられなかったメール": 1,
        "10分以上送信待ちのメール": 1,
        "申込を一時停止している種目": 1,
        "申込を締め切ります": 1,
        "有効なスタッフ（上限5名）": 0,
    }


def test_drafts_wait_to_be_published_and_archived_meets_are_gone(desk: Client, nittai: Tenant) -> None:
    open_meet(nittai, "one", name="下書きの大会", state=State.DRAFT)
    open_meet(nittai, "two", name="終わった大会", state=State.ARCHIVED)
    text = text_of(desk)
    assert "まだ公開していません" in text
    assert "終わった大会" not in text


def test_mails_of_other_hosts_and_of_nobody_do_not_count(desk: Client, chuo: Tenant, now: datetime) -> None:
    for number, tenant in enumerate([chuo, None]):
        OutboxMail.objects.create(
            key=f"k{number}", to="a@example.com", kind="x", tenant=tenant, next_attempt_at=now, failed_at=now
        )
    assert "届けられなかったメール" not in text_of(desk)


def test_a_platform_admin_sees_all_hosts_by_name(client: Client, admin: User, nittai: Tenant, chuo: Tenant) -> None:
    open_meet(nittai)
    open_meet(chuo)
    client.force_login(admin)
    text = text_of(client)
    assert "日本体育大学" in text
    assert "中央大学" in text


def test_a_full_staff_room_is_a_task_for_the_platform_admin(
    client: Client, admin: User, chuo: Tenant, make_user: Callable[..., User]
) -> None:
    client.force_login(admin)
    for number in range(5):
        make_user(f"s{number}@example.com", role=Role.STAFF, tenant=chuo)
    assert [(task.host, task.count) for task in client.get(DESK).context["tasks"]] == [("中央大学", 5)]


def test_the_desk_costs_the_same_for_any_number_of_meets_races_and_entries(
    desk: Client, nittai: Tenant, kita: Team, baba: User, now: datetime
) -> None:
    fill(open_meet(nittai, "m0"), kita, baba, now, 1)
    with_one = cost(desk, DESK)
    for number in range(1, 6):
        meet = open_meet(nittai, f"m{number}")
        for _ in range(5):
            fill(meet, kita, baba, now - timedelta(hours=number), 3, places=2)
    assert cost(desk, DESK) == with_one <= 9


@pytest.mark.parametrize("field", ["races-TOTAL_FORMS", "races-INITIAL_FORMS", "races-0-id", "races-0-meet", "races-0-sex",
                                   "races-0-DELETE", "initial-races-0-places", "initial-name", "_to_field", "_popup"])  # fmt: skip
def test_a_damaged_page_is_answered(desk: Client, meet: Meet, race: Race, field: str) -> None:
    """With the field damaged in each way, and without it; each against the rows as they were."""
    address = f"/admin/entries/meet/{meet.pk}/change/"
    values = form_on(desk.get(address), "races-0-id")
    damaged = [values | {field: odd} for odd in ("x", "", "-1", "9" * 19, "\x00")]
    for posted in [*damaged, {name: value for name, value in values.items() if name != field}]:
        with transaction.atomic():
            assert desk.post(address, posted).status_code < 500, posted.get(field)
            transaction.set_rollback(True)


def test_the_days_without_entries_are_drawn_too(
    desk: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    fill(meet, kita, baba, now, 2)
    race = fill(meet, kita, baba, now, 3)
    with tenant_scope(meet.tenant_id):
        Entry.objects.filter(race=race).update(entered_at=now - timedelta(days=3))
    [shown] = desk.get(DESK).context["desks"]
    assert [(step.count, step.total) for step in shown.arrivals.steps] == [(3, 3), (0, 3), (0, 3), (2, 5)]
    assert not shown.arrivals.by_minute
    with tenant_scope(meet.tenant_id):
        Entry.objects.filter(race=race).update(entered_at=now - timedelta(days=400))
    [shown] = desk.get(DESK).context["desks"]
    assert [(step.count, step.total) for step in shown.arrivals.steps] == [*[(0, 3)] * (MOST_DAYS - 1), (2, 5)]


def test_the_hour_in_which_most_came_is_drawn_by_the_minute(
    desk: Client, meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    """Ten in the first minute, three in the sixth, two a day later; the limit is the places of all races."""
    opened = now - timedelta(hours=30)
    with tenant_scope(meet.tenant_id):
        Meet.objects.filter(pk=meet.pk).update(entries_open_at=opened)
    for count, at in ((10, opened), (3, opened + timedelta(minutes=5)), (2, now - timedelta(hours=2))):
        race = fill(meet, kita, baba, now, count, places=20)
        with tenant_scope(meet.tenant_id):
            Entry.objects.filter(race=race).update(entered_at=at)
    [shown] = desk.get(DESK).context["desks"]
    arrivals = shown.arrivals
    assert (arrivals.by_minute, arrivals.first_hour, arrivals.total, arrivals.limit) == (True, 13, 15, 60)
    assert len(arrivals.steps) == 60
    assert [step.total for step in arrivals.steps[:7]] == [10, 10, 10, 10, 10, 13, 13]
    assert "最初の1時間に13件、これまでに15件" in desk.get(DESK).content.decode()


def test_one_mark_is_a_sentence(desk: Client, meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    fill(meet, kita, baba, now, 2)
    page = desk.get(DESK).content.decode()
    assert "これまでに2件" in page
    assert "chart__line" not in page
