"""What a race would look like if it were cut otherwise: computed, shown, and not written."""

from dataclasses import dataclass

from entries.heat import board
from entries.heat.models import RaceSeeding
from entries.heat.queries import cut_of, pins_of, runner_of, starters_of
from entries.heat.seeding import seed
from entries.meet.models import Meet, Race


@dataclass(frozen=True, slots=True)
class Compared:
    """Before and after: sizes of the heats, team-mates left together, and how many runners would change heats."""

    sizes_before: tuple[int, ...]
    sizes_after: tuple[int, ...]
    surplus_before: int
    surplus_after: int
    changing: int


def compare(meet: Meet, race: Race, seeding: RaceSeeding) -> Compared:
    """The heats as they are, and as `seeding`, which is not saved, would make them."""
    starters = starters_of(meet)[race.pk]
    runners = [runner_of(entry, seeding.seed_by) for entry in starters.entries]
    after = seed(runners, cut_of(seeding, race), pins_of([race.pk])[race.pk])
    now = {line.entry: line.heat for line in board.lines_of(race)}
    sizes = [0] * max(now.values(), default=0)
    for heat in now.values():
        sizes[heat - 1] += 1
    places = after.places()
    return Compared(
        tuple(sizes), tuple(after.sizes), starters.seeding.surplus, after.surplus,
        sum(entry in places and places[entry].heat != heat for entry, heat in now.items()),
    )  # fmt: skip
