"""What the start list says: the one answer for public pages, papers and files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext

from entries.entry.models import Entry
from entries.heat.models import Bib, Start, StartQuerySet
from entries.heat.queries import bibs_of, dict_of_slots
from entries.heat.reasons import others_named
from entries.heat.wording import why
from entries.meet.models import Meet
from entries.roster.models import in_latin
from entries.roster.queries import found_in_public

LISTED, WITHDRAWN = "listed", "withdrawn"
LONGEST_BIB = 8


@dataclass(frozen=True, slots=True)
class Listed:
    """A start as lists, papers and files show it. Times in hundredths of a second; names as they are typed, `name_here` and
    `note` in the reader's language."""

    start: int
    entry: int
    athlete: int
    team_id: int
    race: int
    heat: int
    hip_number: int | None
    bib: int | None
    name: str
    kana: str
    romaji: str
    name_here: str
    name_beside: str
    team: str
    team_short: str
    prefecture: str
    grade: str
    sex: str
    seed_time: int | None
    personal_best: int | None
    shoe: str
    is_pacemaker: bool
    state: str
    note: str
    starts_at: datetime | None
    calls_at: datetime | None
    """Until when one reports to the call room; None where the heat has no time, or the meet says no call."""


def start_list_of(
    meet: Meet, *, races: Iterable[int] | None = None, words: str = "", only: Q | None = None
) -> list[Listed]:
    """The starts in the order of the programme, heat by heat, by hip number. Three queries, whatever their number.

    `races` narrows to these; each of the `words` must stand in name, kana, team or be the bib; `only` is one more condition
    on starts.
    """
    rows = Start.objects.filter(heat__race__meet=meet)
    if races is not None:
        rows = rows.filter(heat__race__in=list(races))
    if words:
        rows = rows.filter(_words(meet, words))
    if only is not None:
        rows = rows.filter(only)
    starts = list(_in_order(rows))
    few = {start.entry.athlete_id for start in starts} if only is not None or words else None
    bibs, slots = bibs_of(meet, athletes=few), dict_of_slots(meet)
    return [_listed(start, bibs, slots, meet) for start in starts]


_READ = (
    "hip_number", *(f"listed_{part}" for part in ("name", "kana", "romaji", "team", "team_short", "grade")),
    "heat__race", "heat__number", "entry__athlete", "entry__submission",
    *(f"entry__{name}" for name in ("seed_time", "personal_best", "shoe_declared", "pacemaker", "withdrawn_at")),
    *(f"entry__athlete__{name}" for name in (
        "family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji", "grade", "sex",
    )),
    "entry__submission__team", *(f"entry__submission__team__{name}" for name in ("name", "short_name", "prefecture")),
)  # fmt: skip
"""Of nearly two hundred columns those that a list shows."""


def _words(meet: Meet, words: str) -> Q:
    def bib(number: str) -> Q:
        if not number.isascii() or not number.isdecimal() or len(number) > LONGEST_BIB:
            return Q(pk__in=[])
        return Q(entry__athlete__in=Bib.objects.filter(meet=meet, number=int(number)).values("athlete"))

    athlete, team = "entry__athlete__search_key", "entry__submission__team__search_key"
    return found_in_public(words, athlete=athlete, team=team, number=bib)


def _in_order(rows: StartQuerySet) -> StartQuerySet:
    return rows.select_related("heat", "entry__athlete", "entry__submission__team").only(*_READ).in_programme_order()


def _listed(start: Start, bibs: dict[int, int], slots: dict[tuple[int, int], datetime], meet: Meet) -> Listed:
    entry, heat = start.entry, start.heat
    athlete, team, called = entry.athlete, entry.submission.team, called_of(start)
    at = slots.get((heat.race_id, heat.number))
    calls = at - timedelta(minutes=meet.call_minutes) if at and meet.call_minutes else None
    here, beside = (called.romaji, called.name) if in_latin() and called.romaji else (called.name, called.kana)
    return Listed(
        start.pk, entry.pk, athlete.pk, team.pk, heat.race_id, heat.number, start.hip_number, bibs.get(athlete.pk),
        called.name, called.kana, called.romaji, here, beside, called.team, called.team_short, team.prefecture, called.grade,
        athlete.sex, entry.seed_time, entry.personal_best, entry.shoe_declared, entry.pacemaker,
        WITHDRAWN if entry.withdrawn_at else LISTED, note_of(entry.withdrawn_at, is_pacemaker=entry.pacemaker), at, calls,
    )  # fmt: skip


class Called(NamedTuple):
    """How lists call a runner; the columns `listed_…` of a start."""

    name: str
    kana: str
    romaji: str
    team: str
    team_short: str
    grade: str


def called_of(start: Start) -> Called:
    """As when lists went out first; before that, as the roster says now."""
    if start.listed_name:
        return Called(*(getattr(start, f"listed_{part}") for part in Called._fields))
    athlete, team = start.entry.athlete, start.entry.submission.team
    return Called(
        athlete.full_name, athlete.full_kana, athlete.full_romaji, team.name, team.printed_name, athlete.grade
    )


def note_of(withdrawn_at: datetime | None, *, is_pacemaker: bool) -> str:
    """What lists say beside a start, in the reader's language."""
    if withdrawn_at:
        return gettext("取り消し済み")
    return gettext("ペースメーカー") if is_pacemaker else ""


def why_of(starts: Sequence[Listed]) -> dict[int, str]:
    """Why each of these starts is in its heat, in one sentence of the reader's language. Two queries."""
    rows = list(Start.objects.filter(pk__in=[one.start for one in starts]).select_related("heat"))
    named = {entry for row in rows for entry in others_named(row.reason)}
    entries = {row.pk: row for row in Entry.objects.filter(pk__in=named).select_related("athlete")}
    return {row.pk: why(row.reason, row.heat.number, entries) for row in rows}
