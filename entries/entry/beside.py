"""What later rooms say beside an entry on its receipt: heat, hip number and time, once these are known; and where they lead from it.

A room registers in its `rules.py`, while the site starts; this room knows none of them.
"""

from collections.abc import Callable, Mapping, Sequence

from entries.entry.models import Entry, Submission
from entries.meet.models import Meet

Says = Callable[[Meet, Sequence[Entry]], Mapping[int, str]]
"""Of some entries of a meet: entry -> a few words in the reader's language. Nothing for those of which there is nothing to say."""

_says: dict[str, Says] = {}


def beside_entries(says: Says) -> Says:
    """Decorator: let a room speak. Raises ValueError when the name is taken."""
    if says.__name__ in _says:
        raise ValueError(f"registered twice: {says.__name__}")
    _says[says.__name__] = says
    return says


def said_beside(meet: Meet, entries: Sequence[Entry]) -> dict[int, str]:
    """What all rooms say, in their order; rooms that have nothing to say ask nothing of the database."""
    found: dict[int, str] = {}
    for says in _says.values():
        for entry, words in says(meet, entries).items():
            found[entry] = f"{found[entry]} {words}" if entry in found else words
    return found


Leads = Callable[[Submission], tuple[str, str] | None]
"""From a receipt to a page of a later room: words in the reader's language and address; None where there is nothing to do."""

_leads: dict[str, Leads] = {}


def below_receipt(leads: Leads) -> Leads:
    """Decorator: let a room lead on from a receipt. Raises ValueError when the name is taken."""
    if leads.__name__ in _leads:
        raise ValueError(f"registered twice: {leads.__name__}")
    _leads[leads.__name__] = leads
    return leads


def links_below(submission: Submission) -> list[tuple[str, str]]:
    """Where all rooms lead, in their order."""
    return [found for leads in _leads.values() if (found := leads(submission))]
