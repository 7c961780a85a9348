"""Every address of the site, tried by everyone who has no business there (requirements T1, T7 to T9, A7, A10, G7).

Each kind of visitor walks once with GET, and all that a page can show is looked at on the way; other walks try the other
methods, posts, odd queries and addresses.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.conftest import PASSWORD
from tests.every_page import (
    ADDRESSES,
    DESK_ROW,
    DEV,
    FORM,
    MAY,
    ORDER,
    PRODUCT,
    PUBLIC,
    SIGN_IN,
    TEAM,
    UPLOAD,
    USER,
    World,
    build,
    door_of,
    fill,
    wrong_answer,
)
from tests.world import rows_of

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
EVERYONE = ["anonymous", "baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"]
STRANGERS = ["anonymous", "chiba", "doi", "endo", "fujita"]
"""Those who may change nothing of kita's."""
LOGOUTS = ("auth/logout", "admin/logout/")
ELSEWHERE = {"next": "//evil.example"}


@pytest.fixture(scope="module")
def built(once: Callable[[Callable[[], World]], World]) -> World:
    return once(build)


@pytest.fixture
def world(built: World, db: None) -> World:
    return built


def test_every_address_has_its_door() -> None:
    unknown = []
    for pattern in ADDRESSES:
        try:
            door_of(pattern)
        except KeyError:
            unknown.append(pattern)
    assert unknown == []
    assert len(ADDRESSES) > 60


def secrets_from(world: World, who: str) -> tuple[str, ...]:
    """What somebody may read nowhere.

    The other coach may see what Nittai shows to everyone who enters, its shoes; people of another host not even that.
    """
    if who not in ("anonymous", "chiba", "doi", "fujita"):
        return ()
    return world.kita.secrets + (() if who == "chiba" else world.kita.secrets_of_the_host)


SAME_FOR_ALL = {"admin/jsi18n/"}
"""Django's translations for scripts, without a word about anybody."""


def may_be_kept(door: str, pattern: str, answer: Any) -> bool:
    """Whether a proxy or a browser may keep it, or there is nothing to keep."""
    if door in (PUBLIC, DEV) or pattern in SAME_FOR_ALL or answer.status_code != 200:
        return True
    return {"no-store", "private"} <= set(re.findall(r"[\w-]+", answer.get("Cache-Control", "")))


def leads_away(answer: Any) -> bool:
    return not re.match(r"/(?![/\\])|\?", answer.get("Location", "/"))


@pytest.mark.parametrize("who", EVERYONE)
def test_opening_every_page(world: World, who: str) -> None:
    """Nobody gets what is not theirs or reads what is kita's; no proxy keeps a personal page; nothing is written."""
    client, before, secrets = world.client(who), rows_of(), secrets_from(world, who)
    wrong, leaks, kept = [], [], []
    for page in world.pages:
        if page.pattern == "admin/logout/":
            continue
        answer = client.get(page.address)
        text = answer.getvalue().decode("utf-8", "replace")
        said = f"{page.address}: {answer.status_code}"
        wrong += [said] if wrong_answer(who, page.door, "GET", answer) else []
        leaks += [f"{said} {secret}" for secret in secrets if secret in text]
        kept += [] if may_be_kept(page.door, page.pattern, answer) else [said]
    assert (wrong, leaks, kept) == ([], [], [])
    assert rows_of() == before


@pytest.mark.parametrize("who", ["anonymous", "chiba", "doi", "fujita"])
def test_no_search_shows_a_stranger_what_is_kitas(world: World, who: str) -> None:
    client, secrets, leaks = world.client(who), secrets_from(world, who), []
    for page in world.pages:
        if page.pattern != "auth/logout" and "object_id" not in page.pattern:
            answer = client.get(f"{page.address}?q=kitacanary&brand=BRAND&reference=kitacanary")
            text = answer.getvalue().decode("utf-8", "replace")
            leaks += [f"{page.address}: {secret}" for secret in secrets if secret in text]
    assert leaks == []


@pytest.mark.parametrize("who", ["anonymous", "chiba", "aoki", "doi", "endo", "fujita", "admin", "owner"])
def test_the_other_methods_open_no_more(world: World, who: str) -> None:
    """Each page is tried by one who may open it and by those who may not, all pages by a visitor and the other host's
    organizer. The desk is closed to staff of any host at one door: endo knocks there, fujita need not."""
    clients, before, wrong = {one: world.client(one) for one in EVERYONE}, rows_of(), []
    for page in world.pages:
        one, is_known = page.tried_by(who), who == "fujita" and page.pattern.startswith("admin/")
        is_tried = who in ("anonymous", "doi", "owner") or who not in MAY[page.door]
        if page.pattern not in LOGOUTS and is_tried and not is_known:
            for method in ("HEAD", "PUT", "DELETE"):
                answer = clients[one].generic(method, page.address)
                said = f"{method} {page.address} as {one}: {answer.status_code}"
                wrong += [said] if wrong_answer(one, page.door, method, answer) else []
    assert wrong == []
    assert rows_of() == before


