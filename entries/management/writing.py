"""Writing files from the command line."""

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """In place of what was there, in one step: a reader sees the old file or the new one. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
