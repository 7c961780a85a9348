"""How full a race is, as a drawing of the race's own numbers. Nothing is counted: the race's row knows."""

from dataclasses import dataclass

from entries.meet.models import Race

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Gauge:
    """Places taken, left and waiting. Widths and positions are per cent of the drawing.

    With a waiting list that has people in it the drawing is longer than the places: the lane line `full_at` stands
    where the places end, and those who wait stand beyond it.
    """

    places: int | None
    taken: int
    free: int | None
    waiting: int
    taken_width: float
    waiting_width: float
    full_at: float

    @classmethod
    def of(cls, race: Race) -> "Gauge":
        """The gauge of a race; without a limit of places there is nothing to draw, only `taken`."""
        if race.places is None or race.free_places is None:
            return cls(None, race.last_ticket, None, 0, 0.0, 0.0, WIDTH)
        free, waiting = min(race.free_places, race.places), race.waiting_count
        taken = race.places - free
        whole = max(race.places + waiting, 1)
        return cls(
            places=race.places,
            taken=taken,
            free=free,
            waiting=waiting,
            taken_width=_per_cent(taken, whole),
            waiting_width=_per_cent(waiting, whole),
            full_at=_per_cent(race.places, whole),
        )


def _per_cent(part: int, whole: int) -> float:
    return round(WIDTH * part / whole, 2)
