"""What a meet needs before it is published: each line leads to the field where it is mended."""

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from entries.meet import actions
from entries.meet.models import Meet, State
from tenants.models import AuditRecord, Tenant, User
from tenants.refusal import Refused
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import open_meet, race_of
from tests.entries.meet.test_meet_admin import ADD, NEW, address, the_meet
from tests.pageform import form_on


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def draft(nittai: Tenant) -> Meet:
    return open_meet(nittai, state=State.DRAFT)


def missing(desk: Client, meet: Meet) -> dict[str, str]:
    """What the page says is missing, by the place to which it leads; every place is on the page."""
    page = desk.get(address(meet))
    lines = page.context["before_publishing"]
    text = page.content.decode()
    for line in lines:
        assert line.ok or (f'href="#{line.field}"' in text and f'id="{line.field}"' in text), line
    return {line.field: str(line.text) for line in lines if not line.ok}


def publish(desk: Client, meet: Meet) -> Any:
    values = {"action": "advance", "_selected_action": [meet.pk], "confirmed": "1", "to": "published", "from_row": "1"}
    return desk.post("/admin/entries/meet/", values)


def test_an_empty_draft_lacks_races_account_and_due_day(desk: Client, draft: Meet) -> None:
    assert missing(desk, draft) == {
        "races-group": "スタート時刻が入力されている",
        "id_payment_note": "お支払い方法（振込先）が入力されている",
        "id_payment_due_on": "入金期限が大会の初日までにある",
    }


@pytest.mark.parametrize(("day", "is_late"), [("2099-06-02T00:00", False), ("2099-06-02T00:01", True)])
def test_a_closing_after_the_last_day_is_a_hint(desk: Client, draft: Meet, day: str, is_late: bool) -> None:
    closes = datetime.fromisoformat(day).replace(tzinfo=draft.zone)
    with across_tenants():
        Meet.objects.filter(pk=draft.pk).update(starts_on="2099-06-01", ends_on="2099-06-01", entries_close_at=closes)
    assert ("id_entries_close_at" in missing(desk, draft)) is is_late


def test_each_race_that_lacks_something_is_named_and_reached(desk: Client, draft: Meet) -> None:
    general = race_of(draft, position=1)
    race_of(draft, "選抜5000m", position=2, is_ncg=True, held_on=date(2027, 6, 1))
    race_of(draft, "選抜10000m", position=3, is_ncg=True, standard=88_000, fallback_race=general)
    said = missing(desk, draft)
    assert said["id_races-0-start"] == "スタート時刻が入力されている（まだ: 男子5000m、選抜5000m、選抜10000m）"
    assert said["id_races-1-standard"] == "選抜種目に参加標準記録がある（まだ: 選抜5000m）"
    assert said["id_races-1-name"] == "選抜種目に振替先がある（まだ: 選抜5000m）"
    assert said["id_races-1-held_on"] == "実施日がすべて開催期間内にある"


def test_without_an_account_a_meet_that_costs_something_is_not_published(
    desk: Client, nittai: Tenant, draft: Meet
) -> None:
    race_of(draft)
    page = publish(desk, draft).content.decode()
    assert "お支払い方法（振込先）が入力されている" in page
    assert f'href="{address(draft)}#id_payment_note"' in page
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    Tenant.objects.filter(pk=nittai.pk).update(payment_note="○○銀行")
    publish(desk, draft)
    draft.refresh_from_db()
    assert draft.state == State.PUBLISHED


def test_a_free_meet_needs_no_account(desk: Client, nittai: Tenant) -> None:
    free = open_meet(nittai, state=State.DRAFT, fee=0)
    race_of(free)
    assert "id_payment_note" not in missing(desk, free)
    publish(desk, free)
    free.refresh_from_db()
    assert free.state == State.PUBLISHED


def test_a_public_meet_shows_no_such_list(desk: Client, meet: Meet) -> None:
    assert "meet-checks" not in desk.get(address(meet)).content.decode()


def test_how_one_pays_is_typed_on_the_meets_page_and_is_the_hosts(desk: Client, nittai: Tenant) -> None:
    desk.post(ADD, NEW | {"payment_note": "○○銀行\r\n普通 1", "initial-payment_note": ""})
    nittai.refresh_from_db()
    assert nittai.payment_note == "○○銀行\n普通 1"
    assert AuditRecord.objects.filter(verb="tenant.changed", target_id=str(nittai.pk)).count() == 1
    values = form_on(desk.get(address(the_meet())), "payment_note")
    desk.post(address(the_meet()), values | {"venue": "駒沢"})
    nittai.refresh_from_db()
    assert (nittai.payment_note, AuditRecord.objects.filter(verb="tenant.changed").count()) == ("○○銀行\n普通 1", 1)


def test_what_somebody_else_wrote_about_paying_meanwhile_stays(desk: Client, nittai: Tenant, draft: Meet) -> None:
    values = form_on(desk.get(address(draft)), "payment_note")
    Tenant.objects.filter(pk=nittai.pk).update(payment_note="別の銀行")
    page = desk.post(address(draft), values | {"payment_note": "○○銀行"})
    assert page.status_code == 422
    page = desk.post(ADD, NEW | {"payment_note": "○○銀行", "initial-payment_note": ""})
    assert page.status_code == 422
    assert "現在の値: 別の銀行" in page.content.decode()
    nittai.refresh_from_db()
    assert nittai.payment_note == "別の銀行"


def test_two_who_write_it_at_once_are_told(nittai: Tenant, aoki: User) -> None:
    with tenant_scope(nittai.pk):
        actions.say_payment(host=nittai, text="一", shown="", by=aoki)
        with pytest.raises(Refused, match="edited_meanwhile"):
            actions.say_payment(host=nittai, text="二", shown="", by=aoki)


def test_a_form_without_it_leaves_it(desk: Client, nittai: Tenant) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(payment_note="○○銀行")
    desk.post(ADD, NEW)
    nittai.refresh_from_db()
    assert (the_meet().tenant, nittai.payment_note) == (nittai, "○○銀行")


def test_a_platform_admin_types_it_once_the_host_is_known(client: Client, admin: User, draft: Meet) -> None:
    client.force_login(admin)
    assert "payment_note" not in client.get(ADD).content.decode()
    assert "payment_note" in client.get(address(draft)).content.decode()


def test_a_new_meet_is_of_one_day_and_named_after_it_when_nothing_else_is_said(desk: Client, nittai: Tenant) -> None:
    answer = desk.post(ADD, NEW | {"slug": "", "ends_on": "", "_save": "1"})
    meet = Meet._base_manager.get()
    assert (meet.slug, meet.ends_on) == ("20270501", meet.starts_on)
    assert answer["Location"] == address(meet)
    page = desk.post(ADD, NEW | {"slug": "", "ends_on": ""})
    assert list(page.context["adminform"].form.errors) == ["slug"]
