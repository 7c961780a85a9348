"""Who starts, and what was fixed about it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from entries.entry.models import Entry
from entries.heat.models import Bib, BibRange, Heat, ListVersion, RaceSeeding, SeedBy, SeedingPin, Start
from entries.heat.runners import Cut, Pin, PinKind, Runner
from entries.meet.models import Meet, Race, TimetableSlot


def entries_that_start(meets: Iterable[int]) -> QuerySet[Entry]:
    """Those of these meets that hold a place: the one answer to "who starts", whoever asks. Whether unpaid ones are left out is
    a question for here, too."""
    return Entry.objects.holding_a_place().filter(race__meet__in=list(meets))


@dataclass(slots=True)
class Starters:
    """Who starts in a race. `both` are athletes who would run it twice: the entry that came over from a selection race, which
    is left out, and their own. `twice` are those who run the selection race and have an entry of their own here."""

    race: Race
    seeding: RaceSeeding
    entries: list[Entry] = field(default_factory=list)
    both: list[tuple[Entry, Entry]] = field(default_factory=list)
    twice: list[tuple[Entry, Entry]] = field(default_factory=list)

    @property
    def in_both(self) -> int:
        """How many entered this race and the selection race that leads to it."""
        return len(self.both) + len(self.twice)

    def runners(self) -> list[Runner]:
        """As seeding sees them."""
        return [runner_of(entry, self.seeding.seed_by) for entry in self.entries]


def runner_of(entry: Entry, seed_by: str) -> Runner:
    """The entry as seeding sees it. Needs the submission loaded."""
    times = {
        SeedBy.DECLARED: (entry.seed_time,),
        SeedBy.DECLARED_THEN_BEST: (entry.seed_time, entry.personal_best),
        SeedBy.BEST_THEN_DECLARED: (entry.personal_best, entry.seed_time),
    }[SeedBy(seed_by)]
    return Runner(
        entry=entry.pk,
        team=entry.submission.team_id,
        seed=next((time for time in times if time is not None), None),
        best=entry.personal_best,
        entered=int(entry.entered_at.timestamp() * 1_000_000),
        is_pacemaker=entry.pacemaker,
    )


def starters_of(
    meet: Meet, *, named: bool = False, instead: tuple[Race, RaceSeeding] | None = None
) -> dict[int, Starters]:
    """Of every race of the meet, in the programme's order; `named` with athletes and teams. Three queries.

    `instead` is a race and how it is cut, as it is not in the database. The best of a selection race stay; the others start in its
    fallback race, unless they have an entry of their own there.
    """
    kept = {seeding.race_id: seeding for seeding in RaceSeeding.objects.filter(race__meet=meet)}
    found = {
        race.pk: Starters(race, kept.get(race.pk) or RaceSeeding(race=race, tenant_id=race.tenant_id))
        for race in Race.objects.filter(meet=meet).in_programme_order()
    }
    if instead is not None and instead[0].pk in found:
        found[instead[0].pk] = Starters(*instead)
    beside = ("submission__team", "athlete") if named else ("submission",)
    for entry in entries_that_start([meet.pk]).select_related(*beside).order_by("pk"):
        found[entry.race_id].entries.append(entry)
    for starters in found.values():
        if starters.race.is_ncg and starters.race.fallback_race_id in found:
            _pass_on(starters, found[starters.race.fallback_race_id])
    return found


def _pass_on(selection: Starters, fallback: Starters) -> None:
    """Those beyond the number that stays; pacemakers stay with the race that they pace."""
    stays = selection.seeding.stays or selection.race.starters_per_heat
    pacemakers = [entry for entry in selection.entries if entry.pacemaker]
    ranked = sorted(
        (entry for entry in selection.entries if not entry.pacemaker),
        key=lambda entry: runner_of(entry, selection.seeding.seed_by),
    )
    own = {entry.athlete_id: entry for entry in fallback.entries}
    selection.entries = [*ranked[:stays], *pacemakers]
    fallback.twice += [(entry, own[entry.athlete_id]) for entry in ranked[:stays] if entry.athlete_id in own]
    for entry in ranked[stays:]:
        if entry.athlete_id in own:
            fallback.both.append((entry, own[entry.athlete_id]))
        else:
            fallback.entries.append(entry)


def cut_of(seeding: RaceSeeding, race: Race) -> Cut:
    """How the race is cut."""
    return Cut(
        per_heat=race.starters_per_heat,
        heats=seeding.heats,
        fastest_first=seeding.fastest_first,
        fast_heats=seeding.fast_heats,
        fast_size=seeding.fast_size,
        most_of_a_team=seeding.most_of_a_team,
        farthest_heats=seeding.farthest_heats,
        farthest=seeding.farthest,
    )


def pins_of(races: Iterable[int]) -> dict[int, list[Pin]]:
    """What was fixed about each race, as seeding sees it; a frozen heat with those who are in it now. Two queries."""
    pins: dict[int, list[Pin]] = {race: [] for race in races}
    rows = list(SeedingPin.objects.filter(race__in=pins).order_by("pk"))
    frozen = [row for row in rows if row.kind == PinKind.FROZEN]
    stay = _standing([row.race_id for row in frozen]) if frozen else {}
    for row in rows:
        heat = row.heat_number or 0
        pins[row.race_id].append(
            Pin(
                PinKind(row.kind), row.entry_id or 0, heat, row.other_id or 0,
                tuple(stay.get((row.race_id, heat), ())) if row.kind == PinKind.FROZEN else (),
            )
        )  # fmt: skip
    return pins


def last_version(meet: Meet) -> ListVersion | None:
    """The start lists that were put out last; None before the first time. What they said is read when it is asked for."""
    return ListVersion.objects.filter(meet=meet).defer("starts").order_by("-number").first()


def bibs_of(meet: Meet, *, athletes: Collection[int] | None = None) -> dict[int, int]:
    """Who wears which number: athlete -> bib; of all, or of these athletes."""
    rows = Bib.objects.filter(meet=meet)
    if athletes is not None:
        rows = rows.filter(athlete__in=athletes)
    return dict(rows.values_list("athlete", "number"))


class Standing(NamedTuple):
    """Of a start: its entry, heat, declared time and rank, and when its entry was withdrawn."""

    entry: int
    heat: int
    time: int | None
    rank: int | None
    withdrawn_at: datetime | None


def starts_by_race(meet: Meet) -> dict[int, list[Standing]]:
    """All starts of each race, heat by heat by hip number. One query."""
    found: dict[int, list[Standing]] = {}
    rows = Start.objects.filter(heat__race__meet=meet).order_by("heat__number", "hip_number", "pk")
    columns = ("heat__race", "entry", "heat__number", "entry__seed_time", "rank", "entry__withdrawn_at")
    for race, *rest in rows.values_list(*columns):
        found.setdefault(race, []).append(Standing(*rest))
    return found


def slots_by_race(meet: Meet) -> dict[int, dict[int, TimetableSlot]]:
    """The timetable of each race, by the numbers of its heats. One query."""
    found: dict[int, dict[int, TimetableSlot]] = {}
    for slot in TimetableSlot.objects.filter(race__meet=meet).order_by("race", "number"):
        found.setdefault(slot.race_id, {})[slot.number] = slot
    return found


def own_ranges(meet: Meet) -> list[BibRange]:
    """Those from which a team may propose numbers, in their order."""
    return list(BibRange.objects.filter(meet=meet, is_own=True).select_related("race").order_by("position", "pk"))


def proposed_bibs(meet: Meet) -> QuerySet[Bib]:
    """Numbers that teams proposed and nobody confirmed yet, with athlete and team."""
    return Bib.every.filter(meet=meet, is_proposed=True).select_related("athlete__team").order_by("number")


def dict_of_slots(meet: Meet) -> dict[tuple[int, int], datetime]:
    """When each heat goes off: (race, number) -> the slot's instant. One query."""
    rows = TimetableSlot.objects.filter(race__meet=meet).values_list("race", "number", "starts_at")
    return {(race, number): at for race, number, at in rows}


