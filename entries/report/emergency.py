"""Everything of a meet on paper and as tables, for a day without a network."""

from collections.abc import Collection, Iterator
from datetime import datetime

from entries.meet.models import Meet
from entries.report.paper_data import Programme
from entries.report.papers import PAPERS, make
from entries.report.start_list_csv import start_list_csv

CSV = "start-lists-csv"


def files_of(meet: Meet, *, at: datetime, only: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Name and content of each paper, and of the start lists as CSV; of these kinds, or of all. Papers read the database once."""
    read = Programme(meet, at)
    for kind in PAPERS:
        if not only or kind in only:
            yield f"{meet.slug}-{kind}.pdf", make(kind, meet, at=at, programme=read)
    if not only or CSV in only:
        yield f"{meet.slug}-start-lists.csv", start_list_csv(meet)
