"""Changes to people, and the one way in which the organizer's desk writes a row: with its line in the trail."""

import secrets
from collections.abc import Iterable

from django.db import models, transaction

from tenants import rules
from tenants.audit.actions import Values, record
from tenants.models import Role, User

PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_LENGTH = 14


def temporary_password() -> str:
    """A password to read out once: about 80 bits, without letters that look alike, never refused for its shape."""
    while True:
        word = "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH))
        if any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word):
            return word


@transaction.atomic
def add_row(row: models.Model, *, by: User, fields: Iterable[str] = ()) -> None:
    """Save a new row; `fields` are what was typed. Raises what the row's own save raises."""
    row.save()
    record(f"{row._meta.model_name}.added", row, by=by, after=values_of(row, fields))


@transaction.atomic
def change_row(row: models.Model, *, fields: Iterable[str], before: Values, by: User) -> None:
    """Save these fields of a row and no others, so that nobody's change of another field is undone (requirement C5)."""
    names = sorted(set(fields))
    if names:
        row.save(update_fields=names)
        record(f"{row._meta.model_name}.changed", row, by=by, before=before, after=values_of(row, names))


@transaction.atomic
def delete_row(row: models.Model, *, by: User) -> None:
    """Delete a row and what hangs on it."""
    record(f"{row._meta.model_name}.deleted", row, by=by)
    row.delete()


def values_of(row: models.Model, fields: Iterable[str]) -> Values:
    """These fields as they stand in the row; other rows as their number."""
    return {name: row.serializable_value(name) for name in fields}


@transaction.atomic
def add_person(person: User, *, by: User | None, password: str | None = None) -> str:
    """Save a new account and return its temporary password, which has to be changed at the first sign-in.

    With a `password` given that one is set, for good. Raises Refused("staff_limit") for the sixth active staff.
    """
    word = password or temporary_password()
    person.set_password(word)
    person.must_change_password = password is None
    person.save()
    after = values_of(person, ["email", "name", "role", "tenant"])
    record("account.added", person, by=by, after=after)
    return word


@transaction.atomic
def set_active(person: User, *, active: bool, by: User) -> bool:
    """Activate or deactivate an account; a deactivated one is signed out at its next request. Whether it changed.

    Raises Refused: "staff_limit" for the sixth active staff, also when two are activated at the same instant.
    """
    rules.check_may_manage(by, person)
    row = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if row.is_active == active:
        return False
    row.is_active = active
    row.save(update_fields=["is_active"])
    record("account.activated" if active else "account.deactivated", row, by=by)
    return True


@transaction.atomic
def give_new_password(person: User, *, by: User) -> str:
    """Set a temporary password and return it. All sessions of the account end. Raises Refused."""
    rules.check_may_manage(by, person)
    row = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    word = temporary_password()
    row.set_password(word)
    row.must_change_password = True
    row.save(update_fields=["password", "must_change_password"])
    record("account.password_given", row, by=by)
    return word


@transaction.atomic
def make_platform_admin(*, email: str, name: str, password: str) -> tuple[User, bool]:
    """A platform admin with this address and password, and whether the account is new. Raises ValueError when the
    address belongs to somebody with another role: an account never changes what it is by a side door."""
    person = User.objects.select_for_update(of=("self",), no_key=True).filter(email__iexact=email.strip()).first()
    if person is None:
        person = User(email=email.strip().lower(), name=name, role=Role.PLATFORM_ADMIN)
        add_person(person, by=None, password=password)
        return person, True
    if person.role != Role.PLATFORM_ADMIN:
        raise ValueError(person.get_role_display())
    person.set_password(password)
    person.is_active, person.must_change_password = True, False
    person.save(update_fields=["password", "is_active", "must_change_password"])
    record("account.password_given", person, by=None)
    return person, False
