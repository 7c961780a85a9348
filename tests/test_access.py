"""Every address of the site, tried by everyone who has no business there (requirements T1, T7 to T9, A7, A10, G7).

`DOORS` says of each address whose it is. An address that is missing there fails the first test, so a new page cannot
arrive untried.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import get_resolver

from tenants.models import Role, Tenant, User
from tests.conftest import PASSWORD
from tests.world import Own, object_of, own, rows_of

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
PUBLIC, SIGN_IN, DEV, USER, TEAM, ORDER, SHEET, UPLOAD, STAFF, PRODUCT, DESK, DESK_ROW = (
    "public", "sign_in", "dev", "user", "team", "order", "sheet", "upload", "staff", "product", "desk", "desk_row",
)  # fmt: skip
DOORS = {
    "": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,
    "styleguide/": DEV,
    "anymail/<slug:esp>/tracking/": PUBLIC,  # a provider's server; its own tests hold the secret
    "meets/": PUBLIC,
    "meets/<slug:tenant>/<slug:meet>/": PUBLIC,
    "meets/<slug:tenant>/<slug:meet>/entries/": PUBLIC,
    "auth/login": SIGN_IN,
    "auth/logout": SIGN_IN,
    "auth/request": SIGN_IN,
    "auth/verify": SIGN_IN,
    "auth/register": SIGN_IN,
    "auth/register/confirm": SIGN_IN,
    "auth/password/change": SIGN_IN,
    "auth/password/reset": SIGN_IN,
    "auth/password/reset/confirm": SIGN_IN,
    "auth/account": USER,
    "auth/account/address": USER,
    "auth/account/address/confirm": SIGN_IN,
    "teams/": USER,
    "teams/new": USER,
    "teams/join": SIGN_IN,
    "teams/romaji": USER,
    "orders/<slug:reference>/": ORDER,
    "orders/<slug:reference>/entries/<int:entry>/withdraw": ORDER,
    "orders/<slug:reference>/entries/<int:entry>/time": ORDER,
    "meets/<slug:tenant>/<slug:meet>/enter": SHEET,
    "meets/<slug:tenant>/<slug:meet>/enter/draft": SHEET,
    "meets/<slug:tenant>/<slug:meet>/enter/upload": SHEET,
    "meets/<slug:tenant>/<slug:meet>/enter/upload/template.xlsx": SHEET,
    "meets/<slug:tenant>/<slug:meet>/enter/upload/<int:upload>": UPLOAD,
    "meets/<slug:tenant>/<slug:meet>/enter/upload/<int:upload>/refused.xlsx": UPLOAD,
    "meets/<slug:tenant>/<slug:meet>/shoes": SHEET,
    "staff/references": STAFF,
    "staff/search": STAFF,
    "staff/products/<int:product>/drafts": PRODUCT,
    "staff/products/<int:product>/drafts/<int:draft>": PRODUCT,
    "staff/products/<int:product>/drafts/<int:draft>/state": PRODUCT,
    "staff/products/<int:product>/drafts/<int:draft>/rewrite": PRODUCT,
    "staff/conflicts": STAFF,
    "staff/products/<int:product>": PRODUCT,
    "staff/products/<int:product>/override": PRODUCT,
    "staff/products/<int:product>/release": PRODUCT,
    "staff/products/<int:product>/keep": PRODUCT,
    "staff/products/<int:product>/seen": PRODUCT,
}
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class World:
    """The whole cast, each with rows of their own."""

    actors: dict[str, User | None]
    kita: Own
    minami: Own


@pytest.fixture
def world(
    baba: User, chiba: User, aoki: User, doi: User, endo: User, admin: User, nittai: Tenant, chuo: Tenant
) -> World:
    fujita = User.objects.create_user("fujita@example.com", None, name="f", role=Role.STAFF, tenant=chuo)
    actors = {
        "anonymous": None, "baba": baba, "chiba": chiba, "aoki": aoki, "doi": doi, "endo": endo, "fujita": fujita,
        "admin": admin,
    }  # fmt: skip
    return World(actors, own(nittai, baba, aoki, "kitacanary"), own(chuo, chiba, doi, "minamicanary"))


def addresses() -> Iterator[str]:
    """Every address of the URLconf, as its pattern."""

    def walk(patterns: Any, before: str = "") -> Iterator[str]:
        for entry in patterns:
            here = before + str(entry.pattern).replace("^", "").removesuffix("$")
            yield from walk(entry.url_patterns, here) if hasattr(entry, "url_patterns") else [here]

    yield from walk(get_resolver().url_patterns)


ADDRESSES = sorted(set(addresses()))


def door_of(pattern: str) -> str:
    """Whose an address is. Raises KeyError for one that nobody has thought about."""
    if pattern.startswith("admin/"):
        return DESK_ROW if "object_id" in pattern else DESK
    if pattern.startswith("teams/<int:team>/"):
        return TEAM
    return DOORS[pattern]


def fill(pattern: str, mine: Own, organizer: User) -> str:
    """The address of this pattern for the rows of `mine`."""
    values: dict[str, Any] = {
        "team": mine.team.pk, "athlete": mine.athlete.pk, "member": mine.member.pk, "link": mine.link.pk,
        "upload": mine.entry_upload.pk if "enter/upload" in pattern else mine.upload.pk, "tenant": mine.meet.tenant.slug,
        "meet": mine.meet.slug, "reference": mine.submission.reference, "entry": mine.entry.pk, "content_type_id": 1,
        "app_label": "entries", "url": "nowhere", "race": mine.race.pk,
        "product": mine.product.pk, "draft": mine.draft.pk, "esp": "sendgrid",
        "function": "uploads",
    }  # fmt: skip
    if "object_id" in pattern and "content_type_id" not in pattern:
        values["object_id"] = object_of(pattern, mine, organizer)
    values.setdefault("object_id", 1)
    regular = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
    return "/" + CONVERTER.sub(lambda found: str(values[found[1]]), regular)


def signed_in(user: User | None, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    if user is not None:
        client.force_login(user)
    return client


def to_sign_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/auth/login?next=")


def test_every_address_has_its_door() -> None:
    unknown = []
    for pattern in ADDRESSES:
        try:
            door_of(pattern)
        except KeyError:
            unknown.append(pattern)
    assert unknown == []
    assert len(ADDRESSES) > 60


# Who may open a door with GET, when it stands before kita's rows in nittai's meet. All others are refused as `REFUSED`
# says: anonymous visitors sign in first, strangers get 404, people without the right 403.
MAY = {
    PUBLIC: {"anonymous", "baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"},
    SIGN_IN: {"anonymous", "baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"},
    DEV: {"anonymous", "baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"},
    USER: {"baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"},
    TEAM: {"baba"},
    ORDER: {"baba", "aoki", "endo", "admin"},
    SHEET: {"baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"},
    UPLOAD: {"baba"},
    STAFF: {"aoki", "doi", "endo", "fujita", "admin"},
    PRODUCT: {"aoki", "endo", "admin"},
    DESK: {"aoki", "doi", "admin"},
    DESK_ROW: {"aoki", "admin"},
}
FORBIDDEN = {STAFF, DESK, DESK_ROW}


def wrong_answer(who: str, door: str, method: str, answer: Any) -> bool:
    """Whether somebody got what is not theirs, or a server error."""
    status = answer.status_code
    if status >= 500:
        return True
    if who in MAY[door]:
        return False
    if who == "anonymous":
        return not (to_sign_in(answer) or status == 405)
    if (
        door == DESK_ROW and who == "doi"
    ):  # the admin leads from an unknown row to its index, from `x/1/` to `x/1/change/`
        return not (
            status in (403, 404, 405) or (status == 302 and re.search("/admin/$|/change/$", answer["Location"]))
        )
    if door == PRODUCT and who in ("baba", "chiba"):
        return status not in (403, 405)
    return status not in ({403, 405} if door in FORBIDDEN else {404, 405})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", ["anonymous", "baba", "chiba", "aoki", "doi", "endo", "fujita", "admin"])
def test_nobody_gets_through_a_door_that_is_not_theirs(world: World, who: str, method: str) -> None:
    client = signed_in(world.actors[who])
    wrong = []
    for pattern in ADDRESSES:
        if pattern in ("auth/logout", "admin/logout/"):
            continue
        address, door = fill(pattern, world.kita, world.actors["aoki"]), door_of(pattern)  # type: ignore[arg-type]
        answer = client.generic(method, address)
        if wrong_answer(who, door, method, answer):
            wrong.append(f"{method} {address} as {who}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("who", ["anonymous", "chiba", "doi", "fujita"])
def test_no_page_shows_a_stranger_what_is_kitas(world: World, who: str) -> None:
    """The other coach may see what Nittai shows to everyone who enters, its shoes; people of another host not even that."""
    client = signed_in(world.actors[who])
    secrets = world.kita.secrets + (() if who == "chiba" else world.kita.secrets_of_the_host)
    leaks = []
    for pattern in ADDRESSES:
        if pattern == "auth/logout":
            continue
        for query in ("",) if "object_id" in pattern else ("", "?q=kitacanary&brand=BRAND&reference=kitacanary"):
            address = fill(pattern, world.kita, world.actors["aoki"]) + query  # type: ignore[arg-type]
            text = client.get(address).getvalue().decode("utf-8", "replace")
            leaks += [f"{address}: {secret}" for secret in secrets if secret in text]
    assert leaks == []


def body_of(answer: Any) -> str:
    """The page without what differs in every answer."""
    return re.sub(r"<code>\w+</code>|csrfmiddlewaretoken\" value=\"\w+", "", answer.content.decode())


@pytest.mark.parametrize("who", ["chiba", "doi", "aoki", "admin"])
def test_what_is_somebody_elses_answers_as_what_does_not_exist(world: World, who: str) -> None:
    client = signed_in(world.actors[who])
    for pattern in ADDRESSES:
        if door_of(pattern) not in (TEAM, ORDER, UPLOAD, PRODUCT) or who in MAY[door_of(pattern)]:
            continue
        theirs = fill(pattern, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
        nobodys = re.sub(r"/\d+|/[A-Z0-9]{8,12}(?=/)", "/99999999", theirs)
        assert theirs != nobodys
        one, other = client.get(theirs), client.get(nobodys)
        assert (one.status_code, body_of(one)) == (other.status_code, body_of(other)), theirs


@pytest.mark.parametrize("who", ["anonymous", "chiba", "doi", "endo", "fujita"])
def test_no_stranger_changes_anything(world: World, who: str) -> None:
    client = signed_in(world.actors[who])
    before = rows_of()
    for pattern in ADDRESSES:
        is_own = door_of(pattern) == PRODUCT and who in MAY[PRODUCT]
        if "logout" not in pattern and door_of(pattern) not in (SIGN_IN, USER) and not is_own:
            address = fill(pattern, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
            client.generic("POST", address, urlencode({"confirm": "1", "action": "delete_selected", "post": "yes"}),
                           content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert rows_of() == before


@pytest.mark.parametrize("who", ["anonymous", "baba", "aoki", "endo", "admin"])
def test_opening_pages_changes_nothing(world: World, who: str) -> None:
    client = signed_in(world.actors[who])
    before = rows_of()
    for pattern in ADDRESSES:
        if pattern != "admin/logout/":
            address = fill(pattern, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
            for method in ("GET", "HEAD"):
                client.generic(method, address)
    assert rows_of() == before


BY_SECRET = {"anymail/<slug:esp>/tracking/"}
"""Posted to by programs that have no page to take a token from; 404 unless the site has a secret for them."""


@pytest.mark.parametrize("who", ["baba", "aoki", "endo", "admin"])
def test_no_post_is_taken_without_its_token(world: World, who: str) -> None:
    client = signed_in(world.actors[who], enforce_csrf_checks=True)
    taken = []
    for pattern in ADDRESSES:
        address = fill(pattern, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
        status = client.post(address, {"confirm": "1"}).status_code
        if status != (404 if pattern in BY_SECRET else 403):
            taken.append(f"{address}: {status}")
    assert taken == []


SAME_FOR_ALL = {"admin/jsi18n/"}
"""Django's translations for scripts, without a word about anybody."""


