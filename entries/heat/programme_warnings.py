"""What wants to be looked at on the programme desk: each a sentence that leads to where it is mended. At most two queries, for shoes;
everything else is said of lines that are loaded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from catalog.shoes.wording import said as said_of_shoe
from entries.entry.models import Entry
from entries.entry.shoes import verdicts_of
from entries.heat.programme_context import RaceLine
from entries.heat.run_time import Key, Planned, overlaps, rounded_up
from entries.heat.timetable import ends_by_day, running_now
from entries.heat.timetable_shown import clash_said, heat_named, names_of
from entries.meet.models import Meet
from entries.meet.wording import clock
from entries.roster.athlete_fields import print_warnings
from tenants.refusal import Refused
from tenants.wording import say

MOST_SAID = 30
OPEN_UP_TO = 5
"""So many sentences of a kind stand open."""
TIMETABLE = "#timetable"


@dataclass(frozen=True, slots=True)
class Said:
    """One warning, and the address where it is mended."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Warnings of one kind."""

    kind: str
    title: str | Promise
    count: int
    said: Sequence[Said]

    @property
    def is_open(self) -> bool:
        return self.count <= OPEN_UP_TO

    @property
    def is_about_times(self) -> bool:
        """Whether filling the timetable mends it."""
        return any(one.address == TIMETABLE for one in self.said)

    @property
    def more(self) -> int:
        """How many are not said."""
        return self.count - len(self.said)


@dataclass(slots=True)
class Programme:
    """All that warnings look at."""

    meet: Meet
    lines: Sequence[RaceLine]
    planned: Mapping[Key, Planned]
    """The heats that have a start."""
    names: Mapping[int, str]


def warnings_of(meet: Meet, lines: Sequence[RaceLine]) -> list[Group]:
    """Of each kind that there is something to say about, the weightiest first."""
    programme = Programme(meet, lines, running_now(meet, [line.times for line in lines]), names_of(lines))
    groups = []
    for kind, title, look in KINDS:
        found = list(look(programme))
        if found:
            groups.append(Group(kind, title, len(found), found[:MOST_SAID]))
    return groups


def _clashes(here: Programme) -> Iterator[Said]:
    for one, other in overlaps(here.planned.values()):
        yield Said(clash_said(here.meet, here.names, one, other), TIMETABLE)


def _long_days(here: Programme) -> Iterator[Said]:
    end = here.meet.day_ends_at
    if end is None:
        return
    for day, last in ends_by_day(here.planned.values(), here.meet).items():
        if last > datetime.combine(day, end, here.meet.zone):
            late = [one for one in here.planned.values() if one.ends_at == last]
            values = {
                "heat": heat_named(here.names, late[0]),
                "ends": clock(here.meet, rounded_up(last, 1)),
                "end": f"{end:%H:%M}",
            }
            yield Said(_("%(heat)sの最後の選手は%(ends)sにゴールする見込みです（%(end)sまで）。") % values, TIMETABLE)


def _untimed(here: Programme) -> Iterator[Said]:
    for line in here.lines:
        if line.times.untimed:
            values = {"race": line.race.name_here, "heats": _heats(line.times.untimed)}
            yield Said(_("%(race)s: %(heats)sにスタート時刻がありません。") % values, TIMETABLE)


def _left_over(here: Programme) -> Iterator[Said]:
    for line in here.lines:
        if line.times.left_over:
            values = {"race": line.race.name_here, "heats": _heats([slot.number for slot in line.times.left_over])}
            yield Said(_("%(race)s: %(heats)sの時刻がありますが、その組はありません。") % values, TIMETABLE)


