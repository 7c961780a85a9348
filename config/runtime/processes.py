"""Starting processes that never outlive us, and knowing when one of them ends."""

import ctypes
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType

from config.env import for_child

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5
SECONDS_TO_START = 60
SECONDS_TO_STOP = 35
"""A little more than gunicorn gives a request that is under way (`graceful_timeout`)."""


class ChildEnded(Exception):
    """A child ended though nobody asked it to, or it never answered."""


@dataclass(frozen=True)
class Child:
    """A process of ours, leader of a group of its own: a Ctrl-C in the terminal reaches it only through us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    def ended(self, how: str) -> ChildEnded:
        """What to say when it ended by itself."""
        where = f", see {self.log}" if self.log else ""
        return ChildEnded(f"the {self.name} process {how}{where}")


def die_with(parent: int) -> Callable[[], None]:
    """For a new process: end when `parent` does, even by SIGKILL. Only Linux can; elsewhere it does nothing."""

    def die() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)

    return die


def when_interrupted(parent: int, call: Callable[[], None]) -> None:
    """Call `call` once `parent` got a SIGINT that did not reach us. Only Linux shows it; elsewhere nothing happens.

    A terminal's Ctrl-C reaches everyone. But make, when it alone is interrupted, waits for its recipe to end by itself,
    which a server never does. What can be seen is that make then no longer catches SIGINT.
    """
    if not _catches_interrupts(parent):
        return

    def look(number: int, frame: FrameType | None) -> None:
        if not _catches_interrupts(parent):
            signal.setitimer(signal.ITIMER_REAL, 0)
            call()

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)


def _catches_interrupts(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)


class Children:
    """Processes that one command started, all of which it stops."""

    def __init__(self) -> None:
        self.all: list[Child] = []

    def start(self, name: str, command: Sequence[str], *, log: Path | None, cwd: Path, **env: str) -> Child:
        """Start a process with our environment and `env`. With a log its output goes there, else to our terminal."""
        out = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            out = log.open("wb")
        process = subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=cwd, env=for_child(**env), stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=die_with(os.getpid()),
        )  # fmt: skip
        if out is not None:
            out.close()
        child = Child(name, process, log)
        self.all.append(child)
        return child

    def wait_until_answers(self, child: Child, host: str, port: int) -> None:
        """Until the child's web server gives any answer at all. Raises ChildEnded."""
        ends = monotonic() + SECONDS_TO_START
        while not _answers(host, port):
            try:  # a bounded wait for the next try, which ends early when the process does
                status = child.process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                if monotonic() > ends:
                    raise child.ended("does not answer") from None
            else:
                raise child.ended(f"ended with status {status}")

    def wait_for_end(self) -> None:
        """Until one of the children ends, and then always raises ChildEnded."""
        pid, status = os.wait()
        child = next(child for child in self.all if child.process.pid == pid)
        child.process.returncode = os.waitstatus_to_exitcode(status)
        raise child.ended(f"ended with status {child.process.returncode}")

    def stop(self) -> None:
        """End all of them with their own children: SIGTERM first, so that requests under way are finished."""
        ends = monotonic() + SECONDS_TO_STOP
        for child in reversed(self.all):
            _signal(child, signal.SIGTERM)
        for child in self.all:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=max(0.1, ends - monotonic()))
            _signal(child, signal.SIGKILL)
            child.process.wait()
        self.all.clear()


def _signal(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def _answers(host: str, port: int) -> bool:
    link = http.client.HTTPConnection(host, port, timeout=5)
    try:
        link.request("GET", "/healthz")
        link.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
    return True