def lists_now(
    meet: Meet, bibs: Mapping[int, int], *, slots: Mapping[tuple[int, int], datetime] | None = None
) -> list[list[int | str | None]]:
    """What the lists say now, as a version keeps it: a row for each start that is not withdrawn (`versions.Said`). One query, and
    one more for the `slots` when they are not at hand."""
    known = dict_of_slots(meet) if slots is None else slots
    times = {place: at.isoformat(timespec="minutes") for place, at in known.items()}
    rows = Start.objects.filter(heat__race__meet=meet, entry__withdrawn_at__isnull=True).order_by("entry")
    columns = ("entry", "heat__race", "heat__number", "hip_number", "entry__athlete")
    return [
        [entry, race, heat, hip, bibs.get(athlete), times.get((race, heat))]
        for entry, race, heat, hip, athlete in rows.values_list(*columns)
    ]


def how_many_start(meet: Meet) -> int:
    """The starts of the meet, with those that were withdrawn."""
    return Start.objects.filter(heat__race__meet=meet).count()


def unplaced(meet_ids: Iterable[int]) -> dict[int, int]:
    """Of each meet how many entries hold a place and stand in no heat; somebody who came over from a selection race and runs the
    other race anyway is not missing."""
    placed = Start.objects.filter(entry=OuterRef("pk"))
    runs_anyway = Start.objects.filter(
        heat__race=OuterRef("race__fallback_race"), entry__athlete=OuterRef("athlete"), entry__race=F("heat__race")
    )
    rows = entries_that_start(meet_ids).filter(~Exists(placed), ~Exists(runs_anyway)).order_by()
    return dict(rows.values_list("race__meet").annotate(n=Count("pk")))


def unnumbered(meet_ids: Iterable[int]) -> dict[int, int]:
    """Of each meet how many starts have no bib."""
    bib = Bib.objects.filter(meet=OuterRef("heat__race__meet"), athlete=OuterRef("entry__athlete"))
    rows = Start.objects.filter(~Exists(bib), heat__race__meet__in=list(meet_ids)).order_by()
    return dict(rows.values_list("heat__race__meet").annotate(n=Count("pk")))


def untimed(meet_ids: Iterable[int]) -> dict[int, int]:
    """Of each meet how many heats have no time in the timetable."""
    slot = TimetableSlot.objects.filter(race=OuterRef("race"), number=OuterRef("number"))
    rows = Heat.objects.filter(~Exists(slot), race__meet__in=list(meet_ids)).order_by()
    return dict(rows.values_list("race__meet").annotate(n=Count("pk")))


def _standing(races: Sequence[int]) -> dict[tuple[int, int], list[int]]:
    """The ranked entries in each heat of these races as they are now."""
    found: dict[tuple[int, int], list[int]] = {}
    rows = Start.objects.filter(heat__race__in=races, rank__isnull=False).order_by("pk")
    for race, heat, entry in rows.values_list("heat__race", "heat__number", "entry"):
        found.setdefault((race, heat), []).append(entry)
    return found
