"""Which race a file means: by its name, else by distance and sex where only one race can be meant. Never by position."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from entries.meet.models import Race, RaceSex
from entries.roster.models import Athlete
from tenants.refusal import Refused

_SEXES = {"男": RaceSex.MALE, "女": RaceSex.FEMALE, "男女": RaceSex.MIXED, "混合": RaceSex.MIXED}
_SEX = "(男女|混合|男|女)子?"
_PLAIN = re.compile(rf"(?:{_SEX})?([0-9]{{1,3}}(?:,?[0-9]{{3}})*|[0-9]+)(m|メートル|km)?(?:{_SEX})?")

_NAMES_A_RACE = re.compile("[0-9](m|km|メートル)|[0-9]sc$|障害|競歩|ハードル|マラソン|リレー")


def fold(text: str) -> str:
    """For comparing names of columns, races and people only: width, case and spaces do not matter."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def _is_plain(race: Race) -> bool:
    """Whether the race's name says no more than distance and sex: a steeplechase is none that a distance alone means."""
    return _PLAIN.fullmatch(re.sub("^オープン|オープン$", "", fold(race.name))) is not None


class RaceNames:
    """The races of a meet by what people call them."""

    def __init__(self, races: Iterable[Race]) -> None:
        self.races = list(races)
        self.named: dict[str, list[Race]] = defaultdict(list)
        for race in self.races:
            for name in {fold(race.name), fold(race.name_en)} - {""}:
                self.named[name].append(race)

    def find(self, title: str, athlete: Athlete | None) -> Race:
        """The race of this name, or the only one of this distance for this sex. Raises Refused."""
        named = self.named.get(fold(title), [])
        alike = named or self._alike(fold(title), athlete)
        if len(alike) > 1:
            names = "、".join(race.name_here for race in alike[:5])
            raise Refused("race_name_ambiguous", name=title[:60], races=names)
        if not alike or not (named or _is_plain(alike[0])):
            raise Refused("race_name_unknown", name=title[:60])
        return alike[0]

    def is_said(self, text: str, *, is_time: bool) -> bool:
        """Whether a cell without a title names a race, of this meet or another; `is_time` when it could be a time as well."""
        said = fold(text)
        if said in self.named or _NAMES_A_RACE.search(said):
            return True
        plain = _PLAIN.fullmatch(said)
        return plain is not None and (not said.replace(",", "").isdecimal() or (len(said) > 2 and not is_time))

    def _alike(self, title: str, athlete: Athlete | None) -> list[Race]:
        """Races of the distance that is said, for the sex that is said, else for the athlete's. A race with a selection is
        only meant when its name says so, where there is one without."""
        said = _PLAIN.fullmatch(title)
        if said is None:
            return []
        distance = int(said[2].replace(",", "")) * (1000 if said[3] == "km" else 1)
        sex = _SEXES.get(said[1] or said[4] or "") or (athlete.sex if athlete else None)
        of_distance = [race for race in self.races if race.distance_m == distance]
        exact = [race for race in of_distance if sex is None or race.sex == sex]
        alike = exact or [race for race in of_distance if race.sex == RaceSex.MIXED]
        general = [race for race in alike if not race.is_ncg]
        return general if len(general) == 1 and _is_plain(general[0]) else alike
