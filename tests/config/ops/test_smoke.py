"""`manage.py smoke` against the site in this process: what it says, what it leaves behind, what it never touches."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from catalog.models import MasterProduct
from config.env import ENV
from config.management.commands import smoke
from config.ops.smoke import desk, people
from config.ops.smoke.http import Answer, Away
from config.ops.smoke.run import Failed
from tenants import models
from tenants.actions import make_platform_admin
from tenants.models import AuditRecord, Role, Tenant, User
from tests.config.ops.smoke_site import ADMIN, run, seed
from tests.inside import redirect, visit_inside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]
STAFF_A = "staff-a@example.com"
STAGING = {
    "APP_ENV": "staging", "SESSION_COOKIE_NAME": "__Host-nitsys_session", "CSRF_COOKIE_NAME": "__Host-nitsys_csrf",
    "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True, "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
}  # fmt: skip


@pytest.fixture(scope="module")
def seeded(once: Callable[[Callable[[], Any]], Any]) -> None:
    once(seed)


@pytest.fixture
def site(seeded: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new site in dev."""
    visit_inside(monkeypatch)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def given(**passwords: str) -> None:
        monkeypatch.setattr(smoke, "ENV", replace(ENV, seed_passwords=passwords))

    return given


@pytest.fixture
def outside_dev(settings: Any, environment: Callable[..., None]) -> None:
    for name, value in STAGING.items():
        setattr(settings, name, value)
    environment(SEED_ADMIN_PASSWORD="AdminPass123!", SEED_STAFF_A_PASSWORD="StaffAPass123!")


def failed(*options: str) -> dict[str, str]:
    """The lines that failed: what was expected, and the rest."""
    said, wrong = run(*options)
    lines = [line for line in said if line.startswith("✗ ")]
    assert wrong == f"{len(lines)} of {12 if '--read-only' in options else 13} lines failed"
    return dict(line[2:].split(". Seen: ", 1) for line in lines)


def test_every_line_holds_on_a_new_site_outside_dev(site: None, outside_dev: None) -> None:
    """seed 000_352228edfa213c32 section 5: 公開前チェックリスト（P0）, over http as a platform's proxy speaks to it."""
    said, wrong = run()
    assert not wrong
    assert said[0] == "smoke at http://testserver: writes only to the host smoke and to smoke-N@example.invalid"
    assert [line[0] for line in said[1:-1]] == ["✓"] * 13
    assert said[-1] == "13 of 13 lines hold, 0 skipped, none failed"
    assert "AdminPass" not in "".join(said)
    assert "StaffAPass" not in "".join(said)


def test_read_only_leaves_out_what_writes_and_says_so(site: None) -> None:
    before = AuditRecord.objects.count()
    said, wrong = run("--read-only")
    assert not wrong
    assert said[0].endswith("reads only")
    assert sum("Skipped: --read-only" in line for line in said) == 3
    assert not Tenant.objects.filter(slug="smoke").exists()
    assert AuditRecord.objects.count() == before


def test_no_session_is_left_open(site: None, django_user_model: Any) -> None:
    from tenants.signin.models import Session

    run("--read-only")
    assert not Session.objects.exists()


def test_a_host_that_somebody_else_called_smoke_is_left_alone(site: None) -> None:
    host = Tenant.objects.create(slug="smoke", name="スモーク大学")
    wrong = failed()
    assert "a host of another name uses the slug smoke" in wrong.popitem()[1]
    host.refresh_from_db()
    assert (host.name, host.is_active) == ("スモーク大学", True)
    assert not User.objects.filter(email__contains="smoke").exists()


def test_an_account_of_another_host_is_left_alone(site: None, nittai: Tenant) -> None:
    theirs = User.objects.create_user("smoke-1@example.invalid", "x", name="x", role=Role.STAFF, tenant=nittai)
    assert "smoke-1@example.invalid is an account of another host" in " ".join(failed().values())
    theirs.refresh_from_db()
    assert theirs.is_active
    assert theirs.check_password("x")


