"""`manage.py smoke`: what the predecessor's smoke script did after a deploy."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.demo.seeds.accounts import ADMIN, STAFF_A
from config.env import ENV
from config.ops.checklist import CheckLine, Word, count
from config.ops.smoke.desk import SLUG, address
from config.ops.smoke.http import Away, read_place
from config.ops.smoke.lines import READING
from config.ops.smoke.people import TIDY, WRITING
from config.ops.smoke.run import Account, Failed, Run, check
from config.ops.smoke.signin import open_login, sign_out
from tenants.commands.command import OpsCommand

LONGEST_WAIT = 600
MARKS = {Word.OK: "✓", Word.SKIPPED: "–", Word.NG: "✗"}
ADMIN_VARIABLES = f"{ADMIN.variable} or PLATFORM_ADMIN_PASSWORD"


class Command(OpsCommand):
    """Seed 000 section 5, line by line."""

    help = "Check a running deployment over HTTP, a line for each point of the P0 list; exit 1 when one fails."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, and as whom. Passwords come from the environment alone."""
        parser.add_argument("--base-url", required=True, help="for example https://entry.example.jp")
        parser.add_argument("--host", default="", help="host name to ask for, when it is not the one of --base-url")
        parser.add_argument("--admin-email", default=ADMIN.email, help=f"password from {ADMIN_VARIABLES}")
        parser.add_argument("--staff-email", default=STAFF_A.email, help=f"password from {STAFF_A.variable}")
        parser.add_argument("--read-only", action="store_true", help="leave out what writes: hosts and staff")
        parser.add_argument("--timeout", type=int, default=20, help="seconds to wait for an answer (20)")

    def handle(self, *args: Any, base_url: str, host: str, timeout: int, read_only: bool, **options: Any) -> None:
        """Every line is tried, whatever the ones before it said."""
        if not 0 < timeout <= LONGEST_WAIT:
            raise CommandError(f"--timeout: write a number of seconds from 1 to {LONGEST_WAIT}")
        try:
            run = Run(read_place(base_url, host=host), timeout, *_accounts(**options))
        except ValueError as error:
            raise CommandError(f"--base-url: {error}") from None
        writes = "reads only" if read_only else f"writes only to the host {SLUG} and to {address(0).replace('0', 'N')}"
        self.stdout.write(f"smoke at {run.place.scheme}://{run.place.name}: {writes}")
        self._greet(run)
        lines = [self._say(check(one, run)) for one in READING]
        lines += self._skip() if read_only else self._write(run)
        sign_out(run)
        n = count(lines)
        if n[Word.NG]:
            raise CommandError(f"{n[Word.NG]} of {len(lines)} lines failed")
        self.stdout.write(f"{n[Word.OK]} of {len(lines)} lines hold, {n[Word.SKIPPED]} skipped, none failed")

    def _greet(self, run: Run) -> None:
        """One line when nothing answers; and find out what kind of site this is, whose passwords may be the demo's."""
        try:
            run.visitor().get("/healthz")
            run.is_dev = open_login(run.visitor())
        except Away as away:
            raise CommandError(f"nothing answers at {run.place.scheme}://{run.place.name}: {away}") from None
        except Failed:
            run.is_dev = False
        if run.is_dev:
            run.admin = _in_dev(run.admin, ADMIN.email, ADMIN.password)
            run.staff = _in_dev(run.staff, STAFF_A.email, STAFF_A.password)

    def _write(self, run: Run) -> list[CheckLine]:
        """Whatever happens, also when it is asked to stop, what was activated is deactivated again."""
        before = signal.signal(signal.SIGTERM, _stop)
        try:
            lines = [self._say(check(one, run)) for one in WRITING]
        finally:
            signal.signal(signal.SIGTERM, before)
            tidied = self._say(check(TIDY, run))
        return [*lines, tidied]

    def _skip(self) -> list[CheckLine]:
        return [self._say(CheckLine("", Word.SKIPPED, f"{text}. Skipped: --read-only")) for text, _check in WRITING]

    def _say(self, line: CheckLine) -> CheckLine:
        todo = f". To do: {line.todo}" if line.todo else ""
        self.stdout.write(f"{MARKS[line.word]} {line.text}{todo}")
        self.stdout.flush()
        return line


def _accounts(admin_email: str, staff_email: str, **options: Any) -> tuple[Account, Account]:
    passwords = ENV.seed_passwords
    admin = passwords.get(ADMIN.variable) or ENV.platform_admin_password
    return (
        Account(admin_email, admin, ADMIN_VARIABLES, "/admin/"),
        Account(staff_email, passwords.get(STAFF_A.variable, ""), STAFF_A.variable, "/staff/search"),
    )


def _in_dev(account: Account, email: str, password: str) -> Account:
    """With the demo's own password, for the demo's own account."""
    return account if account.password or account.email != email else account._replace(password=password)


def _stop(number: int, frame: FrameType | None) -> None:
    raise CommandError("stopped")
