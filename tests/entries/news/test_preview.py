"""An organizer sees a draft as the public will see it; nobody else does."""

import pytest
from django.test import Client

from entries.meet.models import Meet, State
from tenants.models import Tenant, User
from tests.conftest import open_meet, race_of


@pytest.fixture
def draft(nittai: Tenant) -> Meet:
    meet = open_meet(nittai, "draft", name="まだ秘密の大会", state=State.DRAFT)
    race_of(meet, "男子1500m", places=40)
    return meet


def address(meet: Meet) -> str:
    return f"/admin/entries/meet/{meet.pk}/preview/"


def test_it_is_the_page_that_the_public_gets_once_it_is_published(client: Client, aoki: User, draft: Meet) -> None:
    client.force_login(aoki)
    assert address(draft) in client.get(f"/admin/entries/meet/{draft.pk}/change/").content.decode()
    answer = client.get(address(draft))
    page = answer.content.decode()
    for said in ("まだ秘密の大会", "男子1500m", "この大会に申し込む", "まだ誰にも見えていません。"):
        assert said in page
    assert "no-store" in answer["Cache-Control"]
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_nothing_of_it_is_public(client: Client, aoki: User, draft: Meet) -> None:
    client.force_login(aoki)
    client.get(address(draft))
    assert client.get("/meets/nittai/draft/").status_code == 404
    assert client.post(address(draft)).status_code == 405


@pytest.mark.parametrize(("who", "status"), [("doi", 404), ("endo", 403), ("baba", 403)])
def test_others_get_nothing(client: Client, request: pytest.FixtureRequest, draft: Meet, who: str, status: int) -> None:
    client.force_login(request.getfixturevalue(who))
    answer = client.get(address(draft))
    assert (answer.status_code, "まだ秘密の大会" in answer.content.decode()) == (status, False)


def test_what_is_no_number_is_no_meet(client: Client, aoki: User) -> None:
    client.force_login(aoki)
    for number in ("0", "x", "9" * 30):
        assert client.get(f"/admin/entries/meet/{number}/preview/").status_code == 404
