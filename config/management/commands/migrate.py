"""`manage.py migrate`, which Django has: careful with a site that goes on working (requirement D6)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.env import ENV
from tenants.commands.command import OneLineCommand
from tenants.commands.ready import away

LOCK_MS = 500
"""Longest wait for a table. Whoever asks for the table after us waits behind us, so this is the site's longest stall."""
TRIES, PAUSE_SECONDS = 40, 1.0
IN_USE = "55P03"
"""PostgreSQL's code for a lock that was not to be had in time."""
ONE_AT_A_TIME = 0x6E697473
"""Advisory lock: two deployments that migrate at once do so one after the other."""


class Command(OneLineCommand, migrate.Command):
    """A table in use is asked for again and again, instead of making all wait until it is free."""

    help = "Bring the database up to date, one migration run at a time, without holding up a site that is in use."

    def handle(self, *args: Any, **options: Any) -> None:
        """As Django does; on PostgreSQL with short waits for locks and no limit on the time of a statement.

        Behind a pooler no setting outlives its statement: migrate with the database's own address instead.
        """
        connection = connections[options["database"]]
        try:
            connection.ensure_connection()
        except (DatabaseError, InterfaceError) as error:
            raise away(error) from None
        if connection.vendor != "postgresql" or ENV.growth.pooled:
            super().handle(*args, **options)
            return
        with _careful(connection):
            for attempt in range(1, TRIES + 1):
                try:
                    super().handle(*args, **options)
                except OperationalError as error:
                    self._try_again(error, attempt)
                else:
                    return

    def _try_again(self, error: OperationalError, attempt: int) -> None:
        """Wait a moment. What was migrated so far stays, what was broken off left nothing behind."""
        if getattr(error.__cause__, "sqlstate", "") != IN_USE:
            raise error
        if attempt == TRIES:
            text = f"a table stayed in use for {TRIES} tries. Nothing is half done: run it again when less is going on"
            raise CommandError(text) from None
        self.stderr.write(f"a table is in use, try {attempt + 1} of {TRIES}")
        threading.Event().wait(PAUSE_SECONDS)


@contextmanager
def _careful(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute(f"SET lock_timeout = {LOCK_MS}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
            cursor.execute("RESET lock_timeout")
            cursor.execute("RESET statement_timeout")
