from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from tenants.commands.command import OpsCommand, database_may_refuse
from tenants.commands.ready import database_name
from tenants.commands.terminal import printable
from tenants.incidents import actions
from tenants.incidents.models import Incident
from tenants.incidents.queries import latest

WAIT_SECONDS = 10.0


class Command(OpsCommand):
    """The record of what was broken."""

    help = "Note an incident in our table, in Sentry ([Nit-Sys] 障害発生) and by mail to the contacts; add to it; close it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="open|note|close|list")
        opened = steps.add_parser("open", help="something is broken")
        opened.add_argument("--level", type=int, choices=(1, 2, 3), required=True)
        opened.add_argument("--title", required=True, help="goes to Sentry: nothing personal")
        opened.add_argument("--note", default="")
        noted = steps.add_parser("note", help="add a line to what is known")
        noted.add_argument("id", type=int)
        noted.add_argument("text")
        steps.add_parser("close", help="it is over").add_argument("id", type=int)
        steps.add_parser("list", help="the newest fifty, open ones first")

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        """Say which database, do the step."""
        self.stdout.write(f"incident {step} on {database_name()}")
        with database_may_refuse():
            getattr(self, f"_{step}")(options)

    def _open(self, options: dict[str, Any]) -> None:
        values = {name: options[name] for name in ("level", "title", "note")}
        incident = actions.open_incident(**values, by=None, at=timezone.now())
        self.stdout.write(_line(incident))
        told = actions.tell_sentry(incident, wait_seconds=WAIT_SECONDS)
        if not told.event_id:
            self.stdout.write("Sentry: not told, SENTRY_DSN is not set; the incident is noted here and mailed")
        elif told.trouble:
            self.stdout.write(f"Sentry: did not take event {told.event_id} ({told.trouble}); note it there by hand")
        else:
            self.stdout.write(f"Sentry: took event {told.event_id}")

    def _note(self, options: dict[str, Any]) -> None:
        incident = actions.add_note(_found(options["id"]), text=options["text"], by=None, at=timezone.now())
        self.stdout.write(_line(incident))

    def _close(self, options: dict[str, Any]) -> None:
        incident = _found(options["id"])
        if incident.closed_at is None:
            incident = actions.close(incident, by=None, at=timezone.now())
        self.stdout.write(_line(incident))

    def _list(self, options: dict[str, Any]) -> None:
        rows = list(latest().filter(closed_at=None)[:50])
        rows += latest().exclude(closed_at=None).order_by("-opened_at", "-pk")[: 50 - len(rows)]
        for incident in rows:
            self.stdout.write(_line(incident))
        if not rows:
            self.stdout.write("no incident was ever noted")


def _found(number: int) -> Incident:
    if not 0 < number < 2**63 or (incident := Incident.objects.filter(pk=number).first()) is None:
        raise CommandError(f"no incident {number}; see: python manage.py incident list")
    return incident


def _line(incident: Incident) -> str:
    opened = timezone.localtime(incident.opened_at).strftime("%Y-%m-%d %H:%M")
    closed = f"closed {timezone.localtime(incident.closed_at):%Y-%m-%d %H:%M}" if incident.closed_at else "OPEN"
    return f"incident {incident.pk}: level {incident.level}, {opened}, {closed}: {printable(incident.title)}"
