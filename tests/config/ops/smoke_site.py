"""A site for `manage.py smoke` in this process, and a run of it."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import MasterProduct
from tenants.actions import make_platform_admin
from tenants.models import AuditRecord, Role, Tenant, User
from tenants.scope import across_tenants
from tests.inside import BASE

ADMIN = "platform-admin@example.com"


def seed() -> None:
    """The least seed, and a platform admin with the demo's password."""
    with across_tenants():
        call_command("seed_staging_min", stdout=StringIO())
        make_platform_admin(email=ADMIN, name="Admin", password="AdminPass123!")


def run(*options: str) -> tuple[list[str], str]:
    """The lines, and what stands on stderr when it fails."""
    out, wrong = StringIO(), ""
    try:
        call_command("smoke", "--base-url", BASE, *options, stdout=out)
    except CommandError as error:
        wrong = str(error)
    return out.getvalue().splitlines(), wrong


def others() -> list[Any]:
    """Every row that is not of the host `smoke`, but for who signed in when."""
    people = User.objects.exclude(tenant__slug="smoke").exclude(role=Role.PLATFORM_ADMIN)
    trail = AuditRecord.objects.exclude(tenant__slug="smoke")
    tables = [Tenant.objects.exclude(slug="smoke"), people, MasterProduct.objects.all(), trail]
    rows = [row for table in tables for row in table.order_by("pk").values()]
    return [{name: value for name, value in row.items() if name != "last_login"} for row in rows]
