"""How the values of the trail read. Each room registers what the models' own fields do not say by themselves."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Reading(NamedTuple):
    """One value of the trail: what it is called, how it is said, or of which model ("entries.race") it is the number.

    Without a name it is called as the field of the model; without `said` or `of` it is read as that field would be.
    """

    name: str | Promise = ""
    said: Callable[[Any], str] | None = None
    of: str = ""


_known: dict[tuple[str, str], Reading] = {}
NameOf = Callable[[str], str | Promise]
_names: dict[str, NameOf] = {}


def register(target: str, table: Mapping[str, Reading]) -> None:
    """Say how values of changes to this kind of row read. Raises ValueError for one that was said before."""
    for name, reading in table.items():
        if (target, name) in _known:
            raise ValueError(f"reading registered twice: {target}.{name}")
        _known[target, name] = reading


def register_names(target: str, name_of: NameOf) -> None:
    """Say what values of changes to this kind of row are called that have neither a reading nor a field, such as counts of
    each table; `name_of` gives the empty text for what it does not know. Raises ValueError for a kind that was said before."""
    if _names.setdefault(target, name_of) is not name_of:
        raise ValueError(f"names registered twice: {target}")


def reading_of(target: str, name: str) -> Reading:
    """How this value of a change to this kind of row reads."""
    return _known.get((target, name), Reading())


def name_without_field(target: str, name: str) -> str | Promise:
    """What a value is called that has neither a reading nor a field; as the code calls it when nobody said."""
    return (_names[target](name) if target in _names else "") or name


register("outboxmail", {"address_cleared": Reading(_("届かない宛先の解除"))})
