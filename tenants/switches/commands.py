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


def moment_of(text: str | None) -> datetime | None:
    """An instant in ISO form, in the site's zone when it names none; None for nothing. Raises CommandError."""
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
    kept = "; left out, what was said before stays"
    parser.add_argument("--message", help=shown + kept)
    parser.add_argument("--until", metavar="ISO", help="when it is expected back: 2026-11-23T12:00" + kept)


def switched(function: Function, what: str, *, message: str | None, until: str | None) -> str:
    """Stop it (or change what is said), let it go on, or neither; how it stands, on one line. What is None stays as it
    was said before. Raises Refused, and CommandError for a time that cannot be read."""
    back_at = moment_of(until)
    if what == "on":
        before = queries.switch_of(function)
        said = before.message if message is None else " ".join(message.split())
        expected = before.back_at if until is None else back_at
        actions.stop(function, by=None, at=timezone.now(), message=said, back_at=expected)
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
