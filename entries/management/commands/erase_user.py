"""`manage.py erase_user ID [--apply]`."""

from typing import Any

from entries.management.commands import erase_athlete


class Command(erase_athlete.Command):
    """As for an athlete, for somebody who signs in."""

    help = "Erase one account's personal data everywhere, its deeds keeping a pseudonym; says what would change unless --apply is given."
    kind = "user"

    def find(self, number: int) -> Any:
        return erase_athlete.user_numbered(number)
