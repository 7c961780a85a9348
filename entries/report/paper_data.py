"""What stands on papers: the starts of a meet as JSON, with all words in the reader's language. Times in the meet's zone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext

from entries.heat.queries import dict_of_slots, last_version
from entries.heat.start_list import WITHDRAWN, Listed, start_list_of
from entries.marks import format_time
from entries.meet.models import Meet, Race
from entries.meet.wording import clock, days_of, moment
from entries.report.wording import labels

Values = dict[str, Any]


@dataclass
class Programme:
    """A meet as its papers have it; read once, however many papers are made of it."""

    meet: Meet
    at: datetime

    @cached_property
    def races(self) -> dict[int, Race]:
        races = Race.objects.filter(meet=self.meet).select_related("competition").in_programme_order()
        return {race.pk: race for race in races}

    @cached_property
    def starts(self) -> list[Listed]:
        return start_list_of(self.meet)

    @cached_property
    def version(self) -> str:
        """`第2版 (2026/12/1 10:05)`; that it is a draft before lists went out."""
        last = last_version(self.meet)
        if last is None:
            return gettext("公開前の編成案")
        return gettext("第%(number)s版（%(when)s）") % {
            "number": last.number,
            "when": moment(self.meet, last.published_at),
        }

    def values(self, title: str, **more: Any) -> Values:
        """What every paper says at its head and foot, and `more`."""
        return {
            "meet": self.meet.name, "days": days_of(self.meet), "venue": self.meet.venue, "host": self.meet.tenant.name,
            "version": self.version, "printed": moment(self.meet, self.at), "lang": (get_language() or "ja")[:2],
            "title": title, "labels": labels(), **more,
        }  # fmt: skip

    def heats(self, *, withdrawn: bool = True) -> list[Values]:
        """Each heat with its starts, in the order of the programme."""
        shown = [one for one in self.starts if withdrawn or one.state != WITHDRAWN]
        return [self._heat(list(group)) for _, group in groupby(shown, key=lambda one: (one.race, one.heat))]

    def by_race(self) -> list[Values]:
        """The heats under their races."""
        heats = self.heats()
        return [
            {"name": name, "competition": competition, "heats": list(group)}
            for (name, competition), group in groupby(heats, key=lambda heat: (heat["race"], heat["competition"]))
        ]

    def _heat(self, starts: Sequence[Listed]) -> Values:
        first = starts[0]
        return {
            "race": self.races[first.race].name_here, "distance": self.races[first.race].distance_m, "number": first.heat,
            "name": gettext("%(heat)s組") % {"heat": first.heat}, "time": self.clock(first.starts_at),
            "competition": self.races[first.race].competition_here,
            "call": gettext("招集完了 %(at)s") % {"at": self.clock(first.calls_at)} if first.calls_at else "",
            "starts": [self.line(one) for one in starts],
        }  # fmt: skip

    def line(self, one: Listed) -> Values:
        """A start; what is unknown is the empty text."""
        return {
            "hip": one.hip_number or "", "bib": one.bib or "", "name": one.name, "kana": one.kana, "team": one.team_short,
            "whole_team": one.team, "grade": one.grade, "seed": format_time(one.seed_time) or "NT",
            "best": format_time(one.personal_best), "note": one.note, "shoe": one.shoe, "gone": one.state == WITHDRAWN,
            "race": self.races[one.race].name_here, "heat": gettext("%(heat)s組") % {"heat": one.heat},
            "time": self.clock(one.starts_at),
        }  # fmt: skip

    def groups(
        self,
        key: Callable[[Listed], Any],
        name: Callable[[Listed], str],
        starts: Iterable[Listed],
        *,
        together: Callable[[Listed], Any] | None = None,
    ) -> list[Values]:
        """The starts under a heading each, in the order of `key`; those stand together that have one name, or the same of
        `together`."""
        groups = groupby(sorted(starts, key=key), key=together or name)
        found = [list(group) for _, group in groups]
        return [{"name": name(group[0]), "starts": [self.line(one) for one in group]} for group in found]

    def timetable(self) -> list[Values]:
        """A line for each planned heat that somebody starts in, by time."""
        sizes: dict[tuple[int, int], int] = {}
        calls: dict[tuple[int, int], datetime | None] = {}
        for one in self.starts:
            sizes[one.race, one.heat] = sizes.get((one.race, one.heat), 0) + (one.state != WITHDRAWN)
            calls[one.race, one.heat] = one.calls_at
        slots = sorted((at, place) for place, at in dict_of_slots(self.meet).items() if place in sizes)
        return [
            {
                "time": self.clock(at), "call": self.clock(calls[place]), "race": self.races[place[0]].name_here,
                "heat": gettext("%(heat)s組") % {"heat": place[1]}, "size": sizes[place],
            }
            for at, place in slots
        ]  # fmt: skip

    def clock(self, at: datetime | None) -> str:
        """`09:30`, with the day in front where the meet has several."""
        if at is None:
            return ""
        here = at.astimezone(self.meet.zone)
        day = f"{here.month}/{here.day} " if self.meet.starts_on != self.meet.ends_on else ""
        return f"{day}{clock(self.meet, at)}"
