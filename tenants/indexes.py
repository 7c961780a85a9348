"""Indexes that Django does not spell, built while the site goes on working (PostgreSQL)."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


class IndexConcurrently(Operation):
    """`CREATE INDEX CONCURRENTLY name ON definition`; nothing on another database. Its migration must not be atomic.

    `extension` is made first where the definition needs it. An attempt that was broken off leaves an invalid index behind:
    it goes before the next.
    """

    atomic = False
    reversible = True

    def __init__(self, name: str, definition: str, *, extension: str = "") -> None:
        self.name = name
        self.definition = definition
        self.extension = extension

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models do not know of it."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_: Any) -> None:
        """Build it."""
        if schema_editor.connection.vendor == "postgresql":
            if self.extension:
                schema_editor.execute(f"CREATE EXTENSION IF NOT EXISTS {self.extension}")
            self._drop(schema_editor)
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {self.name} ON {self.definition}")

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_: Any) -> None:
        """Take it away."""
        if schema_editor.connection.vendor == "postgresql":
            self._drop(schema_editor)

    def _drop(self, schema_editor: BaseDatabaseSchemaEditor) -> None:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.name}")

    def describe(self) -> str:
        """As `migrate --plan` says it."""
        return f"Build index {self.name} concurrently"
