"""The first runbook on a new PostgreSQL, with the commands of render.yaml as they stand there (seed 000 sections 2 to 5).

Staging goes through all of it; prod, from the same blueprint, through pre-deploy, start and the reading half of smoke:
the migrations of an empty database, static files and what smoke writes are those of staging.
"""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from catalog.fields import OLD_COLUMNS
from tests.blueprint import asked, services, values
from tests.site import ROOT, database_url
from tests.waiting import answers, wait_until

INSTALL = "pip install --require-hashes -r requirements.txt"
NAME = f"nitsys_first_start_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
PASSWORDS = {"PLATFORM_ADMIN_PASSWORD": "Canary-Admin-4711", "SEED_STAFF_A_PASSWORD": "Canary-Staff-4711"}
TYPED = {
    "SECRET_KEY": "s" + "0123456789abcdefgh" * 3,
    "ALLOWED_HOSTS": "127.0.0.1",
    "BASE_URL": "https://127.0.0.1:9",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "nit-sys@example.com",
}
"""What a person types into Render's dashboard. What else it asks for may stay empty."""
COLLECTED: set[str] = set()


def drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def create(name: str, *, like: str = "template1") -> str:
    """The address of a new database beside the suite's own: empty, or a copy."""
    drop(name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    return database_url().rpartition("/")[0] + f"/{name}"


@pytest.fixture(scope="module")
def deployed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a database that was empty before staging's first deployment and has seen nothing else."""
    name = f"{NAME}_deployed"
    with django_db_blocker.unblock():
        host = Host("staging", create(name), tmp_path_factory.mktemp("deployed"))
        host.build()
        assert any("catalog" in line and line.endswith("OK") for line in host.before_deploy())
    yield name
    with django_db_blocker.unblock():
        drop(name)


@pytest.fixture
def database(deployed: str) -> Iterator[str]:
    """A copy of it, for one site."""
    yield create(NAME, like=deployed)
    drop(NAME)


class Host:
    """The machines of one site: render.yaml's environment and the values that are typed into its dashboard."""

    def __init__(self, site: str, database: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.web, self.worker, *self.crons = services(site)
        typed = {name: TYPED.get(name, "") for name in asked(self.web)}
        self.env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder),
            **values(self.web), **typed, "DATABASE_URL": database, "METRICS_TOKEN": "Canary-generated-by-Render-4711",
            "BACKUP_DIR": str(folder / "backups"), "HOST": "127.0.0.1", "PORT": str(self.port), "WEB_CONCURRENCY": "2",
            **PASSWORDS,
        }  # fmt: skip

    def run(self, command: str, **env: str) -> list[str]:
        """What a command says when it ends well."""
        done = subprocess.run(
            ["sh", "-c", command], cwd=ROOT, env={**self.env, **env}, capture_output=True, text=True, check=False, timeout=120
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert not re.search("Canary|0123456789abcdefgh", done.stdout + done.stderr), "a secret is said"
        return done.stdout.splitlines()

    def manage(self, command: str, **env: str) -> list[str]:
        return self.run(f"python manage.py {command}", **env)

    def build(self) -> None:
        """What the build commands do. `pip install` made the environment that this runs in; what the web service
        collects is the same for both sites."""
        for service in (self.web, self.worker, *self.crons):
            install, _, collect = service["buildCommand"].partition(" && ")
            assert install in (INSTALL, f"{INSTALL} -r requirements-backup.txt")
            assert bool(collect) == (service is self.web)
        collect = self.web["buildCommand"].partition(" && ")[2]
        if collect not in COLLECTED:  # the same command in the same checkout: the second site would find it all there
            self.run(collect)
            COLLECTED.add(collect)

    def before_deploy(self) -> list[str]:
        """What the pre-deploy command of the web service says; the worker's finds it done."""
        said = self.run(self.web["preDeployCommand"])
        assert self.run(self.worker["preDeployCommand"])[-1] == "1 項目: OK 1、注意 0、NG 0"
        return said

    @contextmanager
    def started(self) -> Iterator[None]:
        """Web service and worker; they stop as the platform stops them, and the worker only then."""
        web, worker = self._start(self.web, "web"), self._start(self.worker, "worker")
        try:
            self._wait_until_ready(web)
            yield
        finally:
            for process in (web, worker):
                process.send_signal(signal.SIGTERM)
            ended = [process.wait(timeout=60) for process in (web, worker)]
        assert ended == [0, 0], (self.folder / "web.log").read_text() + (self.folder / "worker.log").read_text()

    def _start(self, service: dict[str, Any], name: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                ["sh", "-c", f"exec {service['startCommand']}"], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    def _wait_until_ready(self, web: "subprocess.Popen[bytes]") -> None:
        address = f"http://127.0.0.1:{self.port}{self.web['healthCheckPath']}"
        wait_until(lambda: answers(address), web, why=(self.folder / "web.log").read_text)

    def smoke(self, *options: str) -> str:
        """Its last line."""
        return self.manage(" ".join(["smoke", "--base-url", f"http://127.0.0.1:{self.port}", *options]))[-1]


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "horologen.db"
    with sqlite3.connect(path) as old:
        old.execute(f"CREATE TABLE master_products ({', '.join(f'{name} TEXT' for name in OLD_COLUMNS)})")
        old.executemany(
            "INSERT INTO master_products (brand, reference, price_jpy) VALUES (?, ?, ?)",
            [("Omega", "ref 1", "1000"), ("SEIKO", "S-2", "2000"), ("TestBrand", "ref001", "5")],
        )
    old.close()
    return path


def test_staging_from_an_empty_database_to_a_smoke_test(database: str, old_file: Path, tmp_path: Path) -> None:
    """seed 000_352228edfa213c32 sections 2, 4-1, 4-3, 4-4 and 5, in their order; each command exits 0."""
    host = Host("staging", database, tmp_path)
    assert "TESTBRAND / REF001: not there. Run: python manage.py seed_staging_min" in host.manage("check_env_data")
    host.manage("create_platform_admin --email platform-admin@example.com")
    assert [line.split(":")[0] for line in host.manage("seed_staging_min")[1:]] == ["made"] * 3
    source = {"TENANT_ID": "tenant-a", "SQLITE_DB_PATH": str(old_file)}
    first, second = (host.manage("import_master_products_from_sqlite", **source)[-1] for _ in range(2))
    assert re.search(r"read 3\b.*inserted 2\b.*skipped 1\b.*rejected 0\b", first)
    assert re.search(r"read 3\b.*inserted 0\b.*skipped 3\b.*rejected 0\b", second)
    said = host.manage("check_env_data")
    assert said[0] == f"database:    127.0.0.1 {NAME}"
    assert "SECRET_KEY:  set, from SECRET_KEY: sessions outlive a restart" in said
    assert any("tenant-a (Tenant A), active: active staff 1/5, products 3 in 3 brands" in line for line in said)
    assert "TESTBRAND / REF001: in tenant-a" in said
    with host.started():
        assert host.smoke() == "13 of 13 lines hold, 0 skipped, none failed"
        assert host.manage("preflight --wait 30")[-1].endswith("NG 0"), "the worker beats, nothing is amiss"


def test_prod_starts_from_the_same_blueprint(database: str, tmp_path: Path) -> None:
    """On a database that its own pre-deploy command finds migrated."""
    host = Host("prod", database, tmp_path)
    host.build()
    assert "  No migrations to apply." in host.before_deploy()
    host.manage("create_platform_admin --email platform-admin@example.com")
    host.manage("seed_staging_min")
    with host.started():
        assert host.smoke("--read-only") == "9 of 12 lines hold, 3 skipped, none failed"
