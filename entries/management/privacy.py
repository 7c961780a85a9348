"""What the commands about archives and personal data have in common."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError, CommandParser

from entries.meet.lookup import NoSuchMeet, find_meet
from entries.meet.models import Meet
from tenants.models import User

LONGEST_ID = 18


def meet_of(text: str) -> Meet:
    """The meet `TENANT/SLUG`, or with this number. Raises CommandError."""
    if not text.isprintable():
        raise CommandError(f"{text!r} is no meet. Nothing was written.")
    try:
        return find_meet(text)
    except NoSuchMeet as nobody:
        raise CommandError(f"{nobody}. Nothing was written.") from None


def number_of(text: str) -> int:
    """A row's number. Raises CommandError for what is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise CommandError(f"{text!r} is no number. Nothing was written.")
    return int(text)


def actor_of(email: str) -> User | None:
    """Whose name stands in the trail; None for the system's own. Raises CommandError for an unknown address."""
    if not email:
        return None
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise CommandError("--by: no active account has this address. Nothing was written.")
    return found


@contextmanager
def writes_file(path: Path) -> Iterator[None]:
    """What may go wrong with a file that takes its name when it is whole, as one line. Raises CommandError."""
    try:
        yield
    except FileExistsError:
        raise CommandError(f"{path} is there already; add --force to overwrite it. Nothing was written.") from None
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}. Nothing was written.") from None


def ask_for_file(parser: CommandParser) -> None:
    """Add `--output` and `--force`."""
    parser.add_argument("--output", required=True, metavar="PATH", help="the ZIP file to write")
    parser.add_argument("--force", action="store_true", help="overwrite PATH when it is there")


def ask_for_trail(parser: CommandParser, why: str = "stands in the trail") -> None:
    """Add `--by` and `--why`; `why` says where the reason goes."""
    parser.add_argument("--by", default="", metavar="EMAIL", help="whose name stands in the trail")
    parser.add_argument("--why", default="", help=why)


def counted(counts: Mapping[str, int]) -> str:
    """Counts in one line, the empty ones left out."""
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing"
