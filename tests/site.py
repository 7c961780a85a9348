"""The product as it runs in a deployment: gunicorn with its own configuration, on the database of the test."""

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from time import monotonic
from types import TracebackType

from django.db import connection

from tests.nursery import ROOT, Forked

__all__ = ["ROOT", "Site", "database_url", "hear_interrupts"]


def hear_interrupts() -> None:
    """A suite in the background of a script ignores SIGINT, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def database_url() -> str:
    """The address of the database that this test is on."""
    settings = connection.settings_dict
    return f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


class Site:
    """`with Site() as site:` serves on `site.address` until the block ends."""

    def __init__(self, *, workers: int = 2, threads: int = 4, app: str = "config.wsgi", **env: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.app = app
        self.address = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url(), "APP_ENV": "dev",
            "PORT": str(self.port), "WEB_CONCURRENCY": str(workers), "GUNICORN_THREADS": str(threads), **env,
        }  # fmt: skip
        self.process: Forked | None = None

    def __enter__(self) -> "Site":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def start(self) -> None:
        """Start the server and wait until it is ready."""
        log = (ROOT / "var").resolve()
        log.mkdir(exist_ok=True)
        served = ["-m", "gunicorn", "-c", "config/gunicorn.py", self.app]
        self.process = Forked(served, env=self.env, out=log / f"site-{self.port}.log")
        self._wait_until_ready()

    def _wait_until_ready(self, seconds: float = 60) -> None:
        ends = monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self.process is not None
                assert self.process.poll() is None, f"gunicorn ended, see var/site-{self.port}.log"
                assert monotonic() < ends, "gunicorn is not ready"
                try:  # a bounded wait for the next try that ends early when the process does
                    self.process.wait(timeout=0.1)
                except subprocess.TimeoutExpired:
                    continue

    def stop(self) -> None:
        """End it as a deployment does, with SIGTERM."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=40)

    def end(self) -> None:
        """End it at once, also with connections that browsers keep open: nobody is asking any more."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def kill(self) -> None:
        """End master and workers at once, as a crash would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
