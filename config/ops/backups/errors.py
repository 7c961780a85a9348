"""What goes wrong with a backup, said in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


class BackupError(Exception):
    """Something that ops has to look at. The text is one line, says what and where, and holds no secret."""


class Damaged(BackupError):
    """A backup that must not be restored: cut short, changed, or not a backup at all."""


def first_line(error: Exception) -> str:
    """What a server said, without its second thoughts."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


@contextmanager
def said_clearly(so_far: str = "") -> Iterator[None]:
    """What the database or the disk refuses within this block is a BackupError too, so that it is noted, alarmed and said
    like one. `so_far` is what whoever reads it has to know first."""
    try:
        yield
    except psycopg.Error as error:
        raise BackupError(f"{so_far}the database refused: {first_line(error)}") from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise BackupError(f"{so_far}{place}{error.strerror or first_line(error)}") from None
