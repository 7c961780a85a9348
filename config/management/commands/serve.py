"""`manage.py serve`: what `make run` and `make dev` call."""

import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config.demo.seeds.accounts import ACCOUNTS
from config.demo.seeds.demo import seed
from config.env import ENV, ROOT
from config.runtime.processes import ChildEnded, Children, die_with, when_interrupted
from config.runtime.static_files import collect_when_changed
from tenants.commands.command import OpsCommand
from tenants.commands.ready import database_name
from tenants.models import Tenant, User

MANAGE = (sys.executable, str(ROOT / "manage.py"))
WEB = (sys.executable, "-m", "config.runtime.web")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound to


class Stopped(Exception):
    """Ctrl-C, SIGTERM, or the terminal went away."""


class Command(OpsCommand):
    """The whole site on one machine."""

    help = "Set up what is missing, then serve the site and run its worker until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        """What `make dev` and the Makefile ask for."""
        parser.add_argument("--reload", action="store_true", help="Django's reloading server instead of gunicorn")
        parser.add_argument("--stop-with-parent", action="store_true", help="stop too when the parent is killed")

    def handle(self, *args: Any, reload: bool, stop_with_parent: bool, **options: Any) -> None:
        """Returns after Ctrl-C or SIGTERM; everything that was started is stopped then, whatever ended it."""
        _on_signals(_stop)
        children = Children()
        try:
            if stop_with_parent:
                die_with(os.getppid())()
                when_interrupted(os.getppid(), _stop)
            self._check_port()
            self._prepare()
            self._start(children, reload=reload)
            children.wait_for_end()
        except Stopped:
            if not children.all:
                raise CommandError("stopped before it served; the next start goes on from here") from None
            self.stdout.write("stopping …")
        except ChildEnded as ended:
            raise CommandError(str(ended)) from None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            _on_signals(signal.SIG_IGN)
            children.stop()

    def _check_port(self) -> None:
        host, port = _host_and_port()
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise CommandError(f"cannot serve on {host}:{port}: {error.strerror}. Try PORT={port + 1}.") from None

    def _prepare(self) -> None:
        """Migrations, static files and, on an empty database in dev, the demo; each only when it is missing."""
        self.stdout.write(f"database: {database_name()}")
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                self.stdout.write("migrating …")
                call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
            if collect_when_changed():
                self.stdout.write("static files collected")
            if settings.APP_ENV == "dev" and not User.objects.exists() and not Tenant.objects.exists():
                self.stdout.write("writing the demo …")
                seed(at=timezone.localtime())
        finally:
            connection.close()

    def _start(self, children: Children, *, reload: bool) -> None:
        """The web server first and the worker when it answers: they would only slow each other down."""
        host, port = _host_and_port()
        logs = ROOT / "var" / "log"
        if reload:
            command = (*MANAGE, "runserver", "--skip-checks", f"{host}:{port}")
            web = children.start("web", command, log=None, cwd=ROOT, DEBUG="True")
        else:
            web = children.start("web", WEB, log=logs / f"web-{port}.log", cwd=ROOT)
        children.wait_until_answers(web, ANY_ADDRESS.get(host, host), port)
        worker = logs / f"worker-{port}.log"
        children.start("worker", (*MANAGE, "run_worker"), log=worker, cwd=ROOT)
        mails = ", mails too" if ENV.mail.kind == "console" else ""
        self.stdout.write(f"logs: {logs.relative_to(ROOT)}/*-{port}.log{mails}")
        self._say_where(f"http://{ANY_ADDRESS.get(host, host)}:{port}/")

    def _say_where(self, address: str) -> None:
        """The last lines: who can sign in, and the address."""
        if settings.APP_ENV == "dev" and User.objects.filter(email=ACCOUNTS[0].email).exists():
            self.stdout.write("demo accounts (a password that was changed since is not shown):")
            for account in ACCOUNTS:
                set_outside = account.variable in ENV.seed_passwords
                self.stdout.write(f"  {account.email:<28} {account.variable if set_outside else account.password}")
        connection.close()
        self.stdout.write(f"NIT-SYS: {address}  (Ctrl-C stops it)")
        self.stdout.flush()


def _host_and_port() -> tuple[str, int]:
    host, _, port = ENV.bind.rpartition(":")
    return host, int(port)


def _stop(number: int = 0, frame: FrameType | None = None) -> None:
    raise Stopped


def _on_signals(handler: Any) -> None:
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, handler)
