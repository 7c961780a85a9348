"""What a test database is filled with instead of being migrated."""

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import migrated


def test_a_changed_migration_is_not_taken_for_the_one_that_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, changed = migrated.kept(), tmp_path / "0001_initial.py"
    changed.write_text("# changed")
    monkeypatch.setattr(migrated, "MIGRATIONS", [changed, *migrated.MIGRATIONS[1:]])
    assert migrated.kept() != before


@pytest.mark.django_db
def test_however_it_was_made_no_migration_is_missing() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert migrated.kept().exists()
