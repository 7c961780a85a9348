"""The whole first runbook on a new PostgreSQL, with the commands of render.yaml as they stand there (seed 000 sections 2 to 5)."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from django.db import connection

from catalog.fields import OLD_COLUMNS
from tests.site import ROOT, database_url

NAME = "nitsys_staging_start"
SERVICE = "nit-sys-staging"
PASSWORDS = {"PLATFORM_ADMIN_PASSWORD": "Canary-Admin-4711", "SEED_STAFF_A_PASSWORD": "Canary-Staff-4711"}


def service(name: str) -> dict[str, str]:
    """The scalar values of one service of render.yaml, and of its envVars those with a value."""
    text = (ROOT / "render.yaml").read_text()
    block = next(part for part in text.split("\n  - type: ")[1:] if f"name: {name}\n" in part)
    values = dict(re.findall(r"^    (\w+): (.+)$", block, re.M))
    return values | dict(re.findall(r"- key: (\w+)\n +value: (.*)", block))


@pytest.fixture
def database() -> Iterator[str]:
    """An empty database beside the suite's own."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {NAME}")
    yield database_url().rpartition("/")[0] + f"/{NAME}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


class Host:
    """A machine of the platform: render.yaml's environment and the values that are typed into its dashboard."""

    def __init__(self, database: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.service = service(SERVICE)
        self.env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder),
            "APP_ENV": self.service["APP_ENV"], "DATABASE_URL": database, "SECRET_KEY": "s" + "0123456789abcdefgh" * 3,
            "ALLOWED_HOSTS": "127.0.0.1", "BASE_URL": "https://127.0.0.1", "EMAIL_URL": "smtp://127.0.0.1:9",
            "DEFAULT_FROM_EMAIL": "nit-sys@example.com", "HOST": "127.0.0.1", "PORT": str(self.port),
            "WEB_CONCURRENCY": "2", **PASSWORDS,
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

    def serve(self) -> "subprocess.Popen[bytes]":
        """Start the web service and wait, as the platform does, for its health check."""
        with (self.folder / "web.log").open("wb") as log:
            web = subprocess.Popen(
                ["sh", "-c", f"exec {self.service['startCommand']}"], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )  # fmt: skip
        ends, address = monotonic() + 60, f"http://127.0.0.1:{self.port}{self.service['healthCheckPath']}"
        while True:
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return web
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert web.poll() is None, (self.folder / "web.log").read_text()
                assert monotonic() < ends, "not ready"
                try:  # a bounded wait for the next try that ends early when the process does
                    web.wait(timeout=0.1)
                except subprocess.TimeoutExpired:
                    continue


@pytest.fixture
def host(database: str, tmp_path: Path) -> Host:
    return Host(database, tmp_path)


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


def test_the_first_runbook_from_an_empty_database_to_a_smoke_test(host: Host, old_file: Path) -> None:
    """seed 000_352228edfa213c32 sections 2, 4-1, 4-3, 4-4 and 5, in their order; each command exits 0."""
    build = host.service["buildCommand"].partition(" && ")
    assert build[0] == "pip install --require-hashes -r requirements.txt", "what made this environment"
    host.run(build[2])
    assert any("catalog" in line and line.endswith("OK") for line in host.run(host.service["preDeployCommand"]))
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
    smoke(host)


def smoke(host: Host) -> None:
    """Against what startCommand starts; and it stops as the platform stops it."""
    web = host.serve()
    try:
        said = host.manage(f"smoke --base-url http://127.0.0.1:{host.port}")
        assert said[-1] == "13 of 13 lines hold, 0 skipped, none failed"
    finally:
        web.send_signal(signal.SIGTERM)
        assert web.wait(timeout=60) == 0
