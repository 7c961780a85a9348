"""Writing files from the command line."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.management.base import CommandError


def write_all(output: str, files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Write each file into the directory, which is made when it is not there; yields a line for each. Raises CommandError."""
    if not output:
        raise CommandError("--output: say which directory. Nothing was written.")
    directory = Path(output)
    if directory.exists() and not directory.is_dir():
        raise CommandError(f"--output: {directory} is not a directory. Nothing was written.")
    for name, content in files:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            _write_whole(directory / name, content)
        except OSError as error:
            raise CommandError(f"cannot write {directory / name}: {error.strerror}") from error
        yield f"{directory / name}: {len(content):,} bytes"


def _write_whole(path: Path, content: bytes) -> None:
    """In place of what was there, in one step: a reader sees the old file or the new one, and a failure leaves no piece."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
