"""The page of the switches: what is stopped, since when, by whom; and its buttons."""

from datetime import datetime
from typing import Any

import pytest

from tenants.models import Switch, User
from tenants.switches import actions
from tenants.switches.models import Function
from tests.visitor import client_of

pytestmark = pytest.mark.django_db
PAGE = "/admin/tenants/switch/"


def test_the_page_shows_all_functions_with_since_when_and_by_whom(
    admin: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client = client_of(admin)
    actions.stop(Function.UPLOADS, by=admin, at=now, message="<b>調整中</b>")
    client.get(PAGE)
    with django_assert_max_num_queries(6):
        text = client.get(PAGE).content.decode()
    for function in Function:
        assert f'data-function="{function.value}"' in text
    assert (text.count("停止中"), text.count("稼働中")) == (1, 4)
    assert "&lt;b&gt;調整中&lt;/b&gt;" in text
    assert admin.name in text


@pytest.mark.parametrize("function", list(Function))
def test_the_buttons_ask_first_and_then_switch(admin: User, function: Function) -> None:
    client = client_of(admin)
    assert client.get(f"{PAGE}{function}/stop").status_code == 200
    assert Switch.objects.count() == 0
    answer = client.post(f"{PAGE}{function}/stop", {"message": "調整中\n です", "back_at": "2099-01-01T09:00"})
    assert answer.status_code == 303
    switch = Switch.objects.get()
    assert (switch.function, switch.message, switch.by) == (function, "調整中 です", admin)
    assert client.get(f"{PAGE}{function}/resume").status_code == 200
    assert Switch.objects.get().stopped_at is not None
    assert client.post(f"{PAGE}{function}/resume").status_code == 303
    assert Switch.objects.get().stopped_at is None


@pytest.mark.parametrize(
    "typed",
    [{"back_at": "2020-01-01T09:00"}, {"back_at": "いつか"}, {"message": "x" * 301}, {"message": "a\x00b"}, {"back_at": "9" * 400}],
)  # fmt: skip
def test_what_cannot_be_said_is_refused_beside_its_field(admin: User, typed: dict[str, str]) -> None:
    answer = client_of(admin).post(f"{PAGE}uploads/stop", {"message": "残る文", **typed})
    assert answer.status_code == 422
    assert Switch.objects.count() == 0
    if "message" not in typed:
        assert "残る文" in answer.content.decode()


@pytest.mark.parametrize("address", ["nothing/stop", "nothing/resume", "1/change/", "x/change/"])
def test_unknown_functions_are_not_found(admin: User, address: str) -> None:
    assert client_of(admin).get(PAGE + address).status_code == 404


def test_organizers_and_staff_have_no_switches(aoki: User, endo: User) -> None:
    for who in (aoki, endo):
        client = client_of(who)
        for address in ("", "uploads/stop", "uploads/resume"):
            assert client.get(PAGE + address).status_code == 403
        assert client.post(f"{PAGE}uploads/stop", {"message": "x"}).status_code == 403
    assert Switch.objects.count() == 0
