"""How the values of the trail read. Each room registers what the models' own fields do not say by themselves."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise


class Reading(NamedTuple):
    """One value of the trail: what it is called, how it is said, or of which model ("entries.race") it is the number.

    Without a name it is called as the field of the model; without `said` or `of` it is read as that field would be.
    """

    name: str | Promise = ""
    said: Callable[[Any], str] | None = None
    of: str = ""


_known: dict[tuple[str, str], Reading] = {}


def register(target: str, table: Mapping[str, Reading]) -> None:
    """Say how values of changes to this kind of row read. Raises ValueError for one that was said before."""
    for name, reading in table.items():
        if (target, name) in _known:
            raise ValueError(f"reading registered twice: {target}.{name}")
        _known[target, name] = reading


def reading_of(target: str, name: str) -> Reading:
    """How this value of a change to this kind of row reads."""
    return _known.get((target, name), Reading())