@pytest.mark.parametrize("broken", [Away("gone"), Failed("seen", "do")])
def test_when_a_line_fails_all_is_deactivated_all_the_same(
    site: None, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    def fails(*args: object) -> None:
        raise broken

    monkeypatch.setattr(desk.Desk, "new_password", fails)
    monkeypatch.setattr(people, "_add", fails)
    assert run()[1] == "2 of 13 lines failed"
    assert not User.objects.filter(email__contains="smoke", is_active=True).exists()
    assert not Tenant.objects.get(slug="smoke").is_active


def test_passwords_are_never_said(site: None, outside_dev: None) -> None:
    """Here where one is refused; where all hold, in `test_every_line_holds_on_a_new_site_outside_dev`."""
    make_platform_admin(email=ADMIN, name="Admin", password="Another-Pass-77")
    said, wrong = run()
    assert wrong == "5 of 13 lines failed"
    for word in ("AdminPass", "StaffAPass", "Another-Pass"):
        assert word not in "".join(said)


def test_without_passwords_it_says_which_to_set(
    site: None, outside_dev: None, environment: Callable[..., None]
) -> None:
    environment()
    wrong = failed("--read-only")
    assert "SEED_ADMIN_PASSWORD or PLATFORM_ADMIN_PASSWORD" in wrong["the platform admin signs in at /auth/login"]
    assert "SEED_STAFF_A_PASSWORD" in wrong["staff signs in at /auth/login"]
    assert wrong["staff gets 403 on every /admin/ address"].startswith(
        "not tried, staff-a@example.com is not signed in"
    )


def test_the_demos_passwords_are_not_tried_outside_dev(site: None, outside_dev: None, environment: Any) -> None:
    environment()
    assert "no password to sign in with" in failed("--read-only")["staff signs in at /auth/login"]


def test_a_password_that_has_to_be_changed_is_said_plainly(site: None) -> None:
    User.objects.filter(email=STAFF_A).update(must_change_password=True)
    assert "must_change_password" in failed("--read-only")["staff signs in at /auth/login"]


def test_a_second_factor_is_said_plainly(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    visit_inside(monkeypatch, lambda path, a: redirect("/auth/second-factor") if path == "/admin/" else a)
    assert (
        "another step is asked for at /auth/second-factor, a second factor"
        in failed("--read-only")["the platform admin signs in at /auth/login"]
    )


def test_somebody_who_is_no_staff_is_not_taken_for_one(site: None, environment: Callable[..., None]) -> None:
    environment(SEED_STAFF_A_PASSWORD="AdminPass123!")
    wrong = failed("--read-only", "--staff-email", ADMIN)
    assert "led to /admin/ instead of /staff/search" in wrong["staff signs in at /auth/login"]


def test_a_missing_product_is_the_0_case_with_what_to_do(site: None) -> None:
    """seed 000_352228edfa213c32 section 6-1: 「0件」事故について."""
    MasterProduct.objects.all().delete()
    wrong = failed("--read-only")
    assert wrong["/staff/references?brand=TESTBRAND answers count:1, REF001"].startswith(
        "0件, no product. To do: run check_env_data"
    )
    assert "/staff/search suggests REF001" in wrong
    assert len(wrong) == 2


def test_one_reload_of_ten_that_leads_to_the_sign_in_fails_and_names_the_key(
    site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """seed 000_352228edfa213c32 section 6-2: 「302揺れ」再発防止."""
    asked = []

    def flicker(path: str, answer: Answer) -> Answer:
        asked.append(path)
        return redirect("/auth/login") if asked.count(path) == 7 and "references" in path else answer

    visit_inside(monkeypatch, flicker)
    [[expected, seen]] = failed("--read-only").items()
    assert "reloaded 10 times" in expected
    assert seen.count("200") == 9
    assert "302 to /auth/login" in seen
    assert "SECRET_KEY" in seen


@pytest.mark.parametrize("path", ["/admin/", "/admin/no/such/page", "/admin/tenants/tenant/add/"])
def test_one_admin_address_that_is_open_to_staff_fails(site: None, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """seed 000_352228edfa213c32 section 5: staff で /admin/* 直アクセスが 403."""

    def opened(asked: str, answer: Answer) -> Answer:
        return answer._replace(status=200) if asked == path and answer.status == 403 else answer

    visit_inside(monkeypatch, opened)
    [[expected, seen]] = failed("--read-only").items()
    assert expected == "staff gets 403 on every /admin/ address"
    assert re.match(rf"200 at (POST )?{path}\. To do: ", seen)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b'<meta http-equiv="refresh" content="0; url=/auth/login">',
        b'<meta http-equiv="refresh" content="5; url=//x/auth/login">',
    ],
)
def test_a_404_that_does_not_move_on_fails(
    site: None, outside_dev: None, monkeypatch: pytest.MonkeyPatch, page: bytes
) -> None:
    visit_inside(monkeypatch, lambda path, a: a._replace(body=page) if path == "/auth/request" else a)
    assert list(failed("--read-only")) == ["/auth/request answers 404 and goes to /auth/login after 5 seconds"]


def test_a_sixth_who_is_refused_for_another_reason_fails(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's own constraint keeps the sixth out; what the line asks for is the reason on the page."""
    monkeypatch.setattr(models, "MAX_ACTIVE_STAFF", 6)
    assert list(failed()) == ["five active staff at most: the sixth is refused with the reason, created or activated"]


def test_a_database_that_is_behind_is_said(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"status": "unavailable", "missing_migrations": ["catalog.0004_search_indexes"]}'
    visit_inside(monkeypatch, lambda path, a: a._replace(status=503, body=body) if path == "/readyz" else a)
    [seen] = failed("--read-only").values()
    assert seen == "503, missing migrations catalog.0004_search_indexes. To do: run: python manage.py migrate --noinput"


def test_a_host_name_that_the_site_does_not_know_is_said(site: None) -> None:
    assert "ALLOWED_HOSTS" in " ".join(failed("--read-only", "--host", "other.example").values())
    assert run("--read-only", "--host", "testserver")[1] == ""
