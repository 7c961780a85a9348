"""Every address of the site, whose it is, and a world in which each stands before somebody's rows.

`DOORS` says of each address whose it is. An address that is missing there fails `test_every_address_has_its_door`, so a
new page cannot arrive untried.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tenants.models import Role, Tenant, User
from tests.conftest import PASSWORD
from tests.world import Own, object_of, own

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
    "meets/<slug:tenant>/<slug:meet>/start-lists/": PUBLIC,
    "meets/<slug:tenant>/<slug:meet>/start-lists/<int:start>/": PUBLIC,
    "meets/<slug:tenant>/<slug:meet>/start-lists/mine/": USER,
    "meets/<slug:tenant>/<slug:meet>/start-lists.csv": PUBLIC,
    "meets/<slug:tenant>/<slug:meet>/start-lists.pdf": PUBLIC,
    "auth/login": SIGN_IN,
    "auth/logout": SIGN_IN,
    "auth/menu": SIGN_IN,
    "auth/sent/<slug:key>": USER,  # what one sent before signing in, kept in one's own session
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
    "orders/<slug:reference>/bibs": ORDER,
    "orders/<slug:reference>/entries/<int:entry>/withdraw": ORDER,
    "orders/<slug:reference>/entries/<int:entry>/time": ORDER,
    "orders/<slug:reference>/entries/<int:entry>/undo": ORDER,
    "orders/<slug:reference>/entries/<int:entry>/race": ORDER,
    "meets/<slug:tenant>/<slug:meet>/enter": SHEET,
    "meets/<slug:tenant>/<slug:meet>/enter/draft": SHEET,
    "meets/<slug:tenant>/<slug:meet>/enter/paste": SHEET,
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
FORM = "application/x-www-form-urlencoded"
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


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
        "function": "uploads", "start": 1, "key": "nothing",
    }  # fmt: skip
    if "object_id" in pattern and "content_type_id" not in pattern:
        values["object_id"] = object_of(pattern, mine, organizer)
    values.setdefault("object_id", 1)
    regular = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern)
    return "/" + CONVERTER.sub(lambda found: str(values[found[1]]), regular)


# Who may open a door with GET, when it stands before kita's rows in nittai's meet. `wrong_answer` says how all others are
# refused: anonymous visitors sign in first, strangers get 404, people without the right 403.
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


@dataclass(frozen=True)
class Page:
    """An address as it stands before kita's rows in nittai's meet."""

    pattern: str
    door: str
    address: str

    def tried_by(self, who: str) -> str:
        """Somebody, or for "owner" one who may open it: the coach where she may, else the organizer."""
        return who if who != "owner" else "baba" if "baba" in MAY[self.door] else "aoki"


@dataclass(frozen=True)
class World:
    """Two teams with one of everything, everybody signed in, and every page before kita's rows."""

    organizer: User
    kita: Own
    pages: list[Page]
    sessions: dict[str, str]

    def client(self, who: str, **options: Any) -> Client:
        """A visitor who has signed in already."""
        client = Client(raise_request_exception=False, **options)
        if who in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client

    def may(self, who: str) -> list[Page]:
        """The pages that somebody may open."""
        return [page for page in self.pages if who in MAY[page.door]]


def build() -> World:
    """Write the whole cast of conftest.py into the database, and sign everyone in."""
    nittai = Tenant.objects.create(slug="nittai", name="日本体育大学")
    chuo = Tenant.objects.create(slug="chuo", name="中央大学")

    def person(name: str, **fields: Any) -> User:
        return User.objects.create_user(f"{name}@example.com", PASSWORD, name=name, **fields)

    people = {
        "baba": person("baba"),
        "chiba": person("chiba"),
        "admin": person("admin", role=Role.PLATFORM_ADMIN),
        "aoki": person("aoki", role=Role.ORGANIZER, tenant=nittai),
        "endo": person("endo", role=Role.STAFF, tenant=nittai),
        "doi": person("doi", role=Role.ORGANIZER, tenant=chuo),
        "fujita": person("fujita", role=Role.STAFF, tenant=chuo),
    }
    kita = own(nittai, people["baba"], people["aoki"], "kitacanary")
    own(chuo, people["chiba"], people["doi"], "minamicanary")
    pages = [Page(pattern, door_of(pattern), fill(pattern, kita, people["aoki"])) for pattern in ADDRESSES]
    return World(people["aoki"], kita, pages, {who: _session(user) for who, user in people.items()})


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def to_sign_in(answer: Any) -> bool:
    """Also by 303: a filled sheet is kept, and its sender signs in by a GET."""
    return answer.status_code in (302, 303) and answer["Location"].startswith("/auth/login?next=")
