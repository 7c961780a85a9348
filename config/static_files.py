"""Collecting static files only when one of them changed: most starts find nothing to do."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_when_changed() -> bool:
    """Bring STATIC_ROOT up to date; whether there was anything to do."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    now = _fingerprint()
    if stamp.exists() and Path(settings.STATIC_ROOT).is_dir() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True


def _fingerprint() -> str:
    """Path, size and time of every source file. The storage is in it too: another one writes other names."""
    seen = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            seen.update(f"{path}:{file.st_size}:{file.st_mtime_ns}\n".encode())
    return seen.hexdigest()
