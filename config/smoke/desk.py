"""The admin as a platform admin uses it, for one host only: that with the slug `smoke`, and its own people.

Whatever else is there is not touched: a host or an account that is not ours raises Failed before anything is sent.
"""

from typing import NamedTuple
from urllib.parse import urlencode

from django.utils import translation

from config.smoke.http import Fields, Visitor
from config.smoke.pages import Page, Row
from config.smoke.run import Failed, described, expect, read
from tenants.models import MAX_ACTIVE_STAFF, Role
from tenants.refusal import Refused
from tenants.wording import say

SLUG = "smoke"
NAME = "Smoke check (manage.py smoke)"
HOSTS, PEOPLE = "/admin/tenants/tenant/", "/admin/tenants/user/"
ACTIVE = "有効"
LOG = "look at the server's log"


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
    email: str
    is_active: bool


class Desk:
    """The pages of hosts and people."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def _page(self, path: str) -> Page:
        answer = self.visitor.get(path)
        expect(answer, 200, todo=LOG)
        return read(answer)

    def _row(self, path: str, field: str, value: str) -> Row | None:
        found = self._page(f"{path}?{urlencode({'q': value})}").rows
        return next((row for row in found if row.cells.get(field) == value), None)

    def host(self) -> str | None:
        """The key of our host, or None. Raises Failed when somebody else uses its slug."""
        row = self._row(HOSTS, "field-slug", SLUG)
        if row is not None and row.cells.get("field-name") != NAME:
            name = row.cells.get("field-name", "")
            raise Failed(
                f"a host of another name uses the slug {SLUG} ({name})", "nothing was changed; use --read-only"
            )
        return _key(row) if row else None

    def add_host(self) -> None:
        """Fill in the form of a new host."""
        fields = self._form(f"{HOSTS}add/", "slug")
        answer = self.visitor.post(f"{HOSTS}add/", [*_with(fields, slug=SLUG, name=NAME), ("_save", "1")])
        if answer.status != 302 or self.host() is None:
            raise Failed(f"the form of a new host answered {described(answer)}", LOG)

    def set_host_active(self, active: bool) -> None:
        """Tick or untick it, and look whether it stayed."""
        path = f"{HOSTS}{self.host()}/change/"
        fields = [(name, value) for name, value in self._form(path, "slug") if name != "is_active"]
        ticked = [("is_active", "on")] if active else []
        answer = self.visitor.post(path, [*fields, *ticked, ("_save", "1")])
        if answer.status != 302 or self.host_is_active() != active:
            raise Failed(f"{'activating' if active else 'deactivating'} the host answered {described(answer)}", LOG)

    def host_is_active(self) -> bool:
        """As its page shows it."""
        return "is_active" in dict(self._form(f"{HOSTS}{self.host()}/change/", "slug"))

    def _form(self, path: str, having: str) -> Fields:
        form = self._page(path).form(having)
        if not form:
            raise Failed(f"no form with {having} at {path}", LOG)
        return form

    def person(self, number: int) -> Person | None:
        """One of our people, or None. Raises Failed when the address is another host's."""
        email = address(number)
        row = self._row(PEOPLE, "field-email", email)
        if row is None:
            return None
        if row.cells.get("field-tenant") != NAME:
            raise Failed(f"{email} is an account of another host", "nothing of it was changed; use --read-only")
        return Person(_key(row), email, row.cells.get("field-state") == ACTIVE)

    def add_person(self, number: int) -> str:
        """Fill in the form of a new person: the temporary password, or nothing when the sixth was refused."""
        fields = self._form(f"{PEOPLE}add/", "email")
        who = {
            "email": address(number),
            "name": f"Smoke {number}",
            "role": str(Role.STAFF),
            "tenant": self.host() or "",
        }
        answer = self.visitor.post(f"{PEOPLE}add/", [*_with(fields, **who), ("_save", "1")])
        page = read(answer)
        if answer.status == 200 and page.once:
            return page.once
        if answer.status == 422 and staff_limit() in page.text:
            return ""
        raise Failed(f"the form of a new person answered {described(answer)} without a temporary password", LOG)

    def new_password(self, person: Person) -> str:
        """A temporary password for somebody who is there."""
        answer = self._act("give_new_password", person)
        if answer.once:
            return answer.once
        raise Failed("no temporary password was shown", LOG)

    def set_active(self, person: Person, active: bool) -> bool:
        """Press the button, and look whether it worked. False when the sixth was refused, with its reason."""
        page = self._act("activate" if active else "deactivate", person)
        now = self.person(_number(person))
        if now is not None and now.is_active == active:
            return True
        if active and staff_limit() in page.text:
            return False
        raise Failed(f"{person.email} is {'not ' if active else 'still '}active after the button was pressed", LOG)

    def _act(self, action: str, person: Person) -> Page:
        """Press the button, answer the page that asks, and read the page that follows."""
        fields = [("action", action), ("_selected_action", person.pk), ("confirmed", "1")]
        answer = self.visitor.post(PEOPLE, fields)
        expect(answer, 200, 302, todo=LOG)
        return read(answer) if answer.status == 200 else self._page(PEOPLE)


def _key(row: Row) -> str:
    """The number in a row's address: `/admin/tenants/user/7/change/`."""
    parts = row.link.partition("?")[0].strip("/").split("/")
    if len(parts) < 2 or not parts[-2].isdecimal():
        raise Failed(f"a list whose row leads to {row.link!r}", LOG)
    return parts[-2]


def _number(person: Person) -> int:
    return int(person.email.partition("@")[0].rpartition("-")[2])


def _with(fields: Fields, **values: str) -> list[tuple[str, str]]:
    return [*((name, value) for name, value in fields if name not in values), *values.items()]
