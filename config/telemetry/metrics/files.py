"""Where the processes of one server keep their counters, so that any of them can answer for all.

Files, because gunicorn's processes share no memory: each counts in a file of its own that it maps into memory (some
microseconds a count, no lock, no query), and whoever is asked adds them up. A process that ends leaves its counts.
This is read by gunicorn's configuration, before Django and before `prometheus_client` is imported.
"""

import os
import shutil
from pathlib import Path

from config.env import ENV, ROOT, hand_down

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
FOLDER = ROOT / "var" / "metrics"


def prepare() -> Path | None:
    """A fresh folder for the server that this process leads; None when /metrics is closed. Removes those of dead ones."""
    if not ENV.monitoring.metrics_token:
        return None
    for old in FOLDER.glob("*") if FOLDER.is_dir() else ():
        if old.name.isdigit() and not Path(f"/proc/{old.name}").exists() and Path("/proc/self").exists():
            shutil.rmtree(old, ignore_errors=True)
    mine = FOLDER / str(os.getpid())
    shutil.rmtree(mine, ignore_errors=True)
    mine.mkdir(parents=True)
    hand_down(VARIABLE, str(mine))
    return mine


def remove(folder: Path | None) -> None:
    """At the end of the server."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
