"""The least that a new site needs to be looked at: Tenant A, one of its staff, one product (seed 000 section 4-3).

Nothing that is there is changed, with one exception: an account of ours that nobody can sign in to, because it was made
without a password, gets one when the environment has it.
"""

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from catalog.models import MasterProduct
from config.demo.seeds.accounts import STAFF_A
from config.env import ENV
from tenants.audit.actions import record
from tenants.commands.terminal import printable
from tenants.models import Role, Tenant, User
from tenants.retry import retry_when_locked
from tenants.scope import tenant_scope

SLUG = "tenant-a"
BRAND, REFERENCE, PRICE_JPY = "TESTBRAND", "REF001", 123_456
WHY = "seed_staging_min"


class SomebodyElse(Exception):
    """The address of the staff account belongs to another kind of account, or to another host's."""


def staff_password() -> str | None:
    """SEED_STAFF_A_PASSWORD; in dev, when it is not set, the demo's; else none."""
    given = ENV.seed_passwords.get(STAFF_A.variable)
    return given or (STAFF_A.password if settings.APP_ENV == "dev" else None)


@retry_when_locked
@transaction.atomic
def seed() -> list[str]:
    """Write what is missing, all or nothing; one line for each thing, made or left alone.

    Raises SomebodyElse, Refused("staff_limit") when five others are active, and ValidationError for a weak password.
    """
    tenant, said = _tenant()
    return [said, _staff(tenant), _product(tenant)]


def _tenant() -> tuple[Tenant, str]:
    """The host, locked, so that a second run at the same time waits here and then finds everything."""
    tenant, is_new = Tenant.objects.get_or_create(slug=SLUG, defaults={"name": "Tenant A"})
    if is_new:
        record("tenant.added", tenant, by=None, after={"slug": SLUG, "name": tenant.name}, why=WHY)
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    state = "" if tenant.is_active else ", which is not active"
    return tenant, _said(is_new, f"tenant {SLUG} ({printable(tenant.name)}){state}")


def _staff(tenant: Tenant) -> str:
    person = User.objects.filter(email__iexact=STAFF_A.email).first()
    if person is None:
        return _new_staff(tenant)
    if person.role != Role.STAFF or person.tenant_id != tenant.pk:
        raise SomebodyElse(person.role or "coach or athlete")
    what = f"staff {person.email} of {SLUG}{'' if person.is_active else ', which is not active'}"
    word = None if person.has_usable_password() else staff_password()
    if word is None:
        return _said(False, what)
    _set_password(person, word)
    person.save(update_fields=["password"])
    record("account.password_given", person, by=None, why=WHY)
    return f"given the password of {STAFF_A.variable}: {what}"


def _new_staff(tenant: Tenant) -> str:
    person = User(email=STAFF_A.email, name="Staff A", role=Role.STAFF, tenant=tenant)
    _set_password(person, staff_password())
    person.save()
    after = {"email": person.email, "name": person.name, "role": person.role, "tenant": tenant.pk}
    record("account.added", person, by=None, after=after, why=WHY)
    return _said(True, f"staff {person.email} of {SLUG}")


def _set_password(person: User, word: str | None) -> None:
    if word is not None and settings.APP_ENV != "dev":
        validate_password(word, person)
    person.set_password(word)


def _product(tenant: Tenant) -> str:
    with tenant_scope(tenant.pk):
        product, is_new = MasterProduct.objects.get_or_create(
            tenant=tenant, brand=BRAND, reference=REFERENCE, defaults={"name": "確認用商品", "price_jpy": PRICE_JPY}
        )
        if is_new:
            after = {"brand": BRAND, "reference": REFERENCE, "price_jpy": PRICE_JPY}
            record("masterproduct.added", product, by=None, after=after, why=WHY)
    price = "no price" if product.price_jpy is None else f"{product.price_jpy} yen"
    return _said(is_new, f"product {BRAND} / {REFERENCE} of {SLUG}, {price}")


def _said(is_new: bool, what: str) -> str:
    return f"{'made' if is_new else 'left alone'}: {what}"
