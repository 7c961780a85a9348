"""`manage.py preflight`: the deployment checklist of seed 002."""

import threading
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from config.ops.checklist import SHAPES, CheckLine, Word, count, failed, said
from config.ops.preflight.lines import POINTS, Point, go_through
from tenants.commands.command import OpsCommand
from tenants.commands.ready import database_name

LONGEST_WAIT = 3600
PAUSE_SECONDS = 2.0
WIDTH = 22


class Command(OpsCommand):
    help = "Go through the deployment checklist (seed 002), a line for each point; exit 1 when one must not stay so."

    def add_arguments(self, parser: CommandParser) -> None:
        """For a deployment that waits for another: `--only migrations --wait 900`."""
        names = ", ".join(point.key for point in POINTS)
        parser.add_argument("--only", nargs="+", metavar="NAME", help=f"look at these lines only: {names}")
        parser.add_argument("--wait", type=int, default=0, metavar="SECONDS", help="look again until nothing fails")

    def handle(self, *args: Any, only: list[str] | None, wait: int, **options: Any) -> None:
        """Every line is looked at, whatever the ones before it said."""
        points = _chosen(only)
        if not 0 <= wait <= LONGEST_WAIT:
            raise CommandError(f"--wait: write a number of seconds from 0 to {LONGEST_WAIT}")
        self.stdout.write(f"preflight: APP_ENV={settings.APP_ENV}、データベース {database_name()}（読み取りのみ）")
        ends = monotonic() + wait
        while wait and failed(go_through(points, at=timezone.now())) and monotonic() < ends:
            connection.close()
            threading.Event().wait(PAUSE_SECONDS)
        lines = [self._say(line) for line in go_through(points, at=timezone.now())]
        if wrong := failed(lines):
            raise CommandError(f"{len(lines)} 項目のうち NG {len(wrong)}: {'、'.join(line.topic for line in wrong)}")
        each = count(lines)
        summary = "、".join(f"{said(word)} {each[word]}" for word in (Word.OK, Word.LOOK, Word.NG))
        self.stdout.write(f"{len(lines)} 項目: {summary}")

    def _say(self, line: CheckLine) -> CheckLine:
        todo = f" → {line.todo}" if line.todo else ""
        self.stdout.write(f"{SHAPES[line.word]} {_wide(said(line.word), 5)}{_wide(line.topic, WIDTH)}{line.text}{todo}")
        self.stdout.flush()
        return line


def _chosen(only: list[str] | None) -> tuple[Point, ...]:
    known = {point.key: point for point in POINTS}
    unknown = [name for name in only or () if name not in known]
    if unknown:
        raise CommandError(f"--only: {unknown[0]} is no line of the list; there are {', '.join(known)}")
    return tuple(point for point in POINTS if not only or point.key in only)


def _wide(text: str, columns: int) -> str:
    """Text filled up to a column; Japanese letters are two wide."""
    return text + " " * max(1, columns - sum(1 if letter.isascii() else 2 for letter in text))
