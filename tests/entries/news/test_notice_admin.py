"""Notices on the organizer's desk."""

import pytest
from django.test import Client

from entries.meet.models import Meet
from entries.news.models import Notice
from tenants.models import AuditRecord, Tenant, User
from tests.conftest import open_meet
from tests.pageform import form_on

LIST = "/admin/entries/notice/"


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def test_a_notice_is_written_published_and_taken_back(desk: Client, meet: Meet) -> None:
    values = {"meet": meet.pk, "title": "受付時間の変更", "body": "7時から", "is_important": "on"}
    desk.post(f"{LIST}add/", values | {"published_at": "2020-01-01"})
    notice = Notice._base_manager.get()
    assert (notice.tenant_id, notice.published_at) == (meet.tenant_id, None)
    for action, out in (("publish", True), ("publish", True), ("take_back", False)):
        desk.post(LIST, {"action": action, "_selected_action": [notice.pk], "confirmed": "1"})
        assert (Notice._base_manager.get().published_at is not None) == out
    assert list(AuditRecord.objects.order_by("pk").values_list("verb", flat=True)) == [
        "notice.added",
        "notice.published",
        "notice.taken_back",
    ]


def test_only_the_own_hosts_meets_are_offered(desk: Client, meet: Meet, chuo: Tenant) -> None:
    theirs = open_meet(chuo, name="中央記録会")
    assert "中央記録会" not in desk.get(f"{LIST}add/").content.decode()
    assert desk.post(f"{LIST}add/", {"meet": theirs.pk, "title": "x"}).status_code == 422
    assert not Notice._base_manager.exists()


def test_a_notice_stays_at_its_meet(desk: Client, meet: Meet, nittai: Tenant) -> None:
    desk.post(f"{LIST}add/", {"meet": meet.pk, "title": "x"})
    notice = Notice._base_manager.get()
    address = f"{LIST}{notice.pk}/change/"
    values = form_on(desk.get(address), "title") | {"title": "y", "meet": open_meet(nittai, "spring").pk}
    desk.post(address, values)
    assert (Notice._base_manager.get().title, Notice._base_manager.get().meet) == ("y", meet)
