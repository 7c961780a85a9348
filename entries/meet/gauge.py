"""How full a race is, as a drawing of the race's own numbers. Nothing is counted: the race's row knows."""

from dataclasses import dataclass

from entries.meet.models import Race

FULL_AT = 80
"""Per cent of the drawing that are the places of every race, however many they are; the rest is for who waits."""
TAIL_AT = FULL_AT + 1
TAIL = 100 - TAIL_AT


@dataclass(frozen=True, slots=True)
class Gauge:
    """Places taken, left and waiting. Widths are per cent of the drawing.

    The lane of the places is as long for every race. Those who wait are a tail behind it, in the same measure; a tail that is
    too long for the drawing `is_cut`, and only its number says how long it is.
    """

    places: int | None
    taken: int
    free: int | None
    waiting: int
    taken_width: float = 0.0
    waiting_width: float = 0.0
    is_cut: bool = False
    full_at: int = FULL_AT
    tail_at: int = TAIL_AT

    @classmethod
    def of(cls, race: Race) -> "Gauge":
        """The gauge of a race; without a limit of places there is nothing to draw, only `taken`."""
        if race.places is None or race.free_places is None:
            return cls(None, race.last_ticket, None, 0)
        free = min(race.free_places, race.places)
        return cls.drawn(race.places, race.places - free, race.waiting_count)

    @classmethod
    def drawn(cls, places: int | None, taken: int, waiting: int) -> "Gauge":
        """The gauge of these numbers. Host entries stand outside the places, so that more may be taken than there are: the
        lane is full then."""
        if places is None:
            return cls(None, taken, None, waiting)
        share = FULL_AT / max(places, 1)
        tail = waiting * share
        return cls(
            places=places,
            taken=taken,
            free=max(places - taken, 0),
            waiting=waiting,
            taken_width=round(min(taken * share, FULL_AT), 2) if places else 0.0,
            waiting_width=round(min(tail, TAIL), 2),
            is_cut=tail > TAIL,
        )
