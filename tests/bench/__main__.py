"""The figures of the limits (docs/requirements.md) in one run: PostgreSQL with fsync, gunicorn as deployed, one machine.

`python -m tests.bench` measures all; `python -m tests.bench search` the parts that are named.
"""

import os
import shutil
import subprocess
import sys

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
    """Run one part."""
    if part == "imports":
        from tests.bench import imports

        imports.run()
    elif part == "desk":
        from tests.bench import desk

        desk.run()
    elif part == "seeding":
        from tests.bench import seeding

        seeding.run()
    elif part == "lists":
        from tests.bench import lists

        lists.run()
    elif part == "uploads":
        from tests.bench import uploads

        uploads.run(os.environ["DATABASE_URL"])
    elif part == "coach":
        from tests.bench import coach

        coach.run(os.environ["DATABASE_URL"])
    elif part == "growth":
        from tests.bench import growth

        growth.run()
    elif part == "backup":
        from tests.bench import backup

        backup.run()
    elif part == "steps":
        from tests.bench import steps

        steps.run(os.environ["DATABASE_URL"], seconds=SECONDS, teams=TEAMS)
    elif part == "search":
        from tests.bench import search

        search.run()
    else:
        from tests.bench import measure as entries

        entries.run(os.environ["DATABASE_URL"], seconds=SECONDS, teams=TEAMS)


if __name__ == "__main__":
    main()
