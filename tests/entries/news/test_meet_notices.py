"""The notices of a meet on the meet's own page of the desk: written, published, mailed and taken back from there."""

import pytest
from django.test import Client

from entries.meet.models import Meet
from entries.news.models import Notice
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import open_meet
from tests.pageform import form_on

LIST = "/admin/entries/notice/"


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def page_of(meet: Meet) -> str:
    return f"/admin/entries/meet/{meet.pk}/change/"


def notice_of(meet: Meet, title: str = "x") -> Notice:
    with tenant_scope(meet.tenant_id):
        return Notice.objects.create(tenant=meet.tenant, meet=meet, title=title)


def write(desk: Client, meet: Meet, button: str, **values: str) -> str:
    """Types a notice on the meet's page and presses the button; where that leads."""
    typed = form_on(desk.get(page_of(meet)), "title") | {"title": "駐車場"} | values
    answer = desk.post(f"{LIST}add/?meet={meet.pk}&from_row=home", typed | {button: "1"})
    return str(answer["Location"])


def test_a_notice_is_written_on_the_meets_page_as_a_draft(desk: Client, meet: Meet) -> None:
    assert "お知らせはまだありません。" in desk.get(page_of(meet)).content.decode()
    assert write(desk, meet, "_save") == f"{page_of(meet)}#notices"
    [notice] = Notice._base_manager.all()
    assert (notice.meet_id, notice.title, notice.published_at) == (meet.pk, "駐車場", None)
    shown = desk.get(page_of(meet)).content.decode()
    assert f'<a href="{LIST}{notice.pk}/change/?from_row=home">駐車場</a>' in shown


def test_from_there_it_is_published_and_mailed_after_a_page_that_asks(desk: Client, meet: Meet) -> None:
    asks = write(desk, meet, "_publish")
    [notice] = Notice._base_manager.all()
    assert asks == f"{LIST}{notice.pk}/publish/?from_row=home"
    page = desk.get(asks)
    assert "申込のある監督・選手 0名に、1回だけ送ります。" in page.content.decode()
    assert f'action="{LIST}"' in page.content.decode()
    answer = desk.post(LIST, form_on(page, "confirmed") | {"mail": "on"})
    assert answer["Location"] == f"{page_of(meet)}#notices"
    notice.refresh_from_db()
    assert notice.published_at is not None
    assert notice.mail_asked_at is not None


def test_its_buttons_on_the_meets_page_lead_back_there(desk: Client, meet: Meet) -> None:
    notice = notice_of(meet)
    button = form_on(desk.get(page_of(meet)), "_selected_action")
    assert button["action"] == "publish"
    page = desk.post(LIST, button)
    assert f'href="{page_of(meet)}#notices"' in page.content.decode()
    assert desk.post(LIST, form_on(page, "confirmed"))["Location"] == f"{page_of(meet)}#notices"
    edit = f"{LIST}{notice.pk}/change/?from_row=home"
    assert desk.post(edit, form_on(desk.get(edit), "title") | {"title": "y"})["Location"] == f"{page_of(meet)}#notices"


def test_what_is_wrong_is_said_with_everything_typed_kept(desk: Client, meet: Meet) -> None:
    typed = form_on(desk.get(page_of(meet)), "title") | {"title": "", "body": "長い本文"}
    answer = desk.post(f"{LIST}add/?meet={meet.pk}&from_row=home", typed | {"_publish": "1"})
    assert answer.status_code == 422
    assert "長い本文" in answer.content.decode()
    assert not Notice._base_manager.exists()


def test_the_newest_are_shown_and_the_rest_a_link_away(desk: Client, meet: Meet, nittai: Tenant) -> None:
    for number in range(11):
        notice_of(meet, f"知らせ{number:02}")
    notice_of(open_meet(nittai, "spring"), "他大会")
    shown = desk.get(page_of(meet)).content.decode()
    assert "知らせ01" in shown
    assert "知らせ00" not in shown
    assert f'href="{LIST}?meet={meet.pk}"' in shown
    assert "他大会" not in shown


def test_nobody_else_is_asked_about_a_notice(desk: Client, doi: User, meet: Meet, client: Client) -> None:
    notice = notice_of(meet)
    for odd in ("0", "x", "9" * 30):
        assert desk.get(f"{LIST}{odd}/publish/").status_code == 404
    assert desk.post(f"{LIST}{notice.pk}/publish/").status_code == 405
    client.force_login(doi)
    assert client.get(f"{LIST}{notice.pk}/publish/").status_code == 404
