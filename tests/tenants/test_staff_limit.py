"""At most five active staff per tenant, wherever it is tried (contract 3)."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from tenants import actions
from tenants.models import MAX_ACTIVE_STAFF, Role, Tenant, User
from tenants.refusal import Refused


@pytest.fixture
def five(make_user: Callable[..., User], nittai: Tenant) -> list[User]:
    return [make_user(f"s{n}@example.com", role=Role.STAFF, tenant=nittai) for n in range(MAX_ACTIVE_STAFF)]


def test_a_direct_save_of_the_sixth_is_refused(five: list[User], nittai: Tenant) -> None:
    with pytest.raises(Refused, match="staff_limit"):
        User.objects.create_user("s6@example.com", role=Role.STAFF, tenant=nittai)


def test_the_sixth_may_wait_inactive(five: list[User], make_user: Callable[..., User], nittai: Tenant) -> None:
    sixth = make_user("s6@example.com", role=Role.STAFF, tenant=nittai, is_active=False)
    sixth.is_active = True
    with pytest.raises(Refused, match="staff_limit"):
        sixth.save()
    with pytest.raises(Refused, match="staff_limit"):
        sixth.save(update_fields=["is_active"])


def test_a_seat_that_is_given_back_is_taken_by_the_next(
    five: list[User], make_user: Callable[..., User], nittai: Tenant, aoki: User
) -> None:
    actions.set_active(five[2], active=False, by=aoki)
    assert make_user("s6@example.com", role=Role.STAFF, tenant=nittai).staff_seat == 3


def test_each_tenant_has_five_of_its_own(five: list[User], make_user: Callable[..., User], chuo: Tenant) -> None:
    assert make_user("d@example.com", role=Role.STAFF, tenant=chuo).staff_seat == 1


def test_organizers_take_no_seat(five: list[User], make_user: Callable[..., User], nittai: Tenant) -> None:
    assert make_user("o@example.com", role=Role.ORGANIZER, tenant=nittai).staff_seat is None


@pytest.mark.parametrize("seat", [None, 0, 6, 1])
def test_the_database_itself_refuses_the_sixth(five: list[User], nittai: Tenant, seat: int | None) -> None:
    sixth = User(email="s6@example.com", name="六", role=Role.STAFF, tenant=nittai, staff_seat=seat)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([sixth])


def test_an_update_past_the_model_is_refused_too(
    five: list[User], make_user: Callable[..., User], nittai: Tenant
) -> None:
    make_user("s6@example.com", role=Role.STAFF, tenant=nittai, is_active=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(email="s6@example.com").update(is_active=True)
