"""The product's processes, begun in a moment: forked from one that has imported the packages of others.

Each reads its environment and imports the product by itself, as in a deployment; only the interpreter and what the
product stands on are imported once a run. Where it is the start itself that is tested, `subprocess` it is.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGES = [
    "anymail", "asyncio", "brotli", "csp", "defusedxml.ElementTree", "dj_database_url", "django.contrib.postgres.fields",
    "django.core.handlers.wsgi", "django.core.mail", "django.core.management", "django.core.paginator", "django.db.models",
    "django.db.backends.postgresql.base", "django.forms", "django.template.loader", "django.test.signals", "django.views.debug",
    "django.views.generic", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "multiprocessing", "openpyxl", "psycopg",
    "requests", "smtplib", "sqlite3", "statistics", "whitenoise.storage",
]  # fmt: skip
"""What they import in their turn is most of what the product does."""
ONE_NURSERY = threading.Lock()


class Forked:
    """A process as `subprocess.Popen` has it: `pid`, `returncode`, `poll`, `wait`, `send_signal`, `kill`."""

    def __init__(
        self, argv: list[str], *, env: Mapping[str, str], out: Path | str = os.devnull, err: Path | str = ""
    ) -> None:
        """`argv` is `manage.py` and its words, or `-m`, a module and its words. It leads a session of its own. Without
        `err` all that it says goes to `out`."""
        self.returncode: int | None = None
        self.args = argv
        order = {"argv": argv, "env": dict(env), "out": str(out), "err": str(err or out)}
        self.pid = int(_nursery().ask(order))
        self._end = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """The exit code, once there is one."""
        return self.returncode if self.returncode is not None else self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired."""
        ended = self.returncode if self.returncode is not None else self._ended(timeout)
        if ended is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        asked = select.poll()
        asked.register(self._end, select.POLLIN)
        if asked.poll(None if seconds is None else seconds * 1000):
            self.returncode = int(_nursery().ask({"ended": self.pid}))
            os.close(self._end)
        return self.returncode


def manage(*words: str, env: Mapping[str, str], seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """`manage.py` with these words, to its end. Raises TimeoutExpired."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        code = Forked(["manage.py", *words], env=env, out=out, err=err).wait(seconds)
        return subprocess.CompletedProcess(words, code, out.read_text(), err.read_text())


class _Nursery:
    """The process that forks the others, and hears how they end."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self._close)

    def ask(self, order: dict[str, Any]) -> str:
        """What it answers to one order."""
        assert self._process.stdin
        assert self._process.stdout
        with self._one_at_a_time:
            print(json.dumps(order), file=self._process.stdin, flush=True)
            return self._process.stdout.readline()

    def _close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)


@cache
def _made() -> _Nursery:
    return _Nursery()


def _nursery() -> _Nursery:
    """The one of this run, also when two threads ask for it first."""
    with ONE_NURSERY:
        return _made()


def _serve() -> dict[str, Any] | None:
    """Take orders until nobody gives any more. Returns in each process that is forked, with its order."""
    children: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "ended" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["ended"], 0)[1])
            children.discard(order["ended"])
        else:
            answer = os.fork()
            if not answer:
                return dict(order)
            children.add(answer)
        print(answer, flush=True)
    for child in children:
        os.kill(child, signal.SIGKILL)
    return None


def _become(order: dict[str, Any]) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(order["env"])
    writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for stream, path, flags in ((0, os.devnull, os.O_RDONLY), (1, order["out"], writing), (2, order["err"], writing)):
        descriptor = os.open(path, flags, 0o644)
        os.dup2(descriptor, stream)
        os.close(descriptor)
    first, *words = order["argv"]
    sys.argv = [first, *words] if first != "-m" else words
    if first == "-m":
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    for name in PACKAGES:
        import_module(name)
    gc.freeze()
    if mine := _serve():
        _become(mine)
