"""Requirements G6, M4: what /readyz says while each thing that the site talks to is broken,
and that it gets well by itself."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db.migrations.recorder import MigrationRecorder

from tests.site import Site, database_url

NOWHERE = "127.0.0.1:9"
ALL_ELSE_IS_DOWN = {
    "EMAIL_URL": f"smtp://{NOWHERE}",
    "SENTRY_DSN": f"http://key@{NOWHERE}/1",
    "CACHE_URL": f"redis://{NOWHERE}/0",
    "ANTHROPIC_BASE_URL": f"http://{NOWHERE}",
    "ANTHROPIC_API_KEY": "key",
    "WORKER_PING_URL": f"http://{NOWHERE}",
}


class Line:
    """The way to the database: open, silent (packets vanish on connections old and new), or cut."""

    def __init__(self) -> None:
        place = urlsplit(database_url())
        self.to = (place.hostname, place.port)
        self.server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.server.getsockname()[1]
        self.sockets: list[socket.socket] = []
        self.speaks = threading.Event()
        self.speaks.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.server.accept()
                far = socket.create_connection(self.to)
                self.sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65_536):
                self.speaks.wait()
                far.sendall(data)
        for end in (near, far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """As when the database's host is shut down."""
        for end in (self.server, *self.sockets):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # also wakes who waits in accept
        self.server.close()

    def mend(self) -> None:
        """It comes back at the same address."""
        self.server = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.speaks.set()
    line.cut()


@pytest.fixture
def site(line: Line) -> Iterator[Site]:
    url = urlsplit(database_url())
    through = url._replace(netloc=f"{url.username}@127.0.0.1:{line.port}").geturl()
    with Site(workers=1, threads=3, DATABASE_URL=through, **ALL_ELSE_IS_DOWN) as site:
        yield site
        line.speaks.set()


def ask(site: Site, path: str = "/readyz") -> tuple[int, Any, float]:
    """Status, answer, seconds."""
    began = perf_counter()
    try:
        with urllib.request.urlopen(f"{site.address}{path}", timeout=30) as answer:
            return answer.status, json.loads(answer.read()), perf_counter() - began
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), perf_counter() - began


DOWN = {"status": "unavailable", "database": "no answer"}
READY = {"status": "ok"}


def test_ready_is_the_database_and_its_migrations_and_nothing_else(site: Site, line: Line) -> None:
    """Mail, Sentry, shared cache and drafting are all down from the start."""
    assert ask(site)[:2] == (200, READY)
    line.cut()
    assert ask(site)[:2] == (503, DOWN)
    assert ask(site, "/healthz")[:2] == (200, READY), "a restart would not help"
    line.mend()
    assert ask(site)[:2] == (200, READY), "gets well by itself"

    line.speaks.clear()
    status, said, seconds = ask(site)
    assert (status, said) == (503, DOWN), "answered, however silent the database"
    print(f"\nsilence said after {seconds:.1f} s")
    assert ask(site, "/healthz")[:2] == (200, READY)
    line.speaks.set()
    assert [ask(site)[:2] for _ in range(2)][-1] == (200, READY)

    row = MigrationRecorder.Migration.objects.get(app="entries", name="0004_pause_and_erasure")
    row.delete()
    try:
        missing = {"status": "unavailable", "missing_migrations": ["entries.0004_pause_and_erasure"]}
        assert ask(site)[:2] == (503, missing)
    finally:
        MigrationRecorder.Migration.objects.create(app=row.app, name=row.name, applied=row.applied)
    status, said, seconds = ask(site)
    assert (status, said) == (200, READY)
    print(f"\nready after {seconds * 1000:.0f} ms")