def _heats(numbers: Sequence[int]) -> str:
    """`1–3, 5組`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    said = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
    return pgettext("numbers of heats", "%(heats)s組") % {"heats": said}


def _short_rests(here: Programme) -> Iterator[Said]:
    """Athletes who start in two races closer than the meet wants."""
    least = here.meet.rest_minutes
    if not least:
        return
    starts: dict[int, list[tuple[Planned, Entry]]] = {}
    for line in here.lines:
        heats = {start.entry: start.heat for start in line.starts}
        for entry in line.starters.entries:
            planned = here.planned.get((line.race.pk, heats.get(entry.pk, 0)))
            if planned is not None:
                starts.setdefault(entry.athlete_id, []).append((planned, entry))
    for runs in starts.values():
        in_time = sorted(runs, key=lambda run: (run[0].starts_at, run[1].pk))
        for (one, _entry), (other, entry) in pairwise(in_time):
            rest = other.starts_at - one.starts_at
            if rest < timedelta(minutes=least):
                yield Said(_rest_said(here, entry, one, other), _board(other.run.race))


def _rest_said(here: Programme, entry: Entry, one: Planned, other: Planned) -> str:
    return _("%(name)s: %(one)s（%(at)s）の%(minutes)s分後に%(other)s（%(then)s）") % {
        "name": _runner(entry),
        "one": heat_named(here.names, one),
        "at": clock(here.meet, one.starts_at),
        "minutes": (other.starts_at - one.starts_at) // timedelta(minutes=1),
        "other": heat_named(here.names, other),
        "then": clock(here.meet, other.starts_at),
    }


def _too_large(here: Programme) -> Iterator[Said]:
    for line in here.lines:
        for bar in line.bars:
            if bar.is_over:
                values = {
                    "race": line.race.name_here, "heat": bar.number, "size": bar.size, "most": line.race.starters_per_heat,
                }  # fmt: skip
                text = _("%(race)s %(heat)s組は%(size)s名です（1組の上限%(most)s名）。") % values
                yield Said(text, f"?race={line.race.pk}#heat-{bar.number}")


def _letters(here: Programme) -> Iterator[Said]:
    """Of athletes, and once of each team."""
    teams = set()
    for line in here.lines:
        for entry in line.starters.entries:
            athlete, team = entry.athlete, entry.submission.team
            for refusal in print_warnings(athlete.family_name, athlete.given_name):
                name = _("%(race)s %(name)s") % {"race": line.race.name_here, "name": _runner(entry)}
                yield _letters_said(name, refusal, entry)
            if team.pk not in teams:
                teams.add(team.pk)
                for refusal in print_warnings(team.printed_name):
                    yield _letters_said(team.printed_name, refusal, entry)


def _letters_said(whose: str, refusal: Refused, entry: Entry) -> Said:
    return Said(_("%(whose)s: %(said)s") % {"whose": whose, "said": say(refusal)}, _page(entry))


def _shoes(here: Programme) -> Iterator[Said]:
    """Judged on the day of the race that was entered."""
    races = {line.race.pk: line.race for line in here.lines}
    runs = {entry.pk: (line, entry) for line in here.lines for entry in line.starters.entries}
    for race in races.values():
        race.meet = here.meet
    for _line, entry in runs.values():
        entry.race = races[entry.race_id]
    for pk, verdict in verdicts_of([entry for _line, entry in runs.values()]).items():
        if verdict.state == "not_allowed":
            line, entry = runs[pk]
            values = {
                "race": line.race.name_here, "name": _runner(entry), "shoe": entry.shoe_declared, "why": said_of_shoe(verdict).why,
            }  # fmt: skip
            yield Said(_("%(race)s %(name)s: %(shoe)s は使えません。%(why)s") % values, _page(entry))


def _runner(entry: Entry) -> str:
    values = {"name": entry.athlete.name_here, "team": entry.submission.team.printed_name}
    return _("%(name)s（%(team)s）") % values


def _board(race: int) -> str:
    return f"?race={race}#board"


def _page(entry: Entry) -> str:
    return reverse("admin:entries_entry_change", args=[entry.pk])


Look = Callable[[Programme], Iterator[Said]]
KINDS: Sequence[tuple[str, Promise, Look]] = (
    ("bad", gettext_lazy("組が重なっています"), _clashes),
    ("bad", gettext_lazy("競技を終える時刻より遅くなります"), _long_days),
    ("bad", gettext_lazy("スタート時刻のない組"), _untimed),
    ("wait", gettext_lazy("組のない時刻"), _left_over),
    ("bad", gettext_lazy("人数が多すぎる組"), _too_large),
    ("wait", gettext_lazy("2種目の間隔が短い選手"), _short_rests),
    ("bad", gettext_lazy("使えないシューズ"), _shoes),
    ("wait", gettext_lazy("印刷で変わる文字のある氏名とチーム名"), _letters),
)
