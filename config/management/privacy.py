"""What the commands about archives and personal data have in common."""

from collections.abc import Mapping

from django.core.management.base import CommandError
from django.db import DatabaseError

from config.management.ready import reason
from config.routine.meets import NoSuchMeet, find_meet
from entries.meet.models import Meet
from tenants.models import User
from tenants.refusal import Refused
from tenants.wording import say

DRY = "dry run: nothing was written; add --apply"
LONGEST_ID = 18


def meet_of(text: str) -> Meet:
    """The meet `TENANT/SLUG`, or with this number. Raises CommandError."""
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


def refused(refusal: Refused) -> CommandError:
    """What a rule said, as one line."""
    return CommandError(f"{say(refusal).rstrip('.。')}. Nothing was written.")


def broken(error: DatabaseError) -> CommandError:
    """What the database said, as one line."""
    return CommandError(f"the database refused: {reason(error)}. Run it again: it goes on where it stopped.")


def counted(counts: Mapping[str, int]) -> str:
    """Counts in one line, the empty ones left out."""
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing"
