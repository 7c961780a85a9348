from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from catalog.models import ImportRun
from config.demo.seeds.staging import BRAND, REFERENCE, SLUG
from config.ops import env_data
from config.ops.env_data import Host
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.commands.terminal import printable
from tenants.models import MAX_ACTIVE_STAFF

SEED = "python manage.py seed_staging_min"
IMPORT = "TENANT_ID={slug} SQLITE_DB_PATH=/path/to/horologen.db python manage.py import_master_products_from_sqlite"


class Command(OpsCommand):
    help = "Say which database this is and what is in it; exit 1 when a tenant's staff would find no product (0件)."
    refused = "the database does not answer: {}."

    def handle(self, *args: Any, **options: Any) -> None:
        """Report; then one line for what is wrong, and what to run."""
        self.stdout.write(f"database:    {database_name()}")
        check_ready()
        if empty := self._report():
            names = ", ".join(f"{host.slug} ({host.staff} active staff)" for host in empty)
            todo = "; ".join(_how_to_fill(host) for host in empty)
            text = f"0件: no product for {names}. Not a fault: the data has not been put in yet. Run: {todo}"
            raise CommandError(text)

    def _report(self) -> list[Host]:
        """Everything, in the order in which one looks for a mistake; returns the hosts whose staff find nothing."""
        say = self.stdout.write
        say(f"server:      {env_data.server()}")
        say(f"APP_ENV:     {settings.APP_ENV}")
        say(f"SECRET_KEY:  {env_data.key()}")
        say(f"migrations:  {env_data.migrations_applied()} applied, 0 pending")
        self._say_sessions()
        hosts = env_data.hosts()
        say(
            f"tenants:     {len(hosts)}, {sum(host.is_active for host in hosts)} active{'' if hosts else f'. Run: {SEED}'}"
        )
        for host in hosts:
            say(_line(host))
        holders = [host.slug for host in hosts if host.has_test_product]
        say(f"{BRAND} / {REFERENCE}: {'in ' + ', '.join(holders) if holders else 'not there. Run: ' + SEED}")
        self._say_imports(env_data.last_imports())
        return [host for host in hosts if host.shows_nothing]

    def _say_sessions(self) -> None:
        found = env_data.sessions()
        self.stdout.write(
            f"sessions:    {found.open} open, {found.lost} of the newest {found.tried} signed with a lost key"
        )
        if found.lost:
            self.stdout.write("             the key was changed: put the older one into SECRET_KEY_FALLBACKS")

    def _say_imports(self, runs: list[ImportRun]) -> None:
        self.stdout.write("last imports:" if runs else "last imports: none")
        for run in runs:
            at = timezone.localtime(run.created_at).strftime("%Y-%m-%d %H:%M")
            counts = ", ".join(f"{name} {number}" for name, number in run.counts.items()) or "no counts"
            name = printable(run.file_name)
            self.stdout.write(f"  {at}  {run.tenant.slug}  {run.source}  {run.state}  {name}: {counts}")


def _line(host: Host) -> str:
    state = "active" if host.is_active else "not active"
    return (
        f"  {host.slug} ({printable(host.name)}), {state}: active staff {host.staff}/{MAX_ACTIVE_STAFF}, "
        f"products {host.products} in {host.brands} brands, overrides {host.overrides} ({host.conflicts} in conflict)"
    )


def _how_to_fill(host: Host) -> str:
    """The exact commands; the seed is for its own tenant only."""
    command = IMPORT.format(slug=host.slug)
    return f"{SEED} or {command}" if host.slug == SLUG else command
