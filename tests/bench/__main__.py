"""The figures of the limits (docs/requirements.md) in one run: PostgreSQL with fsync, gunicorn as deployed, one machine.

`python -m tests.bench` measures all; `python -m tests.bench search` the parts that are named.
"""

import os
import shutil
import subprocess
import sys
from importlib import import_module

from tests.pgplugin import start_postgres

DURABLE = "-c shared_buffers=1GB -c random_page_cost=1.1 -c fsync=on -c synchronous_commit=on"
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
TEAMS = 800
PARTS = ("coach", "entries", "desk", "seeding", "lists", "uploads", "imports", "search", "backup")
LARGE = ("growth", "steps")
"""Only when named: they take long, and `growth` fills a database of gigabytes."""


def main() -> None:
    """Set a database and the product up, measure, print."""
    parts = sys.argv[1:] or PARTS
    if unknown := set(parts) - {*PARTS, *LARGE}:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}. Parts: {', '.join([*PARTS, *LARGE])}")
    if "entries" in parts and shutil.which("wrk") is None:
        sys.exit("make bench needs wrk: apt-get install wrk")
    os.environ["DATABASE_URL"] = start_postgres(DURABLE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True)
    import django

    django.setup()
    for part in parts:
        measure(part)


def measure(part: str) -> None:
    """Run one part: the module of its name, where that of `entries` is `measure`."""
    module = import_module(f"tests.bench.{'measure' if part == 'entries' else part}")
    if part in ("entries", "steps"):
        module.run(os.environ["DATABASE_URL"], seconds=SECONDS, teams=TEAMS)
    elif part in ("coach", "uploads"):
        module.run(os.environ["DATABASE_URL"])
    else:
        module.run()


if __name__ == "__main__":
    main()
