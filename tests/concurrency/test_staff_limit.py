"""Two are activated at the same instant and one seat is left: one gets it (contract 3)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from tenants import actions
from tenants.models import Role, Tenant, User
from tenants.refusal import Refused

AT_ONCE = 8


@pytest.fixture
def waiting(make_user: Callable[..., User], nittai: Tenant) -> list[User]:
    """Four are active, eight more would like to be."""
    for number in range(4):
        make_user(f"s{number}@example.com", role=Role.STAFF, tenant=nittai)
    more = [f"w{number}@example.com" for number in range(AT_ONCE)]
    return [make_user(address, role=Role.STAFF, tenant=nittai, is_active=False) for address in more]


def activate_all(people: list[User], by: User) -> Counter[str]:
    """All at the same instant, each on a connection of its own."""
    start = Barrier(len(people))

    def activate(person: User) -> str:
        try:
            start.wait()
            actions.set_active(person, active=True, by=by)
        except Refused as refusal:
            return refusal.code
        except IntegrityError as error:
            return "one_person_per_staff_seat" if "one_person_per_staff_seat" in str(error) else str(error)
        finally:
            connection.close()
        return "active"

    with ThreadPoolExecutor(len(people)) as pool:
        return Counter(pool.map(activate, people))


@pytest.mark.parametrize("run", range(5))
def test_exactly_five_are_active(waiting: list[User], aoki: User, run: int) -> None:
    assert activate_all(waiting, aoki) == {"active": 1, "staff_limit": AT_ONCE - 1}
    assert User.objects.filter(role=Role.STAFF, is_active=True).count() == 5


def without_lock(self: QuerySet, *args: object, **kwargs: object) -> QuerySet:
    """A lock that locks nothing."""
    return self.all()


def test_without_the_lock_the_database_still_keeps_the_sixth_out(
    waiting: list[User], aoki: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", without_lock)
    found = activate_all(waiting, aoki)
    assert found["active"] == 1
    assert found["one_person_per_staff_seat"] + found["staff_limit"] == AT_ONCE - 1
    assert User.objects.filter(role=Role.STAFF, is_active=True).count() == 5


def test_what_the_seats_are_worth(waiting: list[User], aoki: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: counting first and writing later, without lock and seats' constraints, lets more in."""
    monkeypatch.setattr(QuerySet, "select_for_update", without_lock)
    counted = Barrier(AT_ONCE)
    names = ["one_person_per_staff_seat", "active_staff_sit_on_one_of_five_seats"]
    with connection.schema_editor() as editor:
        constraints = [constraint for constraint in User._meta.constraints if constraint.name in names]
        for constraint in constraints:
            editor.remove_constraint(User, constraint)

    def activate(person: User) -> bool:
        try:
            has_room = User.objects.filter(role=Role.STAFF, is_active=True).count() < 5
            counted.wait()
            return has_room and User.objects.filter(pk=person.pk).update(is_active=True) == 1
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert sum(pool.map(activate, waiting)) > 1
        assert User.objects.filter(role=Role.STAFF, is_active=True).count() > 5
    finally:
        User.objects.all().update(role=Role.NONE, tenant=None, staff_seat=None)
        with connection.schema_editor() as editor:
            for constraint in constraints:
                editor.add_constraint(User, constraint)
