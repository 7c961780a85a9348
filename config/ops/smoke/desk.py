"""The admin as a platform admin uses it, for one host only: that with the slug `smoke`, and its own people.

Whatever else is there is not touched: a host or an account that is not ours raises Failed before anything is sent.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils import translation

from config.ops.smoke.http import Fields, Visitor
from config.ops.smoke.pages import Page, Row
from config.ops.smoke.run import Failed, described, expect, read
from tenants.models import MAX_ACTIVE_STAFF, Role
from tenants.refusal import Refused
from tenants.wording import say

SLUG = "smoke"
NAME = "Smoke check (manage.py smoke)"
HOSTS, PEOPLE = "/admin/tenants/tenant/", "/admin/tenants/user/"
OURS = f"{PEOPLE}?{urlencode({'q': 'smoke- @example.invalid'})}"
ADDRESS = re.compile(r"smoke-(\d{1,4})@example\.invalid")
ACTIVE = "有効"
LOG = "look at the server's log"
NOT_OURS = "nothing of it was changed; use --read-only"


def address(number: int) -> str:
    """A mail address that no mail can reach (RFC 2606)."""
    return f"smoke-{number}@example.invalid"


def staff_limit() -> str:
    """How the site says that a sixth cannot be."""
    with translation.override("ja"):
        return say(Refused("staff_limit", limit=MAX_ACTIVE_STAFF))


class Person(NamedTuple):
    """One of our people, as the list shows them."""

    pk: str
    is_active: bool


class Desk:
    """The pages of hosts and people. `people` are ours by number, as the page that was read last shows them."""

    def __init__(self, visitor: Visitor) -> None:
        """Look for what an earlier run left. Raises Failed when something of somebody else has our names."""
        self.visitor = visitor
        self.host = self._host()
        self.people = self._people(self._page(OURS))

    def _page(self, path: str) -> Page:
        answer = self.visitor.get(path)
        expect(answer, 200, todo=LOG)
        return read(answer)

    def _form(self, path: str, having: str) -> Fields:
        form = self._page(path).form(having)
        if not form:
            raise Failed(f"no form with {having} at {path}", LOG)
        return form

    def _host(self) -> str:
        """The key of our host, or nothing."""
        rows = self._page(f"{HOSTS}?{urlencode({'q': SLUG})}").rows
        row = next((row for row in rows if row.cells.get("field-slug") == SLUG), None)
        if row is not None and row.cells.get("field-name") != NAME:
            name = row.cells.get("field-name", "")
            raise Failed(f"a host of another name uses the slug {SLUG} ({name})", NOT_OURS)
        return _key(row) if row else ""

    def _people(self, page: Page) -> dict[int, Person]:
        found = {}
        for row in page.rows:
            ours = ADDRESS.fullmatch(row.cells.get("field-email", ""))
            if ours is None:
                continue
            if row.cells.get("field-tenant") != NAME:
                raise Failed(f"{ours[0]} is an account of another host", NOT_OURS)
            found[int(ours[1])] = Person(_key(row), row.cells.get("field-state") == ACTIVE)
        return found

    def add_host(self) -> None:
        """Fill in the form of a new host."""
        fields = self._form(f"{HOSTS}add/", "slug")
        answer = self.visitor.post(f"{HOSTS}add/", [*_with(fields, slug=SLUG, name=NAME), ("_save", "1")])
        self.host = self._host()
        if answer.status != 302 or not self.host:
            raise Failed(f"the form of a new host answered {described(answer)}", LOG)

    def set_host_active(self, active: bool) -> None:
        """Tick or untick it, and look whether it stayed."""
        path = f"{HOSTS}{self.host}/change/"
        fields = [(name, value) for name, value in self._form(path, "slug") if name != "is_active"]
        ticked = [("is_active", "on")] if active else []
        answer = self.visitor.post(path, [*fields, *ticked, ("_save", "1")])
        if answer.status != 302 or self.host_is_active() != active:
            raise Failed(f"{'activating' if active else 'deactivating'} the host answered {described(answer)}", LOG)

    def host_is_active(self) -> bool:
        """As its page shows it; no when there is none."""
        return bool(self.host) and "is_active" in dict(self._form(f"{HOSTS}{self.host}/change/", "slug"))

    def add_person(self, number: int) -> str:
        """Fill in the form of a new person: the temporary password, or nothing when the sixth was refused."""
        fields = self._form(f"{PEOPLE}add/", "email")
        who = {"email": address(number), "name": f"Smoke {number}", "role": str(Role.STAFF), "tenant": self.host}
        answer = self.visitor.post(f"{PEOPLE}add/", [*_with(fields, **who), ("_save", "1")])
        self.people = self._people(self._page(OURS))
        page = read(answer)
        if answer.status == 200 and page.once and number in self.people:
            return page.once
        if answer.status == 422 and staff_limit() in page.text:
            return ""
        raise Failed(f"the form of a new person answered {described(answer)} without a temporary password", LOG)

    def new_password(self, number: int) -> str:
        """A temporary password for somebody who is there."""
        page = self._press("give_new_password", [number])
        if page.once:
            return page.once
        raise Failed("no temporary password was shown", LOG)

    def set_active(self, numbers: Sequence[int], active: bool) -> bool:
        """Press the button, and look whether it worked. False when a sixth was refused, with the reason."""
        page = self._press("activate" if active else "deactivate", numbers)
        left = [address(number) for number in numbers if self.people[number].is_active != active]
        if left and active and staff_limit() in page.text:
            return False
        if left:
            raise Failed(f"{left[0]} is {'not ' if active else 'still '}active after the button was pressed", LOG)
        return True

    def _press(self, action: str, numbers: Sequence[int]) -> Page:
        """Choose our people in the list, press the button, answer the page that asks, and read the page that follows."""
        chosen = [("_selected_action", self.people[number].pk) for number in numbers]
        answer = self.visitor.post(OURS, [("action", action), ("confirmed", "1"), *chosen])
        expect(answer, 200, 302, todo=LOG)
        if answer.status == 200:
            return read(answer)
        page = self._page(OURS)
        self.people = self._people(page)
        return page


def _key(row: Row) -> str:
    """The number in a row's address: `/admin/tenants/user/7/change/`."""
    parts = row.link.partition("?")[0].strip("/").split("/")
    if len(parts) < 2 or not parts[-2].isdecimal():
        raise Failed(f"a list whose row leads to {row.link!r}", LOG)
    return parts[-2]


def _with(fields: Fields, **values: str) -> list[tuple[str, str]]:
    return [*((name, value) for name, value in fields if name not in values), *values.items()]