@pytest.mark.parametrize("who", STRANGERS)
def test_what_a_stranger_posts(world: World, who: str) -> None:
    """Nothing of it changes a row, gets through a door or leads to another site."""
    client, before, wrong, away = world.client(who), rows_of(), [], []
    body = urlencode({"confirm": "1", "action": "delete_selected", "post": "yes", **ELSEWHERE})
    for page in world.pages:
        is_own = page.door in (SIGN_IN, USER, PRODUCT) and who in MAY[page.door]
        if "logout" not in page.pattern and not is_own:
            answer = client.generic("POST", page.address, body, content_type=FORM)
            wrong += [f"{page.address}: {answer.status_code}"] if wrong_answer(who, page.door, "POST", answer) else []
            away += [f"{page.address}: {answer['Location']}"] if leads_away(answer) else []
    assert (wrong, away) == ([], [])
    assert rows_of() == before


@pytest.mark.parametrize("who", EVERYONE)
def test_what_everybody_posts_where_they_may(world: World, who: str) -> None:
    client, wrong, away = world.client(who), [], []
    for page in world.pages if who not in STRANGERS else world.may(who):
        if page.pattern not in LOGOUTS:
            answer = client.post(page.address, ELSEWHERE)
            wrong += [f"{page.address}: {answer.status_code}"] if wrong_answer(who, page.door, "POST", answer) else []
            away += [f"{page.address}: {answer['Location']}"] if leads_away(answer) else []
    assert (wrong, away) == ([], [])


def test_a_history_is_only_read(world: World) -> None:
    """A POST is refused before the row's lock is asked for, which there is in a transaction alone."""
    client = world.client("aoki")
    histories = [page for page in world.pages if page.pattern.endswith("/history/")]
    assert {client.post(page.address).status_code for page in histories} == {405}
    opened = {client.get(page.address).status_code for page in histories}
    assert 200 in opened
    assert opened <= {200, 404}
    assert len(histories) > 10


def body_of(answer: Any) -> str:
    """The page without what differs in every answer."""
    return re.sub(r"<code>\w+</code>|csrfmiddlewaretoken\" value=\"\w+", "", answer.content.decode())


@pytest.mark.parametrize("who", ["chiba", "doi", "aoki", "admin"])
def test_what_is_somebody_elses_answers_as_what_does_not_exist(world: World, who: str) -> None:
    client = world.client(who)
    for page in world.pages:
        if page.door not in (TEAM, ORDER, UPLOAD, PRODUCT) or who in MAY[page.door]:
            continue
        nobodys = re.sub(r"/\d+|/[A-Z0-9]{8,12}(?=/)", "/99999999", page.address)
        assert page.address != nobodys
        one, other = client.get(page.address), client.get(nobodys)
        assert (one.status_code, body_of(one)) == (other.status_code, body_of(other)), page.address


BY_SECRET = {"anymail/<slug:esp>/tracking/"}
"""Posted to by programs that have no page to take a token from; 404 unless the site has a secret for them."""


@pytest.mark.parametrize("who", ["baba", "admin"])
def test_no_post_is_taken_without_its_token(world: World, who: str) -> None:
    client = world.client(who, enforce_csrf_checks=True)
    taken = []
    for page in world.pages:
        status = client.post(page.address, {"confirm": "1"}).status_code
        if status != (404 if page.pattern in BY_SECRET else 403):
            taken.append(f"{page.address}: {status}")
    assert taken == []


ADMIN_ADDRESSES = ["/admin", "/admin/", "/admin/nowhere", "/admin/entries/", "/admin/x/../", "/admin/login/", "/admin/%2e%2e/",
                   "/admin/logout/", "/admin/jsi18n/", "/admin/autocomplete/", "/admin//", "/admin/static/x.css"]  # fmt: skip


@pytest.mark.parametrize("who", ["baba", "endo"])
def test_staff_and_coaches_get_403_on_every_address_of_the_admin(world: World, who: str) -> None:
    client = world.client(who)
    for address in ADMIN_ADDRESSES:
        for method in METHODS:
            assert client.generic(method, address).status_code == 403, (method, address)


