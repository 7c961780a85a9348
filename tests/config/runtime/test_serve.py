"""`manage.py serve`, as `make run` calls it: one command, and nothing is left of it afterwards.

The processes are looked for by an entry of their environment, so that nothing else on the machine is taken for ours.
"""

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.site import hear_interrupts

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

NOT_INHERITED = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "MAKE", "MFLAGS")
"""What the make that runs the suite would pass on: a make below it says which folder it enters."""


class Serve:
    """A `manage.py serve` below a make, on a database and a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.mark = f"NITSYS_TEST_MARK={folder}"
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []
        (folder / "Makefile").write_text(f"run:\n\t@exec {sys.executable} {ROOT}/manage.py serve --stop-with-parent\n")

    def start(self, **env: str) -> None:
        name, value = self.mark.split("=")
        clean = {key: text for key, text in os.environ.items() if not key.startswith(NOT_INHERITED)}
        self.process = subprocess.Popen(
            ["make", "run"], cwd=self.folder, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=hear_interrupts,
            env={**clean, "APP_ENV": "dev", "PORT": str(self.port), "WEB_CONCURRENCY": "1", name: value,
                 "DATABASE_URL": f"sqlite:///{self.folder}/site.sqlite3", **env},
        )  # fmt: skip

    def until_ready(self) -> None:
        """Read what it says until the address."""
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("NIT-SYS: "):
                return
        raise AssertionError(self.lines)

    def status(self, path: str = "/healthz") -> int:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request("GET", path)
        answer = link.getresponse().status
        link.close()
        return answer

    def running(self) -> dict[int, str]:
        """Our processes: number and command line."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                    found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return {pid: words for pid, words in found.items() if words}

    def one(self, words: str) -> int:
        """The oldest of our processes with these words in its command line."""
        return min(pid for pid, line in self.running().items() if words in line)

    def end(self) -> int:
        """Wait until make and all that it started are gone; make's status."""
        assert self.process is not None
        status = self.process.wait(timeout=60)
        ends = monotonic() + 30
        while self.running():
            assert monotonic() < ends, self.running()
            os.sched_yield()
        return status


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    one = Serve(tmp_path)
    yield one
    for pid in one.running():
        os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is set up and not empty, so that nothing is seeded."""
    path = tmp_path_factory.mktemp("serve") / "site.sqlite3"
    clean = {key: text for key, text in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    env = {**clean, "APP_ENV": "dev", "DATABASE_URL": f"sqlite:///{path}"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO tenants_tenant (slug, name, plan, is_active, contact_email, contact_phone, payment_note, created_at)"
            " VALUES ('own', 'Own', 'standard', 1, '', '', '', '2027-01-01')"
        )
    database.close()  # what was written moves from its journal into the file, which is copied alone
    return path


@pytest.fixture
def quick(serve: Serve, migrated: Path) -> Serve:
    """A server that starts at once."""
    shutil.copy(migrated, serve.folder / "site.sqlite3")
    return serve


def test_it_sets_up_seeds_serves_and_stops_all_on_sigterm(serve: Serve) -> None:
    serve.start()
    serve.until_ready()
    assert serve.lines[-1].startswith(f"NIT-SYS: http://127.0.0.1:{serve.port}/")
    assert any(line.split() == ["coach-a@example.com", "CoachAPass123!"] for line in serve.lines[-10:])
    assert [serve.status(path) for path in ("/healthz", "/readyz", "/", "/meets/tenant-a/ld326/")] == [200] * 4
    assert any("run_worker" in words for words in serve.running().values())
    assert serve.process is not None
    os.kill(serve.process.pid, signal.SIGTERM)
    serve.end()
    with pytest.raises(ConnectionRefusedError):
        serve.status()


@pytest.mark.parametrize("how", ["ctrl-c", "sigint to make alone", "make killed", "serve killed"])
def test_nothing_outlives_it(quick: Serve, how: str) -> None:
    quick.start()
    quick.until_ready()
    assert not {"migrating …", "writing the demo …"} & set(quick.lines), "there was nothing to set up"
    assert quick.process is not None
    if how == "ctrl-c":
        os.killpg(quick.process.pid, signal.SIGINT)
    elif how == "sigint to make alone":
        os.kill(quick.process.pid, signal.SIGINT)
    elif how == "make killed":
        os.kill(quick.process.pid, signal.SIGKILL)
    else:
        os.kill(quick.one("manage.py serve"), signal.SIGKILL)
    assert quick.end() != 0


@pytest.mark.parametrize("child", ["run_worker", "config.runtime.web"])
def test_when_a_part_dies_all_stops_and_the_status_says_so(quick: Serve, child: str) -> None:
    quick.start()
    quick.until_ready()
    os.kill(quick.one(child), signal.SIGKILL)
    assert quick.end() == 2, "make's way to say that its recipe failed"
    assert quick.process is not None
    assert quick.process.stdout is not None
    name = {"run_worker": "worker", "config.runtime.web": "web"}[child]
    assert f"CommandError: the {name} process ended with status -9, see " in quick.process.stdout.read()


def test_stopped_while_it_sets_up_it_leaves_nothing_half_done(serve: Serve) -> None:
    serve.start()
    assert serve.process is not None
    assert serve.process.stdout is not None
    for line in serve.process.stdout:
        if line.startswith("writing the demo"):
            break
    os.kill(serve.process.pid, signal.SIGTERM)
    serve.end()
    with sqlite3.connect(serve.folder / "site.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM tenants_user").fetchone() == (0,)


def test_a_port_in_use_is_said_in_one_line(quick: Serve) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", quick.port))
        other.listen()
        quick.start()
        assert quick.process is not None
        said, _ = quick.process.communicate(timeout=60)
        assert quick.end() == 2
    assert said.splitlines()[0].startswith(
        f"CommandError: cannot serve on 127.0.0.1:{quick.port}: Address already in use"
    )
    assert len(said.splitlines()) == 2


def test_a_database_that_does_not_answer_is_said_in_one_line_without_its_password(quick: Serve) -> None:
    quick.start(DATABASE_URL="postgres://someone:canary@127.0.0.1:1/nitsys")
    assert quick.process is not None
    said, _ = quick.process.communicate(timeout=60)
    assert quick.end() == 2
    assert said.splitlines()[0] == "database: 127.0.0.1 nitsys"
    assert said.splitlines()[1].startswith("CommandError: the database does not answer: ")
    assert "canary" not in said
