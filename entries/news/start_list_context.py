"""Start lists as the public reads them: by race and heat, each start printed from a mould."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from entries.heat.start_list import WITHDRAWN, Listed
from entries.marks import format_time
from entries.meet.models import Meet, Race
from entries.meet.wording import start_said
from tenants.moulds import mark, mould_of, pour

ROW = "pieces/start_row.html"
VALUES = ("start", "data", "hip", "bib", "name", "beside", "team", "grade", "time", "note", "href", "why")


@dataclass(slots=True)
class HeatShown:
    """A heat with its starts, printed."""

    number: int
    name: str
    starts_at: str
    calls_at: str
    rows: SafeString
    size: int


@dataclass(slots=True)
class RaceShown:
    """A race with its heats; `first` and `last` say when it begins and when its last heat goes off."""

    race: Race
    heats: list[HeatShown] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(heat.size for heat in self.heats)


def by_race(
    meet: Meet,
    races: Iterable[Race],
    starts: Iterable[Listed],
    *,
    here: str,
    query: str,
    why: dict[int, str] | None = None,
) -> list[RaceShown]:
    """The starts, which are in the programme's order, under their races and heats.

    `here` is the address of the list and `query` what its links carry on; `why` says of a start why it is in its heat.
    """
    names, shown = {race.pk: race for race in races}, list[RaceShown]()
    printer = RowPrinter(here, query, why or {})
    for pk, of_race in groupby(starts, key=lambda one: one.race):
        shown.append(RaceShown(names[pk]))
        for number, of_heat in groupby(of_race, key=lambda one: one.heat):
            shown[-1].heats.append(_heat(meet, number, list(of_heat), printer))
    return shown


def _heat(meet: Meet, number: int, starts: Sequence[Listed], printer: "RowPrinter") -> HeatShown:
    first = starts[0]
    return HeatShown(
        number,
        f"h{first.race}-{number}",
        start_said(meet, first.starts_at) if first.starts_at else "",
        f"{first.calls_at.astimezone(meet.zone):%H:%M}" if first.calls_at else "",
        SafeString("".join(map(printer.row, starts))),
        len(starts),
    )


class RowPrinter:
    """Prints starts in the reader's language; each leads to the athlete's own page."""

    def __init__(self, here: str, query: str, why: dict[int, str]) -> None:
        self.here, self.query, self.why = here, query, why
        self.language = get_language() or ""

    def row(self, one: Listed) -> SafeString:
        """One start."""
        texts = {
            "name": one.name_here, "beside": one.name_beside, "team": one.team_short, "grade": one.grade, "note": one.note,
            "why": self.why.get(one.start, ""),
        }  # fmt: skip
        there = tuple(name for name, text in texts.items() if text)
        hip, bib = one.hip_number or "", one.bib or ""
        values = {name: escape(text) for name, text in texts.items()}
        values |= {
            "start": f"{one.start}",
            "hip": f"{hip}",
            "bib": f"{bib}",
            "time": format_time(one.seed_time) or "NT",
        }
        values["data"] = (
            f'data-start="{one.start}" data-race="{one.race}" data-heat="{one.heat}" data-hip="{hip}" '
            f'data-bib="{bib}" data-state="{one.state}"'
        )
        values["href"] = escape(f"{self.here}{one.start}/{self.query}")
        return pour(_mould(there, one.state == WITHDRAWN, one.bib is not None, self.language), values)


@cache
def _mould(there: tuple[str, ...], is_gone: bool, has_bib: bool, language: str) -> list[str]:
    """One for each way in which rows differ: which texts are there, withdrawn or not, with a bib or not."""
    optional = {"beside", "grade", "note", "why"}
    values: dict[str, object] = {name: mark(name) for name in VALUES if name not in optional or name in there}
    return mould_of(render_to_string(ROW, {**values, "is_gone": is_gone, "has_bib": has_bib}))
