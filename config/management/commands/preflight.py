"""`manage.py preflight`: the deployment checklist of seed 002."""

import threading
from collections import Counter
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from config.ops.preflight.line import Line, Mark, Seen
from config.ops.preflight.lines import LINES, failed, look
from config.ops.ready import database_name

LONGEST_WAIT = 3600
PAUSE_SECONDS = 2.0
WIDTH = 22


class Command(BaseCommand):
    help = "Go through the deployment checklist (seed 002), a line for each point; exit 1 when one must not stay so."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """For a deployment that waits for another: `--only migrations --wait 900`."""
        names = ", ".join(line.key for line in LINES)
        parser.add_argument("--only", nargs="+", metavar="NAME", help=f"look at these lines only: {names}")
        parser.add_argument("--wait", type=int, default=0, metavar="SECONDS", help="look again until nothing fails")

    def handle(self, *args: Any, only: list[str] | None, wait: int, **options: Any) -> None:
        """Every line is looked at, whatever the ones before it said."""
        lines = _chosen(only)
        if not 0 <= wait <= LONGEST_WAIT:
            raise CommandError(f"--wait: write a number of seconds from 0 to {LONGEST_WAIT}")
        self.stdout.write(f"preflight: APP_ENV={settings.APP_ENV}、データベース {database_name()}（読み取りのみ）")
        ends = monotonic() + wait
        while wait and failed(look(lines, at=timezone.now())) and monotonic() < ends:
            connection.close()
            threading.Event().wait(PAUSE_SECONDS)
        results = []
        for line, seen in look(lines, at=timezone.now()):
            self._say(line, seen)
            results.append((line, seen))
        self._conclude(results)

    def _say(self, line: Line, seen: Seen) -> None:
        todo = f" → {seen.todo}" if seen.todo else ""
        self.stdout.write(f"{seen.mark.shape} {_wide(seen.mark.value, 5)}{_wide(line.name, WIDTH)}{seen.text}{todo}")
        self.stdout.flush()

    def _conclude(self, results: list[tuple[Line, Seen]]) -> None:
        count = Counter(seen.mark for _line, seen in results)
        summary = "、".join(f"{mark.value} {count[mark]}" for mark in Mark)
        wrong = failed(results)
        if wrong:
            raise CommandError(f"{len(results)} 項目のうち NG {len(wrong)}: {'、'.join(line.name for line in wrong)}")
        self.stdout.write(f"{len(results)} 項目: {summary}")


def _chosen(only: list[str] | None) -> tuple[Line, ...]:
    known = {line.key: line for line in LINES}
    unknown = [name for name in only or () if name not in known]
    if unknown:
        raise CommandError(f"--only: {unknown[0]} is no line of the list; there are {', '.join(known)}")
    return tuple(line for line in LINES if not only or line.key in only)


def _wide(text: str, columns: int) -> str:
    """Text filled up to a column; Japanese letters are two wide."""
    return text + " " * max(1, columns - sum(1 if letter.isascii() else 2 for letter in text))
