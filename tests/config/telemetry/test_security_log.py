"""The security log: who did what, by number, never an address or a secret (requirement O5)."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.utils import timezone

from entries.entry.queue_actions import note_export
from entries.meet.models import Meet
from tenants import actions as people
from tenants.models import Role, Tenant, User
from tenants.refusal import Refused
from tenants.signin import links
from tenants.signin.models import Purpose
from tests.config.telemetry.log_lines import Lines, written
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGGER = "nitsys.security"
WRONG, NEW = "Wrong-Horse-77", "New-Horse-4711-x"
KINDS = {
    "sign_in_refused", "signed_in", "denied", "not_found", "signed_out", "link_asked", "link_refused", "throttled",
    "user.changed", "account.deactivated", "account.activated", "account.password_given", "tenant.changed",
    "meet.entries_exported",
}  # fmt: skip


class Acts(NamedTuple):
    """What happened: the lines, by event, and the token of a link that was mailed."""

    lines: Lines
    token: str

    def by_event(self) -> dict[str, dict[str, Any]]:
        return {line["event"]: line for line in self.lines.of(LOGGER)}


@pytest.fixture
def lines() -> Iterator[Lines]:
    with written() as found:
        yield found


def sign_in_and_out(client: Client, who: User) -> None:
    client.post("/auth/login", {"email": who.email, "password": WRONG})
    client.post("/auth/login", {"email": who.email, "password": PASSWORD})
    client.get("/admin/")
    client.get("/orders/NOBODY22/")
    client.post("/auth/password/change", {"current": PASSWORD, "password": NEW, "again": NEW})
    client.post("/auth/logout")
    client.post("/auth/password/reset", {"email": who.email})


def use_a_link_twice(who: User) -> str:
    now = timezone.now()
    token = links.issue(Purpose.RESET, email=who.email, at=now, lifetime=timedelta(hours=1)).token
    links.redeem(Purpose.RESET, token, at=now)
    with pytest.raises(Refused, match="link_invalid"):
        links.redeem(Purpose.RESET, token, at=now)
    return token


def try_too_often(client: Client, who: User) -> None:
    for _ in range(12):
        client.post("/auth/login", {"email": who.email, "password": WRONG})


def change_people(who: User, by: User) -> None:
    who.role = Role.ORGANIZER
    people.change_row(who, fields=["role"], before={"role": "staff"}, by=by)
    people.set_active(who, active=False, by=by)
    people.set_active(who, active=True, by=by)
    people.give_new_password(who, by=by)


@pytest.fixture
def acts(
    lines: Lines, client: Client, baba: User, aoki: User, endo: User, admin: User, meet: Meet,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> Acts:  # fmt: skip
    """Each of the fourteen kinds once; what is noted on commit is noted."""
    with django_capture_on_commit_callbacks(execute=True):
        sign_in_and_out(client, baba)
        token = use_a_link_twice(baba)
        try_too_often(client, endo)
        change_people(endo, by=admin)
        meet.tenant.name = "日体大"
        people.change_row(meet.tenant, fields=["name"], before={"name": "x"}, by=aoki)
        note_export(meet, rows=3, by=aoki)
    return Acts(lines, token)


def test_fourteen_kinds_of_events_are_in_the_security_log(
    acts: Acts, baba: User, endo: User, admin: User, nittai: Tenant
) -> None:
    found = acts.by_event()
    assert found.keys() >= KINDS
    assert found["signed_in"]["user"] == baba.pk
    assert {"user": baba.pk, "route": "/admin/"}.items() <= found["denied"].items()
    changed = {"user": admin.pk, "target_id": str(endo.pk), "fields": ["role"]}
    assert changed.items() <= found["user.changed"].items()
    assert found["meet.entries_exported"]["tenant"] == nittai.pk


def test_no_address_password_token_or_name_is_in_it(acts: Acts, baba: User, endo: User) -> None:
    text = json.dumps(acts.lines.of(LOGGER), ensure_ascii=False)
    secrets = (baba.email, endo.email, WRONG, PASSWORD, NEW, acts.token, "日体大")
    assert [secret for secret in secrets if secret in text] == []


def test_what_was_rolled_back_is_in_no_security_log(lines: Lines, endo: User, admin: User) -> None:
    people.set_active(endo, active=False, by=admin)
    assert "account.deactivated" not in {line["event"] for line in lines.of(LOGGER)}
