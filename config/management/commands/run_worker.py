import signal
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from config.env import ENV, UNKNOWN_ADDRESS
from config.ops.alarms.watch import look
from config.runtime.worker import BrokenOff, Worker
from tenants.commands.command import OneLineCommand
from tenants.commands.ready import away, database_name
from tenants.outbox.delivery import ServiceDown, due
from tenants.switches.models import Function
from tenants.switches.queries import stopped


class Command(OneLineCommand):
    """What raises in the loop is a fault for the log and Sentry, and no line of a command that was refused."""

    help = "Send the mails that wait in the outbox and do the jobs that are due, until SIGTERM or Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then exit")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Exit 0 when asked to stop, or with --once when nothing that is due is left."""
        if ENV.base_url == UNKNOWN_ADDRESS and not ENV.is_dev:
            raise CommandError("BASE_URL: set it, every mail has a link to this site")
        worker = Worker(watch=look)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.on_signal)
        self.stderr.write(f"worker on {database_name()}")
        if once:
            self._once(worker)
        else:
            worker.run()

    def _once(self, worker: Worker) -> None:
        try:
            if stopped(Function.READ_ONLY):
                raise CommandError("writing is stopped (manage.py pause read_only off resumes it); nothing was done")
            worker.rounds.make(at=timezone.now())
            worker.jobs.drain()
            while not worker.stop.asked and worker.postman.deliver_next(at=timezone.now()):
                pass
            worker.postman.hang_up()
        except ServiceDown as down:
            raise CommandError(f"{due(timezone.now()).count()} mails stay queued: {down}") from None
        except DatabaseError as error:
            raise away(error) from None
        except BrokenOff:
            raise CommandError("stopped; what was not sent stays queued") from None
