"""The desk in Japanese: no word of Django's own English, no row of dashes, no None, one way to write a day."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.every_page import DESK, DESK_ROW, World, build

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
ENGLISH = re.compile(r"[A-Za-z]{3}")
NO_WORDS = re.compile(r"(?s)<!--.*?-->|<(script|style|textarea|code|pre|time)\b.*?</\1>|<[^>]+>")
ATTRIBUTES = re.compile(r'(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"')
OTHER_DAYS = re.compile(r"20\d\d年|20\d\d-\d\d-\d\d")
DATA = re.compile(r"JPN|NIT-SYS.*|English|JAAF ID|WA / JAAF .*|Asia/Tokyo|standard|"
                  r"UTF-16|Shift_JIS（CP932）|[A-Z0-9]{10}|[0-9a-f]{12}|BRAND.*|(1 )?kita.*|mina.*|nittai|chuo|admin|"
                  r"(aoki|baba|chiba|doi|endo|fujita|admin)\b.*")  # fmt: skip
"""Names, codes and addresses: of the site, of a rule book, of the world that is looked at; the random ids of requests."""
FOR_PROGRAMS = (
    "admin/catalog/importrun/add/",
    "admin/tenants/incident/guide",
    "admin/tenants/retentionrule/",
    "admin/status/",
)
"""Pages that show what a file holds, what is typed at a terminal, or the names of settings."""


@pytest.fixture(scope="module")
def world(once: Callable[[Callable[[], Any]], Any]) -> World:
    world: World = once(build)
    return world


def lines_of(page: str) -> Iterator[str]:
    """What is read there, each text by itself."""
    for text in [*ATTRIBUTES.findall(page), *NO_WORDS.sub("\n", page).split("\n")]:
        yield re.sub(r"^· |\s*\| NIT-SYS.*$", "", unescape(text).strip())


def wrong(line: str) -> bool:
    is_english = ENGLISH.search(line) and not JAPANESE.search(line)
    is_wrong = is_english or "---" in line or OTHER_DAYS.search(line) or re.search(r"\b(None|True|False)\b", line)
    return bool(is_wrong) and not DATA.fullmatch(line)


def pages_of(world: World, who: str) -> Iterator[tuple[str, str]]:
    client: Client = world.client(who)
    for page in world.may(who):
        if page.door in (DESK, DESK_ROW) and not page.pattern.startswith(FOR_PROGRAMS):
            answer = client.get(page.address, follow=True)
            if answer.status_code == 200 and "html" in answer["Content-Type"]:
                yield page.pattern, answer.content.decode()


@pytest.mark.parametrize("who", ["aoki", "admin"])
def test_every_page_of_the_desk_speaks_japanese(world: World, db: None, who: str) -> None:
    found = {(pattern, line) for pattern, page in pages_of(world, who) for line in lines_of(page) if wrong(line)}
    assert sorted(found) == []


def test_the_pages_are_looked_at(world: World, db: None) -> None:
    assert len(list(pages_of(world, "aoki"))) > 60


@pytest.mark.parametrize(
    "line", ["---------", "None", "Error id", "2027年5月1日", "2027-05-01 09:00", "Product", "True"]
)
def test_what_is_refused(line: str) -> None:
    assert wrong(line)