ODD = [
    "page=9e99&q=%F0%A0%AE%B7&limit=1e400&sort=password&e=1&brand=%ED%A0%80&reference=%FF%FE&sex=X&grade=999",
    "page=-1&q=%FF%FE&limit=-1&order_by=pk;--&p=-5&_connector=OR&brand=&reference=" + "x" * 3000,
    "page=" + "9" * 400 + "&o=-1.2.3&limit=0&per_page=1000000000&team=" + "9" * 30 + "&kind=%27%20OR%201%3D1",
    "page=&page=2&q=" + "x" * 3000 + "&all=&date=2020-99-99&meet=x&meet=y&brand[]=x&lang=xx&next=//evil",
    "token=" + "x" * 1900 + "&team=-1&from=x&kana=" + "あ" * 200 + "&family_kana=%ED%A0%80&given_kana=%00",
    "a=" * 500 + "&team=" + "１" * 5,
]  # fmt: skip


@pytest.mark.parametrize("who", ["baba", "aoki", "endo"])
def test_odd_queries_are_answered(world: World, who: str) -> None:
    """Each page by the coach, and what she may not open by organizer and staff; a submission, which all three see, by all."""
    client, broken = world.client(who), []
    for page in world.may(who):
        also = who == "baba" or page.door == ORDER or "baba" not in MAY[page.door]
        if also and page.door != DESK_ROW and "logout" not in page.pattern:
            for query in ODD:
                status = client.get(f"{page.address}?{query}").status_code
                broken += [f"{page.address}?{query[:40]}: {status}"] if status >= 500 else []
    assert broken == []


@pytest.mark.parametrize("who", ["baba", "aoki"])
@pytest.mark.parametrize("number", [0, 2**63, 10**400], ids=["0", "2**63", "10**400"])
def test_numbers_of_any_size_in_an_address_are_unknown(world: World, who: str, number: int) -> None:
    """At the desk by the organizer alone: a coach gets 403 for the whole of it, whatever the number."""
    client, broken = world.client(who), []
    for page in world.pages:
        pattern = page.pattern
        if ("<int:" in pattern or "object_id" in pattern) and (who == "aoki" or not pattern.startswith("admin/")):
            filled = re.sub(r"<int:\w+>|<path:object_id>|<path:content_type_id>", str(number), pattern)
            address = fill(filled, world.kita, world.organizer)
            for method in ("GET", "POST"):
                status = client.generic(method, address).status_code
                broken += [f"{method} {address[:80]}: {status}"] if status >= 500 or status == 200 else []
    assert broken == []


REDIRECTS = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example",
    "\\/evil.example", "http://evil.example", "https://evil.example", "HTTP://EVIL.EXAMPLE", "http:evil.example",
    "https:evil.example", "http:/evil.example", "http:///evil.example", "https:\\\\evil.example", "//evil.example/%2e%2e",
    "http://testserver@evil.example", "http://evil.example#testserver", "http://evil.example?testserver",
    "http://testserver.evil.example", "http://eviltestserver", "//testserver@evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "ftp://evil.example", "\t//evil.example",
    " //evil.example", "\n//evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\nLocation: //evil.example",
    "//evil。example", "//ｅvil.example", "http://evil.example:80", "//[::1]", "//%65vil.example", "\u200b//evil.example",
    "/\x00/evil.example", "//evil.example\\@testserver", "https://testserver:evil@evil.example", "x" * 5000,
]  # fmt: skip
GOOD = [
    "/meets/nittai/ld326/enter",
    "/teams/?page=2",
    "/orders/AB12/#row",
    "http://testserver/teams/",
    "/meets/?q=日本",
]


@pytest.mark.parametrize("asked", REDIRECTS, ids=range(len(REDIRECTS)))
def test_sign_in_leads_to_no_other_site(world: World, asked: str) -> None:
    posted = Client().post("/auth/login", {"email": "baba@example.com", "password": PASSWORD, "next": asked})
    assert (posted.status_code, posted["Location"]) == (302, "/teams/")
    already = world.client("baba").get("/auth/login?next=" + quote(asked))
    assert already.status_code in (400, 414) or already["Location"] == "/teams/"
    assert len(REDIRECTS) >= 40


@pytest.mark.parametrize("asked", GOOD)
def test_sign_in_leads_back_to_where_one_was(world: World, asked: str) -> None:
    answer = Client().post("/auth/login", {"email": "baba@example.com", "password": PASSWORD, "next": asked})
    assert answer["Location"] in (asked, quote(asked, safe="/?=:#"))


@pytest.mark.parametrize("who", ["anonymous", "baba", "aoki"])
def test_no_other_address_takes_a_next_of_another_site(world: World, who: str) -> None:
    """When it is opened; what is posted is in the walks above."""
    client, away = world.client(who), []
    for page in world.pages if who == "anonymous" else world.may(who):
        if "logout" not in page.pattern and (who != "aoki" or "baba" not in MAY[page.door]):
            answer = client.get(page.address, ELSEWHERE)
            away += [f"{page.address} -> {answer['Location']}"] if leads_away(answer) else []
    assert away == []
