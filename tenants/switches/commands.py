"""What the commands `maintenance` and `pause` share: reading a time, switching, and saying how it stands."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tenants.commands.terminal import printable
from tenants.switches import actions, queries
from tenants.switches.models import Function

IN_FLIGHT = "every process sees it within 1 s; requests under way are finished and stored"


def moment_of(text: str) -> datetime | None:
    """An instant in ISO form, in the site's zone when it names none; None for "". Raises CommandError."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
        if found is not None and timezone.is_naive(found):
            found = timezone.make_aware(found)
        if found is not None:
            timezone.localtime(found)
    except (ValueError, OverflowError):  # the first and the last day of all have no place in other zones
        found = None
    if found is None:
        raise CommandError(f"--until {printable(text)}: write it like 2026-11-23T12:00 or 2026-11-23T12:00+09:00")
    return found


def ask_what(parser: ArgumentParser, *, shown: str) -> None:
    """Add what is done, what is said, until when."""
    parser.add_argument("what", choices=("on", "off", "status"))
    parser.add_argument("--message", default="", help=shown)
    parser.add_argument("--until", default="", metavar="ISO", help="when it is expected back: 2026-11-23T12:00")


def switched(function: Function, what: str, *, message: str, back_at: datetime | None) -> str:
    """Stop it (or change what is said), let it go on, or neither; how it stands, on one line. Raises Refused."""
    if what == "on":
        actions.stop(function, by=None, at=timezone.now(), message=" ".join(message.split()), back_at=back_at)
    elif what == "off":
        actions.resume(function, by=None)
    switch = queries.switch_of(function)
    if switch.stopped_at is None:
        return f"{function.value}: off"
    since = timezone.localtime(switch.stopped_at).strftime("%Y-%m-%d %H:%M %Z")
    back = f", expected back {timezone.localtime(switch.back_at):%Y-%m-%d %H:%M %Z}" if switch.back_at else ""
    who = switch.by.email if switch.by else "a command"
    said = f": {printable(switch.message)}" if switch.message else ""
    return f"{function.value}: ON since {since} by {who}{back}{said} ({IN_FLIGHT})"
