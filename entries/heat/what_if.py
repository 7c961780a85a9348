"""What a race would look like if it were cut otherwise: computed, shown, and not written."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from entries.entry.models import Entry
from entries.heat.models import RaceSeeding
from entries.heat.programme_context import RaceLine
from entries.heat.queries import Starters, cut_of, pins_of, starters_of
from entries.heat.run_time import Key, Planned
from entries.heat.runners import Seeding
from entries.heat.seeding import seed
from entries.heat.timetable import HeatTimes, RaceTimes, Wishes, filled, wishes_now
from entries.heat.timetable_shown import ends_shown, race_ends
from entries.meet.models import Meet, Race

MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class RaceCompared:
    """A race before and after: sizes of its heats, team-mates left together, and when its last runner is in, with start times set
    anew both times."""

    race: Race
    sizes_before: Sequence[int]
    sizes_after: Sequence[int]
    surplus_before: int
    surplus_after: int
    ends_before: str
    ends_after: str


@dataclass(frozen=True, slots=True)
class Mover:
    """Who would stand in another heat or under another number, and where from and to, in words."""

    entry: Entry
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Before and after: the race, with the one that its others run in; how many would change heats, the first of them; of each day
    when its last runner is in, with start times set anew both times."""

    races: Sequence[RaceCompared]
    changing: int
    movers: Sequence[Mover]
    ends: Sequence[tuple[str, str, str]]

    @property
    def more(self) -> int:
        """How many change heats and are not named."""
        return self.changing - len(self.movers)


def compare(meet: Meet, lines: Sequence[RaceLine], seeding: RaceSeeding, per_heat: int) -> Compared:
    """The heats as they are, and as `seeding`, which is not saved, would make them with so many runners in a heat."""
    race = copy(seeding.race)
    race.starters_per_heat = per_heat
    starters = starters_of(meet, named=True, instead=(race, seeding))
    about = [pk for pk in (race.pk, race.fallback_race_id if race.is_ncg else None) if pk in starters]
    pins = pins_of(about)
    after = {
        pk: seed(starters[pk].runners(), cut_of(starters[pk].seeding, starters[pk].race), pins[pk]) for pk in about
    }
    changed = [line for line in lines if line.race.pk in after]
    moving = _moving(changed, after)
    now, then = _timetables(meet, [line.times for line in lines], starters, after, seeding)
    entries = {entry.pk: entry for pk in about for entry in starters[pk].entries}
    return Compared(
        [
            RaceCompared(
                line.race, [bar.size for bar in line.bars], after[line.race.pk].sizes, line.surplus, after[line.race.pk].surplus,
                race_ends(meet, now, line.race), race_ends(meet, then, line.race),
            )
            for line in changed
        ],
        len(moving),
        [_mover(lines, entries[entry], *places) for entry, places in list(moving.items())[:MOST_NAMED]],
        list(ends_shown(meet, now, then)),
    )  # fmt: skip


def _moving(lines: Sequence[RaceLine], after: Mapping[int, Seeding]) -> dict[int, tuple[Key, Key]]:
    """Of each runner who would change heats, race and heat before and after, in the order of the board."""
    then = {entry: (race, placed.heat) for race, seeding in after.items() for entry, placed in seeding.places().items()}
    now = {start.entry: (line.race.pk, start.heat) for line in lines for start in line.starts}
    return {entry: (place, then[entry]) for entry, place in now.items() if then.get(entry, place) != place}


def _mover(lines: Sequence[RaceLine], entry: Entry, before: Key, after: Key) -> Mover:
    names = {line.race.pk: line.race.name_here for line in lines}
    if before[0] == after[0]:
        return Mover(entry, *(_("%(heat)s組") % {"heat": heat} for _race, heat in (before, after)))
    places = [_("%(race)s %(heat)s組") % {"race": names[race], "heat": heat} for race, heat in (before, after)]
    return Mover(entry, *places)


def _timetables(
    meet: Meet,
    read: Sequence[RaceTimes],
    starters: Mapping[int, Starters],
    after: Mapping[int, Seeding],
    seeding: RaceSeeding,
) -> tuple[list[Planned], list[Planned]]:
    """How the timetable would be filled with the heats of now, and with those of then."""
    wishes = wishes_now(meet, read)
    wish = replace(wishes.races[seeding.race_id], gap=seeding.gap_minutes)
    otherwise = Wishes(wishes.first_start, races={**wishes.races, seeding.race_id: wish})
    new = [
        replace(one, heats=_heats(after[one.race.pk], starters[one.race.pk])) if one.race.pk in after else one
        for one in read
    ]
    return list(filled(meet, read, wishes).then.values()), list(filled(meet, new, otherwise).then.values())


def _heats(seeding: Seeding, starters: Starters) -> list[HeatTimes]:
    """The times of heats that are not written."""
    declared = {entry.pk: entry.seed_time for entry in starters.entries}
    return [
        HeatTimes.of(number, [declared[placed.runner.entry] for placed in heat if placed.rank is not None])
        for number, heat in enumerate(seeding.heats, start=1)
    ]
