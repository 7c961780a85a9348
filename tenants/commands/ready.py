"""What commands say and ask before they look at rows: which database, does it answer, and is it as new as the code."""

from functools import cache

from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

MIGRATE = "python manage.py migrate --noinput"


def database_name() -> str:
    """Host and name of the database, never a password: what a command says before it writes."""
    values = connection.settings_dict
    return f"{values['HOST'] or 'this machine'} {values['NAME']}"


def away(error: Exception) -> CommandError:
    """What a database that does not answer said, as one line."""
    if lacks_a_table(error):
        return CommandError(f"the database lacks migrations: {reason(error)}. Run: {MIGRATE}")
    return CommandError(f"the database does not answer: {reason(error)}. Check DATABASE_URL.")


def lacks_a_table(error: BaseException) -> bool:
    """Whether the database answered, and does not know a table or column of this release."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state in ("42P01", "42703") or "no such table" in str(error) or "no such column" in str(error)


def check_ready() -> None:
    """Raises CommandError, one line with what to run, unless the database answers and no migration is missing."""
    try:
        missing = missing_migrations()
    except (DatabaseError, InterfaceError) as error:
        raise away(error) from None
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise CommandError(f"{len(missing)} migrations are missing ({missing[0]}{more}). Run: {MIGRATE}")


def missing_migrations() -> list[str]:
    """Migrations of the code that the database lacks, as `app.name`, in their order. Raises DatabaseError."""
    applied = MigrationRecorder(connection).applied_migrations()
    return [f"{app}.{name}" for app, name in all_migrations() if (app, name) not in applied]


@cache
def all_migrations() -> tuple[tuple[str, str], ...]:
    """Those of the code, in the order in which they are applied. Read from disk once: a process runs one release."""
    executor = MigrationExecutor(None)
    executor.loader = MigrationLoader(None)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return tuple((migration.app_label, migration.name) for migration, _ in plan)


def reason(error: Exception) -> str:
    """The first line of what the database said; it names host and user, never a password."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
