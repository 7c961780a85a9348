"""Every form of the site comes back to be sent again; what takes something away is pressed where it stands."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, resolve

from config.http import sent_again
from config.http.maintenance import JSON
from config.http.sent import FOR_GOOD
from tests.config.http.test_sent_again import HERE, carried
from tests.every_page import DEV, PUBLIC, SIGN_IN, Page, World, build

pytestmark = pytest.mark.django_db
TYPED = "珍しい値"


@pytest.fixture(scope="module")
def built(once: Callable[[Callable[[], World]], World]) -> World:
    return once(build)


@pytest.fixture
def world(built: World, db: None) -> World:
    return built


def is_pressed_in_place(address: str) -> bool:
    name = resolve(address).view_name
    return name in FOR_GOOD or name.endswith("_delete")


def behind_a_sign_in(world: World) -> list[Page]:
    return [page for page in world.pages if page.door not in (PUBLIC, SIGN_IN, DEV)]


def test_every_form_behind_a_sign_in_is_kept_but_for_those_that_take_away(world: World) -> None:
    lost = []
    for n, page in enumerate(behind_a_sign_in(world)):
        visitor = Client(headers=HERE, REMOTE_ADDR=f"10.0.{n // 250}.{n % 250 + 1}")
        answer = visitor.post(page.address, {"typed": TYPED})
        if answer.status_code == 405 or _own_way(page):
            continue
        kept = [field for one in visitor.session.get(sent_again.NAME, []) for field in one["fields"]]
        if (["typed", TYPED] in kept) == is_pressed_in_place(page.address):
            lost.append((page.address, answer.status_code))
    assert lost == []


def test_every_form_with_a_stale_token_comes_back_but_for_those_that_take_away(world: World) -> None:
    lost = []
    for page in behind_a_sign_in(world):
        visitor = world.client(page.tried_by("owner"), enforce_csrf_checks=True, headers=HERE)
        answer = visitor.post(page.address, {"typed": TYPED})
        if answer.status_code == 405 or _own_way(page):
            continue
        if (carried(answer).get("typed") == TYPED) == is_pressed_in_place(page.address):
            lost.append((page.address, answer.status_code))
    assert lost == []


def _own_way(page: Page) -> bool:
    """The entry sheet, which leads back to itself, and what speaks JSON."""
    return hasattr(resolve(page.address).func, "instead_of_stale_token") or page.address.startswith(JSON)


def test_what_takes_away_is_named_as_its_addresses_are() -> None:
    def names(patterns: Any, room: str = "") -> set[str]:
        found = set()
        for one in patterns:
            if hasattr(one, "url_patterns"):
                found |= names(one.url_patterns, one.namespace or room)
            else:
                found.add(f"{room}:{one.name}")
        return found

    assert names(get_resolver().url_patterns) >= FOR_GOOD
