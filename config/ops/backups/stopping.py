"""A command that is told to stop cleans up behind itself."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from config.ops.backups.errors import BackupError


@contextmanager
def cleanly() -> Iterator[None]:
    """Within this block SIGTERM and Ctrl-C raise, so that temporary files and databases go. Main thread only.

    The first one alone: who presses Ctrl-C again, or a platform that asks twice, would break off the cleaning up.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise BackupError("stopped before it was through; nothing was changed that is not said above")

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
