"""`manage.py smoke` on a site in dev where it has run before: the first run is made once, and each test goes on from it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from config.management.commands import smoke
from config.ops.smoke import desk
from tenants.models import Role, Tenant, User
from tenants.scope import across_tenants
from tests.config.ops.smoke_site import others, run, seed
from tests.conftest import PASSWORD
from tests.inside import visit_inside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


class First(NamedTuple):
    """What the first run said, and the rows of others before and after it."""

    said: list[str]
    wrong: str
    before: list[Any]
    after: list[Any]


@pytest.fixture(scope="module")
def ran(once: Callable[[Callable[[], Any]], Any]) -> First:
    def first_run() -> First:
        seed()
        nittai = Tenant.objects.create(slug="nittai", name="日本体育大学")
        User.objects.create_user("endo@example.com", PASSWORD, name="endo", role=Role.STAFF, tenant=nittai)
        with pytest.MonkeyPatch.context() as patched, across_tenants():
            visit_inside(patched)
            before = others()
            said, wrong = run()
            return First(said, wrong, before, others())

    ran: First = once(first_run)
    return ran


@pytest.fixture
def first(ran: First, db: None, monkeypatch: pytest.MonkeyPatch) -> First:
    visit_inside(monkeypatch)
    return ran


def test_in_dev_the_demos_passwords_are_known_and_mailed_links_are_left_out(first: First) -> None:
    assert not first.wrong
    [skipped] = [line for line in first.said if line.startswith("– ")]
    assert "/auth/request" in skipped
    assert "APP_ENV=dev" in skipped


def test_no_other_hosts_rows_are_touched(first: First) -> None:
    assert not first.wrong
    assert first.after == first.before


def test_a_second_run_makes_nothing_more_and_leaves_nothing_active(first: First) -> None:
    before = list(User.objects.values_list("email", flat=True).order_by("email"))
    said, wrong = run()
    assert not wrong
    assert list(User.objects.values_list("email", flat=True).order_by("email")) == before
    assert [f"smoke-{n}@example.invalid" for n in range(1, 7)] == [email for email in before if "smoke" in email]
    assert not User.objects.filter(email__contains="smoke", is_active=True).exists()
    assert Tenant.objects.get(slug="smoke").is_active is False
    assert said[-2] == "✓ the host smoke and its people are inactive again"


def test_what_a_killed_run_left_active_is_tidied_up(first: First) -> None:
    Tenant.objects.filter(slug="smoke").update(is_active=True)
    for seat, person in enumerate(User.objects.filter(email__contains="smoke").order_by("pk")[:5], start=1):
        User.objects.filter(pk=person.pk).update(is_active=True, staff_seat=seat)
    assert not run()[1]
    assert not User.objects.filter(email__contains="smoke", is_active=True).exists()


def test_when_it_is_stopped_all_is_deactivated_all_the_same(first: First, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.Desk, "new_password", lambda *args: smoke._stop(15, None))
    assert run()[1] == "stopped"
    assert not User.objects.filter(email__contains="smoke", is_active=True).exists()
