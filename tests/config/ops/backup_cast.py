"""What the tests of backups stand on: a small database in a file, and a real S3 server in a process of its own."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyrage
import pytest

from config.env.ops import Backups, Store
from config.management.commands import backup
from config.ops.backups import take
from config.ops.backups.databases import Sqlite
from config.ops.backups.dump import Made, make
from tests.waiting import wait_until

KEY = str(pyrage.x25519.Identity.generate())
OTHER_KEY = str(pyrage.x25519.Identity.generate())
KEY_ID, SECRET = "backup-tests", "a-secret-of-the-tests-0123456789"
BUCKET = "nit-sys"
LAB = "backup-lab.sqlite3"
NO_STORE = Store("", "", "auto", "", "", "")


def small_database(path: Path, *, people: int = 40) -> Sqlite:
    """The tables that a backup asks about, and people in them."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, app TEXT, name TEXT)")
        database.execute(
            "CREATE TABLE tenants_user (id INTEGER PRIMARY KEY, role TEXT, is_active BOOL, password TEXT, name TEXT)"
        )
        database.execute("CREATE TABLE tenants_erasure (id INTEGER PRIMARY KEY, key CHAR(32), subject TEXT, at TEXT)")
        database.execute("INSERT INTO django_migrations (app, name) VALUES ('tenants', '0001_initial')")
        rows = [("platform_admin" if n == 0 else "", True, "argon2$x", f"𠮷田{n}") for n in range(people)]
        database.executemany("INSERT INTO tenants_user (role, is_active, password, name) VALUES (?, ?, ?, ?)", rows)
    return Sqlite(path)


def small_site(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a small database and an upload, whose backups go to the folder that is returned; no store."""
    database = small_database(folder / LAB, people=400)
    for module in (take, backup):
        monkeypatch.setattr(module, "site_database", lambda: database)
    settings.MEDIA_ROOT = folder / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "slip.pdf").write_bytes(b"%PDF")
    settings.BACKUPS = backups(folder / "backups", key=KEY)
    settings.BACKUP_PING_URL = ""
    return folder / "backups"


def backups(folder: Path, *, key: str = "", store: Store = NO_STORE, keep_days: int = 35) -> Backups:
    """Settings of backups."""
    return Backups(folder, keep_days, key, store, "")


def made(folder: Path, *, key: str = "", uploads: Path | None = None) -> Made:
    """A small backup in the folder."""
    folder.mkdir(exist_ok=True)
    database = small_database(folder / "site.sqlite3")
    return make(folder / "backup.zip", database=database, uploads=uploads or folder / "no-uploads", key=key)


def rewritten(
    path: Path,
    *,
    manifest: Callable[[dict[str, Any]], None] | None = None,
    without: str = "",
    instead: dict[str, bytes] | None = None,
) -> Path:
    """A backup as somebody made it who changed something in it."""
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as out:
        for name in source.namelist():
            content = (instead or {}).get(name, source.read(name))
            if name == "manifest.json" and manifest is not None:
                values = json.loads(content)
                manifest(values)
                content = json.dumps(values).encode()
            if name != without:
                out.writestr(name, content)
    return changed


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """The address of a real S3 server (`rclone serve s3`, which checks signatures); its buckets are folders."""
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).parent / "rclone"
    command: list[str | Path] = [
        program, "serve", "s3", "--config", folder / "none.conf", "--addr", f"127.0.0.1:{port}",
        "--auth-key", f"{KEY_ID},{SECRET}", "--vfs-cache-mode", "off", "--dir-cache-time", "0s", folder,
    ]  # fmt: skip
    env = {**os.environ, "RCLONE_CACHE_DIR": str(folder.parent / "rclone-cache")}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _refuses(address), process, seconds=30)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _refuses(address: str) -> bool:
    """Whether it answers: 403 without a signature."""
    try:
        urllib.request.urlopen(address, timeout=5)
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    raise AssertionError("the server takes requests without a signature")


def store_at(address: str, **changed: str) -> Store:
    """That server's settings."""
    values = {
        "bucket": BUCKET,
        "endpoint": address,
        "region": "auto",
        "prefix": "staging",
        "key_id": KEY_ID,
        "secret": SECRET,
    }
    return Store(**{**values, **changed})
