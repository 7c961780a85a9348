"""Numbers for runners: one each, from ranges, in the order in which they are given. Without Django or a database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `first` to `last` for whoever fits: this sex, this race, selection races or the others, teams of this kind;
    what is empty or None fits all."""

    first: int
    last: int
    sex: str = ""
    race: int | None = None
    selection: bool | None = None
    category: str = ""

    def fits(self, wearer: "Wearer") -> bool:
        return (
            self.sex in ("", wearer.sex)
            and self.race in (None, *wearer.races)
            and (self.selection is None or self.selection == wearer.selection)
            and self.category in ("", wearer.category)
        )


@dataclass(frozen=True, slots=True)
class Wearer:
    """Somebody who needs a number: their races, whether one of them is a selection race, and the kind of their team."""

    athlete: int
    sex: str
    races: tuple[int, ...]
    selection: bool
    category: str = ""


@dataclass(slots=True)
class Numbered:
    """The numbers given, and who got none: the ranges that fit are full (`short`, by the first of them), or none fits. `waiting`
    are those whose own number is proposed and not confirmed yet."""

    numbers: dict[int, int] = field(default_factory=dict)
    waiting: int = 0
    short: dict[Range, int] = field(default_factory=dict)
    homeless: int = 0

    @property
    def is_complete(self) -> bool:
        return not (self.short or self.homeless)


def overlap(ranges: Iterable[Range]) -> tuple[Range, Range] | None:
    """The first two ranges that share a number: whoever is numbered from one could take what is meant for the other."""
    in_order = sorted(ranges, key=lambda one: (one.first, one.last))
    for place, one in enumerate(in_order[1:]):
        if one.first <= in_order[place].last:
            return in_order[place], one
    return None


def number(wearers: Iterable[Wearer], ranges: Sequence[Range], *, taken: Iterable[int]) -> Numbered:
    """The next free number of the first range that fits each, in the order of the ranges; a full one leads to the next."""
    used = set(taken)
    free: Mapping[Range, Iterator[int]] = {one: _free(one, used) for one in ranges}
    result = Numbered()
    for wearer in wearers:
        fitting = [one for one in ranges if one.fits(wearer)]
        given = next((found for one in fitting if (found := next(free[one], None)) is not None), None)
        if given is not None:
            used.add(given)
            result.numbers[wearer.athlete] = given
        elif fitting:
            result.short[fitting[0]] = result.short.get(fitting[0], 0) + 1
        else:
            result.homeless += 1
    return result


def _free(one: Range, used: set[int]) -> Iterator[int]:
    """Looks again at what was given meanwhile, since ranges may overlap."""
    return (candidate for candidate in range(one.first, one.last + 1) if candidate not in used)