def test_personal_pages_are_kept_by_nobody(world: World) -> None:
    kept = []
    for who in ("anonymous", "baba", "aoki", "endo"):
        client = signed_in(world.actors[who])
        for pattern in ADDRESSES:
            if who in MAY[door_of(pattern)] and door_of(pattern) not in (PUBLIC, DEV):
                answer = client.get(fill(pattern, world.kita, world.actors["aoki"]))  # type: ignore[arg-type]
                caching = answer.get("Cache-Control", "")
                static = pattern == "admin/jsi18n/"
                if (
                    answer.status_code == 200
                    and not static
                    and not {"no-store", "private"} <= set(re.findall(r"[\w-]+", caching))
                ):
                    kept.append(f"{who} {pattern}: {caching}")
    assert kept == []


ADMIN_ADDRESSES = ["/admin", "/admin/", "/admin/nowhere", "/admin/entries/", "/admin/x/../", "/admin/login/", "/admin/%2e%2e/",
                   "/admin/logout/", "/admin/jsi18n/", "/admin/autocomplete/", "/admin//", "/admin/static/x.css"]  # fmt: skip


@pytest.mark.parametrize("who", ["baba", "endo"])
def test_staff_and_coaches_get_403_on_every_address_of_the_admin(world: World, who: str) -> None:
    client = signed_in(world.actors[who])
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
    client, broken = signed_in(world.actors[who]), []
    for pattern in ADDRESSES:
        if who in MAY[door_of(pattern)] and not (door_of(pattern) == DESK_ROW or "logout" in pattern):
            address = fill(pattern, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
            for query in ODD:
                status = client.get(f"{address}?{query}").status_code
                broken += [f"{address}?{query[:40]}: {status}"] if status >= 500 else []
    assert broken == []


@pytest.mark.parametrize("who", ["baba", "aoki"])
@pytest.mark.parametrize("number", [0, 2**63, 10**400])
def test_numbers_of_any_size_in_an_address_are_unknown(world: World, who: str, number: int) -> None:
    client, broken = signed_in(world.actors[who]), []
    for pattern in ADDRESSES:
        if "<int:" in pattern or "object_id" in pattern:
            filled = re.sub(r"<int:\w+>|<path:object_id>|<path:content_type_id>", str(number), pattern)
            address = fill(filled, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
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
def test_sign_in_leads_to_no_other_site(baba: User, asked: str) -> None:
    posted = Client().post("/auth/login", {"email": "baba@example.com", "password": PASSWORD, "next": asked})
    assert (posted.status_code, posted["Location"]) == (302, "/teams/")
    already = signed_in(baba).get("/auth/login?next=" + quote(asked))
    assert already.status_code == 400 or already["Location"] == "/teams/"
    assert len(REDIRECTS) >= 40


@pytest.mark.parametrize("asked", GOOD)
def test_sign_in_leads_back_to_where_one_was(baba: User, asked: str) -> None:
    answer = Client().post("/auth/login", {"email": "baba@example.com", "password": PASSWORD, "next": asked})
    assert answer["Location"] in (asked, quote(asked, safe="/?=:#"))


@pytest.mark.parametrize("who", ["anonymous", "baba", "aoki"])
def test_no_other_address_takes_a_next_of_another_site(world: World, who: str) -> None:
    client, away = signed_in(world.actors[who]), []
    for pattern in ADDRESSES:
        if "logout" in pattern:
            continue
        address = fill(pattern, world.kita, world.actors["aoki"])  # type: ignore[arg-type]
        for answer in (client.get(f"{address}?next=//evil.example"), client.post(address, {"next": "//evil.example"})):
            where = answer.get("Location", "/")
            if not re.match(r"/(?![/\\])|\?", where):
                away.append(f"{address} -> {where}")
    assert away == []
