"""Collecting static files only when one of them changed: most starts find nothing to do."""

import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_when_changed() -> bool:
    """Bring STATIC_ROOT up to date; whether there was anything to do. Who starts at the same time waits: two that collect into one
    folder take each other's files away."""
    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _collect(root, root.with_suffix(".stamp"))


def _collect(root: Path, stamp: Path) -> bool:
    now = _fingerprint()
    if stamp.exists() and root.is_dir() and stamp.read_text() == now:
        return False
    for path, _ in _sources():  # collectstatic leaves a copy alone that looks newer, for example after a roll-back
        (root / path).unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True


def _sources() -> Iterator[tuple[str, Path]]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            yield path, Path(storage.path(path))


def _fingerprint() -> str:
    """Path, size and time of every source file. The storage is in it too: another one writes other names."""
    seen = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for path, file in _sources():
        state = file.stat()
        seen.update(f"{path}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()
