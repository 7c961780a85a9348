"""Requirements D6, D7: a migration that is deployed leaves the release before it working, and holds up nobody.

Render runs old and new code side by side for a minute and more, so what old code writes or reads must stay: a column is
taken out one release after the code that used it. Tables that were there before are not locked for longer than a moment:
indexes are built concurrently, constraints are added NOT VALID and validated later, and what alters such a table comes
last, because its lock is held until the migration ends.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from tenants.indexes import IndexConcurrently

OURS = ("tenants", "catalog", "entries")
FIRST_RELEASE = {"tenants": "0002", "catalog": "0005", "entries": "0003"}
"""Up to here there was no deployment: nobody ran old code beside these."""
FILLS = "RunPython: must be looked at"
REASONS: dict[str, str] = {
    "entries.0020_competitions: AddField race.competition: its index is built while writers wait": "it has none, and the column "
    "is empty: nothing is looked at",
    "entries.0011_notice_mails: AddConstraint notice.: all wait while rows are checked, use AddConstraintNotValid or a "
    "concurrent index": "notices are a few hundred rows, checked in a moment; old code writes none of the three columns",
    f"tenants.0007_session: {FILLS}": "copies a few thousand open sessions into a table that is new; old code goes on with its own",
    "entries.0012_drafts_of_persons: AddConstraint sheetdraft.: all wait while rows are checked, use AddConstraintNotValid "
    "or a concurrent index": "drafts are unsent sheets of open meets, a few thousand rows, which retention takes away; the "
    "wider key is one that every row fulfils already",
    "entries.0007_elite_races: RunPython: must be looked at": "writes the few hosts that have such races, once; nobody "
    "else writes those two columns yet",
    f"catalog.0007_fold_keys: {FILLS}": "changes the few products with a full-width key, one by one, each committed by itself",
    f"tenants.0009_fill_search_key: {FILLS}": "batches of 500 rows, each committed by itself; nothing that old code writes is read",
    f"entries.0010_fill_search_key: {FILLS}": "batches of 500 rows, each committed by itself; nothing that old code writes is read",
}
"""What is forbidden and was looked at: `app.name: fault` and why it holds up nobody and leaves old code working."""

GONE = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
BY_HAND = (migrations.RunSQL, migrations.RunPython)


def is_new(app: str, name: str) -> bool:
    return app in OURS and name[:4] > FIRST_RELEASE[app]


def faults(operations: Sequence[Operation], state: ProjectState, app: str, made: set[str]) -> Iterator[str]:
    """What is wrong with these operations. `made` are the tables of this release, which nobody uses yet; it grows."""
    locked = ""
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from faults(operation.database_operations, state.clone(), app, made)
        model = str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower()
        if isinstance(operation, migrations.CreateModel):
            made.add(f"{app}.{model}")
            if locked:
                yield f"{locked} stays locked while {model} is made: put what alters it last"
                locked = ""
        elif f"{app}.{model}" not in made or isinstance(operation, BY_HAND):
            yield from fault_of(operation, state.models.get((app, model)))
            locked = model if isinstance(operation, migrations.AddField | migrations.AlterField) else locked
        operation.state_forwards(app, state)


def fault_of(operation: Operation, before: ModelState | None) -> Iterator[str]:
    name = f"{type(operation).__name__} {getattr(operation, 'model_name', '')}.{getattr(operation, 'name', '')}".strip()
    if isinstance(operation, GONE):
        yield f"{name}: old code still uses it"
    elif isinstance(operation, BY_HAND):
        yield f"{type(operation).__name__}: must be looked at"
    elif isinstance(operation, migrations.AddField):
        yield from (f"{name}: {fault}" for fault in fault_of_new(operation.field))
    elif isinstance(operation, migrations.AlterField):
        assert before is not None
        yield from (f"{name}: {fault}" for fault in narrowed(before.fields[operation.name.lower()], operation.field))
    elif isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield f"{name}: writers wait while it is built, use AddIndexConcurrently"
    elif isinstance(operation, migrations.AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        yield f"{name}: all wait while rows are checked, use AddConstraintNotValid or a concurrent index"
    elif isinstance(operation, migrations.AlterUniqueTogether | migrations.AlterIndexTogether):
        yield f"{name}: writers wait while it is built"


def has_index(field: models.Field) -> bool:
    return field.db_index  # type: ignore[attr-defined]  # the stubs leave it out


def fault_of_new(field: models.Field) -> Iterator[str]:
    if field.many_to_many:
        return
    if not field.null and field.db_default is models.NOT_PROVIDED:
        yield "old code inserts rows without it, give it a db_default or null"
    if field.unique or has_index(field) or field.is_relation:
        yield "its index is built while writers wait"


def narrowed(old: models.Field, new: models.Field) -> Iterator[str]:
    """A field that may only hold less than before, or whose column must be written anew."""
    if old.null and not new.null:
        yield "no longer null, which old code may write"
    if old.db_default is not models.NOT_PROVIDED and new.db_default is models.NOT_PROVIDED:
        yield "without its db_default old code cannot insert"
    if (new.max_length or 10**9) < (old.max_length or 10**9):
        yield "shorter than what old code may write"
    if (old.get_internal_type(), old.db_column) != (new.get_internal_type(), new.db_column):
        yield "another column, or one that is written anew"
    if (new.unique and not old.unique) or (has_index(new) and not has_index(old)):
        yield "its index is built while writers wait"


def all_faults() -> list[str]:
    loader = MigrationLoader(None)
    made: set[str] = set()
    found = []
    plan = [node for target in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(target)]
    for app, name in dict.fromkeys(plan):
        if is_new(app, name):
            before = loader.project_state((app, name), at_end=False)
            found += [
                f"{app}.{name}: {fault}"
                for fault in faults(loader.graph.nodes[app, name].operations, before, app, made)
            ]
    return found


def test_every_migration_since_the_first_release_leaves_old_code_working_and_holds_up_nobody() -> None:
    assert [fault for fault in all_faults() if fault not in REASONS] == []


def test_each_exception_still_exists_and_is_argued_for() -> None:
    assert [fault for fault in REASONS if fault not in all_faults()] == []
    assert all(len(reason) > 20 for reason in REASONS.values())


def test_migrations_of_this_release_are_looked_at() -> None:
    new = [node for node in MigrationLoader(None).disk_migrations if is_new(*node)]
    assert ("tenants", "0003_operations") in new
    assert ("tenants", "0002_job") not in new


ONE = migrations.CreateModel("One", [("id", models.BigAutoField(primary_key=True)), ("a", models.CharField(max_length=5, null=True)),
                                     ("b", models.IntegerField(db_default=1))])  # fmt: skip
TEXT = models.CharField(max_length=5)
POSITIVE = models.CheckConstraint(condition=models.Q(b__gt=0), name="positive")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("one", "a"), migrations.DeleteModel("One"), migrations.RenameModel("One", "Two"),
        migrations.RenameField("one", "a", "c"), migrations.AlterModelTable("one", "other"),
        migrations.AddField("one", "c", TEXT), migrations.AddField("one", "c", models.CharField(max_length=5, default="")),
        migrations.AddField("one", "c", models.IntegerField(null=True, db_index=True)),
        migrations.AddField("one", "c", models.ForeignKey("x.One", models.CASCADE, null=True)),
        migrations.AlterField("one", "a", TEXT), migrations.AlterField("one", "a", models.CharField(max_length=4, null=True)),
        migrations.AlterField("one", "a", models.TextField(null=True, unique=True)),
        migrations.AlterField("one", "b", models.IntegerField()), migrations.AlterField("one", "b", models.TextField(db_default="")),
        migrations.AddIndex("one", models.Index(fields=["b"], name="by_b")), migrations.AddConstraint("one", POSITIVE),
        migrations.AddConstraint("one", ExclusionConstraint(name="no", expressions=[("b", "=")])),
        migrations.AlterUniqueTogether("one", {("a", "b")}), migrations.RunSQL("SELECT 1"),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField("one", "a")]),
    ],
    ids=lambda operation: operation.describe(),
)  # fmt: skip
def test_what_would_hurt_is_seen(operation: Operation) -> None:
    assert list(seen([operation])) != []


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("one", "c", models.IntegerField(null=True))],
        [migrations.AddField("one", "c", models.CharField(max_length=5, db_default="", default=""))],
        [migrations.AlterField("one", "a", models.CharField(max_length=9, null=True, choices=[("a", "A")]))],
        [AddIndexConcurrently("one", models.Index(fields=["b"], name="by_b"))], [IndexConcurrently("by_b", "x_one (b)")],
        [AddConstraintNotValid("one", POSITIVE)],
        [
            migrations.CreateModel("Two", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("two", "c", TEXT), migrations.AddIndex("two", models.Index(fields=["c"], name="by_c")),
        ],
    ],
)  # fmt: skip
def test_what_hurts_nobody_passes(operations: list[Any]) -> None:
    assert list(seen(operations)) == []


def test_an_index_of_a_broken_attempt_goes_before_the_next_one(db: None) -> None:
    built = IndexConcurrently("by_name", "x_one USING gin (a gin_trgm_ops)", extension="pg_trgm")
    editor = connection.schema_editor(collect_sql=True, atomic=False)
    built.database_forwards("x", editor)
    built.database_backwards("x", editor)
    dropped = "DROP INDEX CONCURRENTLY IF EXISTS by_name;"
    made = "CREATE INDEX CONCURRENTLY by_name ON x_one USING gin (a gin_trgm_ops);"
    expected = ["CREATE EXTENSION IF NOT EXISTS pg_trgm;", dropped, made, dropped]
    assert editor.collected_sql == (expected if connection.vendor == "postgresql" else [])


def test_a_lock_that_is_held_while_tables_are_made_is_seen() -> None:
    made = migrations.CreateModel("Two", [("id", models.BigAutoField(primary_key=True))])
    added = migrations.AddField("one", "c", models.IntegerField(null=True))
    assert list(seen([made, added])) == []
    assert list(seen([added, made])) == ["one stays locked while two is made: put what alters it last"]


def seen(operations: Sequence[Operation]) -> Iterator[str]:
    state = ProjectState()
    ONE.state_forwards("x", state)
    return faults(operations, state, "x", set())
