"""Giving numbers to those who start, and saying from which ranges."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from entries.heat.bibs import Numbered, Range, Wearer, number, overlap
from entries.heat.models import Bib, BibRange, Start
from entries.meet.models import Meet
from tenants.audit.actions import record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

USUAL = (
    (1, 499, "M", True), (500, 999, "F", True), (1_000, 1_999, "M", None), (2_000, 2_999, "F", None),
)  # fmt: skip
"""First, last, sex, selection races only: what a meet begins with."""


def ranges_of(meet: Meet) -> list[BibRange]:
    """The meet's ranges in their order; those that it begins with, not saved, when it has none."""
    found = list(BibRange.objects.filter(meet=meet).select_related("race").order_by("position", "pk"))
    return found or [
        BibRange(tenant_id=meet.tenant_id, meet=meet, position=n, first=first, last=last, sex=sex, selection=selection)
        for n, (first, last, sex, selection) in enumerate(USUAL)
    ]


@retry_when_locked
@transaction.atomic
def assign_bibs(*, meet: Meet, by: User | None, apply: bool = True) -> Numbered:
    """Number all who start and have no number yet, heat by heat in the order of the programme; written unless `apply` is
    false. Raises Refused("bibs_short") when ranges do not hold all, before anything is written, and Busy."""
    if apply:
        meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    known = dict(Bib.every.filter(meet=meet).values_list("athlete", "number"))
    wearers = [one for one in _wearers(meet) if one.athlete not in known]
    result = number(wearers, [range_of(one) for one in ranges_of(meet)], taken=known.values())
    result.waiting = Bib.every.filter(meet=meet, is_proposed=True).count()
    if not result.is_complete:
        raise Refused("bibs_short", missing=_said(result))
    if apply:
        Bib.objects.bulk_create(
            (
                Bib(tenant_id=meet.tenant_id, meet=meet, athlete_id=athlete, number=given)
                for athlete, given in result.numbers.items()
            ),
            batch_size=2_000,
        )
        record("meet.bibs_assigned", meet, by=by, after={"runners": len(result.numbers)})
    return result


def _wearers(meet: Meet) -> list[Wearer]:
    """Each athlete once, where they start first."""
    rows = Start.objects.filter(heat__race__meet=meet, entry__withdrawn_at__isnull=True)
    rows = rows.order_by("heat__race__position", "heat__race", "heat__number", "hip_number", "pk")
    races: dict[int, list[tuple[int, bool]]] = {}
    people: dict[int, tuple[str, str]] = {}
    for athlete, sex, category, race, selection in rows.values_list(
        "entry__athlete", "entry__athlete__sex", "entry__athlete__team__kind", "heat__race", "heat__race__is_ncg"
    ):
        races.setdefault(athlete, []).append((race, selection))
        people[athlete] = sex, category
    return [wearer(athlete, *people[athlete], found) for athlete, found in races.items()]


def wearer(athlete: int, sex: str, category: str, races: Sequence[tuple[int, bool]]) -> Wearer:
    """Somebody of these races, each with whether it is a selection race."""
    return Wearer(athlete, sex, tuple(race for race, _ in races), any(selection for _, selection in races), category)


def range_of(row: BibRange) -> Range:
    return Range(row.first, row.last, row.sex, row.race_id, row.selection, row.category)


def _said(result: Numbered) -> str:
    said = [f"{one.first}–{one.last}: {missing}" for one, missing in result.short.items()]
    return ", ".join([*said, *([f"–: {result.homeless}"] if result.homeless else [])])


@retry_when_locked
@transaction.atomic
def set_ranges(*, meet: Meet, rows: Sequence[dict[str, Any]], by: User) -> None:
    """Put these ranges in place of the meet's; numbers that were given stay. Raises Refused("bib_ranges_overlap"): a number that
    two ranges hold would go to whoever comes first."""
    made = [BibRange(tenant_id=meet.tenant_id, meet=meet, position=n, **values) for n, values in enumerate(rows)]
    if both := overlap(map(range_of, made)):
        one, other = (f"{found.first}–{found.last}" for found in both)
        raise Refused("bib_ranges_overlap", one=one, other=other)
    Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    before = [str(row) for row in BibRange.objects.filter(meet=meet).order_by("position", "pk")]
    BibRange.objects.filter(meet=meet).delete()
    BibRange.objects.bulk_create(made)
    record("meet.bib_ranges_set", meet, by=by, before={"ranges": before}, after={"ranges": [str(row) for row in made]})
