"""What a race of a time trial looks like by its distance: rows to begin with, and how long a heat takes."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINUTES = ((1_000, 5), (1_500, 8), (3_000, 13), (5_000, 19), (10_000, 34))
"""From one start to the next, up to a distance in metres. Farther ones take as long in proportion."""


class Kind(NamedTuple):
    """A race that is often held. `places` and `per_heat` are athletes."""

    key: str
    name: str | Promise
    distance_m: int
    sex: str
    places: int = 80
    per_heat: int = 40


KINDS = (
    Kind("m10000", _("男子10000m"), 10_000, "M"),
    Kind("m5000", _("男子5000m"), 5_000, "M", 120),
    Kind("m3000sc", _("男子3000mSC"), 3_000, "M", 30, 15),
    Kind("m1500", _("男子1500m"), 1_500, "M", 60, 15),
    Kind("m800", _("男子800m"), 800, "M", 48, 8),
    Kind("f10000", _("女子10000m"), 10_000, "F", 40),
    Kind("f5000", _("女子5000m"), 5_000, "F"),
    Kind("f3000", _("女子3000m"), 3_000, "F"),
    Kind("f1500", _("女子1500m"), 1_500, "F", 45, 15),
    Kind("f800", _("女子800m"), 800, "F", 32, 8),
)
USUAL = ("m10000", "m5000", "f5000", "f3000")
"""A long-distance time trial; each once for everybody and, where the host has a name for it, once for the fastest."""
ELITE_PLACES = 35

Row = dict[str, str]
"""What is typed into a row of the races, by field."""


def minutes_per_heat(distance_m: int) -> int:
    """From one start to the next."""
    farthest, most = MINUTES[-1]
    return next((minutes for metres, minutes in MINUTES if distance_m <= metres), -(-distance_m * most // farthest))


def row_of(kind: Kind, *, elite: str = "") -> Row:
    """A race of this kind, named in the reader's language; for the fastest, when they have a name."""
    places, per_heat = (ELITE_PLACES, ELITE_PLACES) if elite else (kind.places, kind.per_heat)
    row = {
        "name": f"{elite}{kind.name}",
        "distance_m": kind.distance_m,
        "sex": kind.sex,
        "places": places,
        "starters_per_heat": per_heat,
    }
    return {field: str(value) for field, value in row.items()} | {
        "waiting_places": "",
        **({"is_ncg": "on"} if elite else {}),
    }


def rows_for(key: str, *, elite: str) -> list[Row]:
    """The rows that a button adds: one kind, the usual ones ("usual"), or none for what is no button."""
    known = {kind.key: kind for kind in KINDS}
    if key == "usual":
        return list(_usual(known, elite))
    return [row_of(known[key])] if key in known else []


def _usual(known: dict[str, Kind], elite: str) -> Iterator[Row]:
    for name in ("", elite) if elite else ("",):
        for key in USUAL:
            yield row_of(known[key], elite=name)
