"""What the checklist commands have in common: print it, note it, exit 1 when something is NG."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone, translation

from config.ops.checklist import CheckLine, facts_by_key, failed, for_machines, plain, tally, worst
from config.ops.humanize import day
from tenants.commands.command import OpsCommand
from tenants.commands.ready import database_name
from tenants.commands.terminal import printable
from tenants.upkeep.actions import noted

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class ChecklistCommand(OpsCommand):
    """A list that is gone through line by line. Its only write is the note of the run (`OpsRun`)."""

    kind = ""
    refused = "the database does not answer: {}."

    def add_arguments(self, parser: CommandParser) -> None:
        """As text for people, or as JSON for machines."""
        parser.add_argument("--json", action="store_true", help="JSON instead of text")
        parser.add_argument("--language", choices=LANGUAGES, default=settings.LANGUAGE_CODE, help="of the text")

    def go_through(
        self, look: Callable[[], list[CheckLine]], *, title: str, as_json: bool, language: str, **facts: Any
    ) -> None:
        """Print the lines and note them. Raises CommandError naming the lines that are NG."""
        if not as_json:
            self.stdout.write(f"{title}  {day(timezone.now())}  {settings.APP_ENV}  {database_name()}")
        with noted(self.kind) as run, translation.override(language):
            lines = look()
            run.facts = {**facts, **facts_by_key(lines)}
            run.succeeded = not failed(lines)
            self.stdout.write(self._json(lines, facts) if as_json else _text(lines))
        if wrong := failed(lines):
            raise CommandError(f"{len(wrong)} NG: {', '.join(line.key for line in wrong)}")

    def _json(self, lines: list[CheckLine], facts: dict[str, Any]) -> str:
        found = {
            "command": self.kind,
            "at": timezone.now().isoformat(),
            "app_env": settings.APP_ENV,
            "database": database_name(),
            **facts,
            "worst": str(worst(lines)),
            "lines": for_machines(lines),
        }
        return json.dumps(found, ensure_ascii=False, indent=1, default=str)


def _text(lines: list[CheckLine]) -> str:
    return "\n".join([*(printable(line) for line in plain(lines)), "", tally(lines)])
