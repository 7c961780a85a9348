"""`manage.py performance_report` (contract 6; seed 002 「定期メンテナンス 大会後 パフォーマンスレビュー」)."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation

from config.ops.checklist_command import LANGUAGES
from config.ops.performance_report.period import span_since
from config.ops.performance_report.report import COLUMNS, Report, report, table_rows, text
from tenants.commands.command import OpsCommand
from tenants.commands.ready import check_ready, database_name
from tenants.files.tables import write_csv

MOST = 500


class Command(OpsCommand):
    help = "Print the slowest addresses and queries since a date, the busiest minutes, and what to look at first."
    refused = "the database does not answer: {}."

    def add_arguments(self, parser: CommandParser) -> None:
        """Since when, how much, and where else to."""
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="from this day on (a week ago)")
        parser.add_argument("--limit", type=int, default=20, help="rows of each table (20)")
        parser.add_argument(
            "--csv", type=Path, metavar="PATH", help="also write all rows to this file, which must be new"
        )
        parser.add_argument("--language", choices=LANGUAGES, default=settings.LANGUAGE_CODE, help="of the text")

    def handle(
        self, *args: Any, since: date | None, limit: int, csv: Path | None, language: str, **options: Any
    ) -> None:
        """Read, print, and write the file when one is asked for."""
        if not 1 <= limit <= MOST:
            raise CommandError(f"--limit: write a number from 1 to {MOST}")
        try:
            span = span_since(since, at=timezone.now())
        except ValueError as error:
            raise CommandError(f"--since: {error}") from None
        check_ready()
        with translation.override(language):
            found = report(span, limit=limit)
            self.stdout.write("\n".join([f"performance_report  {database_name()}", *text(found)]))
        if csv is not None:
            self._write(csv, found)

    def _write(self, path: Path, found: Report) -> None:
        rows = list(table_rows(found))
        try:
            with path.open("xb") as file:
                file.write(write_csv(COLUMNS, rows))
        except OSError as error:
            raise CommandError(f"--csv: {path}: {error.strerror}") from None
        self.stdout.write(f"{len(rows)} rows in {path}")


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise ArgumentTypeError(f"write a day as YYYY-MM-DD, not {typed[:40]!r}") from None
