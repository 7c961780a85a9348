"""Real servers beside the suite's PostgreSQL: PgBouncer, Redis, a streaming replica. Each on a free port, in a folder of
its own, as `nobody` when we are root, and gone when its block ends."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection

from config.runtime import databases
from tests.nursery import Forked
from tests.pgplugin import _programs
from tests.site import database_url

SECONDS_TO_START = 20


def as_nobody(folder: Path) -> dict[str, Any]:
    """How to start a process that will not run as root; the folder becomes its own."""
    folder.chmod(0o755)
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """`with Service() as it:` runs `self.command()` until the block ends."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=type(self).__name__.lower()))
        self.as_whom = as_nobody(self.folder)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What to run."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self.folder / "log").open("ab") as out:
            self.process = subprocess.Popen(self.command(), cwd=self.folder, stdout=out, stderr=out, **self.as_whom)
        ends = monotonic() + SECONDS_TO_START
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert monotonic() < ends, f"{type(self).__name__} is not ready"
            try:
                self.process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(timeout=20)


class Pooler(Service):
    """The Debian PgBouncer in transaction mode, in front of the suite's PostgreSQL."""

    def __init__(self, size: int = 5) -> None:
        super().__init__()
        server = connection.settings_dict
        self.url = f"postgres://{server['USER']}@127.0.0.1:{self.port}/{server['NAME']}"
        (self.folder / "users").write_text(f'"{server["USER"]}" ""\n')
        (self.folder / "pooler.ini").write_text(
            f"[databases]\n* = host={server['HOST']} port={server['PORT']}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = trust\nauth_file = users\npool_mode = transaction\n"
            f"default_pool_size = {size}\nmax_client_conn = 500\nadmin_users = {server['USER']}\n"
        )

    def command(self) -> list[str]:
        """In the foreground."""
        return [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", "pooler.ini"]

    def servers(self) -> int:
        """How many connections to PostgreSQL it holds."""
        with psycopg.connect(self.url.rsplit("/", 1)[0] + "/pgbouncer", autocommit=True) as admin:
            return len(psycopg.ClientCursor(admin).execute("SHOW SERVERS").fetchall())

    @property
    def env(self) -> dict[str, str]:
        """The settings of a site behind it."""
        return {"DATABASE_URL": self.url, "DATABASE_POOLED": "1"}


class Redis(Service):
    """The Debian Redis, which keeps nothing on disk."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """No snapshots, no log of commands."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}
        return ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", str(value)))]


class Replica(Service):
    """A streaming replica of the suite's PostgreSQL, made by pg_basebackup and kept by the primary's log."""

    def __init__(self) -> None:
        super().__init__()
        server = connection.settings_dict
        self.url = f"postgres://{server['USER']}@127.0.0.1:{self.port}/{server['NAME']}"
        self.data = self.folder / "data"
        self.programs = _programs(self.folder)
        with connection.cursor() as cursor:  # what must not be smaller than the primary's
            cursor.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN ('max_connections', 'max_worker_processes')"
            )
            self.sizes = dict(cursor.fetchall())
        source = f"host={server['HOST']} port={server['PORT']} user={server['USER']}"
        command: list[str | Path] = [
            self.programs / "pg_basebackup",
            "-D",
            self.data,
            "-d",
            source,
            "-X",
            "stream",
            "-c",
            "fast",
            "-R",
            "--no-sync",
        ]
        subprocess.run(command, check=True, cwd=self.folder, env=self.env, **self.as_whom)

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def command(self) -> list[str]:
        """Read-only, because of the standby.signal that pg_basebackup left."""
        options = {
            **self.sizes,
            "port": self.port,
            "unix_socket_directories": self.folder,
            "hot_standby": "on",
            "fsync": "off",
            "log_statement": "all",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *words]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def say(self, statement: str) -> Any:
        """The first cell of what it answers."""
        with psycopg.connect(self.url, autocommit=True) as link:
            row = link.execute(statement).fetchone()
        return row[0] if row else None

    def catch_up(self) -> None:
        """Wait until it shows all that the primary has committed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()")
            [position] = cursor.fetchone()
        ends = monotonic() + SECONDS_TO_START
        while not self.say(f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"):
            assert monotonic() < ends, "the replica does not follow"

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is PostgreSQL's fast stop."""
        super().stop(number)


def worker(mail_url: str, *options: str, **env: str) -> Forked:
    """`manage.py run_worker` in a process of its own, on the database and with the settings of `env`."""
    whole = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url(), "APP_ENV": "dev",
        "EMAIL_URL": mail_url, "BASE_URL": "https://entry.example.jp", **env,
    }  # fmt: skip
    return Forked(["manage.py", "run_worker", *options], env=whole)


def forget_timeouts() -> None:
    """Undo `databases.hold_timeouts`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_database())")
        role, database = cursor.fetchone()
        for name in databases.TIMEOUTS:
            cursor.execute(f"ALTER ROLE {role} IN DATABASE {database} RESET {name}")


def data_of_postgres() -> Path:
    """Where the suite's own PostgreSQL keeps its files."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return Path(cursor.fetchone()[0])


def restart_postgres(data: Path, how: str) -> float:
    """Restart the server of that folder under everybody, with `pg_ctl -m fast` (as for an upgrade) or `immediate` (as in a
    crash); how many seconds that took. Close your own connection first."""
    server = int((data / "postmaster.pid").read_text().splitlines()[0])
    pg_ctl = Path(f"/proc/{server}/exe").resolve().with_name("pg_ctl")
    as_whom: Any = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    env = {**os.environ, "HOME": str(data.parent), "LC_ALL": "C.UTF-8"}
    command: list[str | Path] = [pg_ctl, "-D", data, "-m", how, "-w", "-l", data.parent / "log", "restart"]
    began = monotonic()
    subprocess.run(command, check=True, cwd=data.parent, env=env, stdout=subprocess.DEVNULL, **as_whom)
    return monotonic() - began
