"""`manage.py weekly_check` (contract 6; seed 002 「定期メンテナンス 週次」)."""

from typing import Any

from django.utils import timezone

from config.ops.checklist_command import ChecklistCommand
from config.ops.weekly_check.lines import weekly_lines
from tenants.commands.ready import check_ready


class Command(ChecklistCommand):
    """Logs, disk, backups, and what ages quietly."""

    kind = "weekly_check"
    help = "Go through the weekly list (logs, disk, backups): a line each with what to do; exit 1 when one is NG."

    def handle(self, *args: Any, json: bool, language: str, **options: Any) -> None:
        """Reads; its only write is the note of this run, with which the next one compares."""
        check_ready()
        self.go_through(lambda: weekly_lines(at=timezone.now()), title="weekly_check", as_json=json, language=language)
