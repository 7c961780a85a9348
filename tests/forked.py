"""`manage.py` commands in processes of their own that begin in a moment: forked from one that has imported the site once.

Where it is the command that is tested, how the interpreter starts proves nothing.
"""

import multiprocessing
import os
import sys
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from django.core.management import ManagementUtility

from tests.site import database_url

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.imported"])


def begin_forking() -> None:
    """Start the process that imports the site, on the database of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")
        patch.setenv("DATABASE_URL", database_url())
        patch.setenv("APP_ENV", "dev")
        forkserver.ensure_running()


class Command:
    """A command that runs from now on; `said` is all that it printed."""

    def __init__(self, *words: str, out: Path) -> None:
        self._out = out
        self.process: ForkServerProcess = FORKS.Process(target=_run, args=(str(out), words))
        self.process.start()

    @property
    def said(self) -> str:
        return self._out.read_text() if self._out.exists() else ""

    def finish(self, seconds: float = 120) -> str:
        """Wait until it ended well; what it said."""
        self.process.join(seconds)
        assert self.process.exitcode == 0, self.said
        return self.said

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.join(30)


def _run(out: str, words: tuple[str, ...]) -> None:
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())
    ManagementUtility(["manage.py", *words]).execute()
