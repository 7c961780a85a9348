"""Everything of a meet on paper and as tables, for a day without a network."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from entries.meet.models import Meet
from entries.report.lynx import lynx_files
from entries.report.master import master_files
from entries.report.paper_data import Programme
from entries.report.papers import PAPERS, make
from entries.report.start_list_csv import start_list_csv
from entries.report.starts_file import starts_xlsx
from entries.report.timing_files import NOTES

Files = Mapping[str, bytes]
TABLES: Mapping[str, Callable[[Meet], Files]] = {
    "start-lists-csv": lambda meet: {"start-lists.csv": start_list_csv(meet)},
    "starts-xlsx": lambda meet: {"starts.xlsx": starts_xlsx(meet)},
    "lynx": lambda meet: lynx_files(meet).with_notes(f"lynx-{NOTES}"),
    "master": lambda meet: master_files(meet).with_notes(f"master-{NOTES}"),
}
"""Kinds of tables, each with its files by name."""
KINDS = (*PAPERS, *TABLES)
COUNT = len(PAPERS) + 9
"""Files of all kinds together."""


def files_of(meet: Meet, *, at: datetime, only: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Name and content of each paper and table; of these kinds, or of all. Papers read the database once, a table for itself."""
    read = Programme(meet, at)
    for kind in PAPERS:
        if not only or kind in only:
            yield f"{meet.slug}-{kind}.pdf", make(kind, meet, at=at, programme=read)
    for kind, made in TABLES.items():
        if not only or kind in only:
            yield from ((f"{meet.slug}-{name}", content) for name, content in made(meet).items())
