"""`manage.py create_platform_admin` (contract 6)."""

import getpass
import warnings
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.models import AuditRecord, Role, User

pytestmark = pytest.mark.django_db
GOOD = "Long-enough-word-77"


def run(settings: Any, password: str, email: str = "Root@Example.com") -> str:
    """The command with PLATFORM_ADMIN_PASSWORD set; what it says."""
    settings.PLATFORM_ADMIN_PASSWORD = password
    out = StringIO()
    call_command("create_platform_admin", email=email, stdout=out)
    return out.getvalue()


def test_it_makes_a_platform_admin_and_never_shows_the_password(settings: Any) -> None:
    said = run(settings, GOOD)
    person = User.objects.get(email="root@example.com")
    assert (person.role, person.is_active, person.must_change_password) == (Role.PLATFORM_ADMIN, True, False)
    assert person.check_password(GOOD)
    assert GOOD not in said + str(list(AuditRecord.objects.values()))
    assert "Database:" in said.splitlines()[0]


def test_run_twice_it_sets_the_password_and_lets_the_person_in_again(settings: Any) -> None:
    run(settings, GOOD)
    User.objects.update(is_active=False)
    run(settings, f"{GOOD}-2")
    person = User.objects.get()
    assert person.is_active
    assert person.check_password(f"{GOOD}-2")


@pytest.mark.parametrize(
    ("password", "email"), [("short", "a@example.com"), (GOOD, "no-address"), ("1234567890123", "a@b.jp")]
)
def test_a_bad_password_or_address_is_refused(settings: Any, password: str, email: str) -> None:
    with pytest.raises(CommandError):
        run(settings, password, email)
    assert not User.objects.exists()


def test_a_coach_does_not_become_an_admin_by_the_way(settings: Any, baba: User) -> None:
    with pytest.raises(CommandError):
        run(settings, GOOD, baba.email)
    baba.refresh_from_db()
    assert baba.role == Role.NONE


def test_two_different_answers_are_refused(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([GOOD, "other"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    with pytest.raises(CommandError):
        run(settings, "")


def test_where_a_password_would_be_seen_it_is_not_asked_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(_prompt: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=1)
        return GOOD

    monkeypatch.setattr("getpass.getpass", shown)
    with pytest.raises(CommandError, match="No password"):
        run(settings, "")
    assert not User.objects.exists()
