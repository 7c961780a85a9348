"""Making heats, and keeping what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entries.entry.models import Entry
from entries.heat import rules
from entries.heat.models import Heat, Start
from entries.heat.queries import Starters, cut_of, pins_of, starters_of
from entries.heat.reasons import reason_of
from entries.heat.runners import Pin, PinKind, Seeding
from entries.heat.seeding import RULE_VERSION, seed
from entries.meet.models import Meet, Race
from tenants.audit.actions import record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked


@dataclass(frozen=True, slots=True)
class Seeded:
    """A race and the heats that came of it."""

    starters: Starters
    seeding: Seeding

    @property
    def race(self) -> Race:
        return self.starters.race


@retry_when_locked
@transaction.atomic
def seed_heats(
    *, meet: Meet, by: User | None, at: datetime, races: Iterable[int] | None = None, apply: bool = True
) -> list[Seeded]:
    """Make the heats of these races, or of all, from the entries of this moment, and write them unless `apply` is false.

    What was there goes, pins stay and are kept. Races in the order of the programme; queries do not grow with the number of
    entries. Raises Refused when it is too early or too late, or when pins cannot be kept, and Busy.
    """
    wanted = None if races is None else set(races)
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk) if apply else meet
    rules.check_may_seed(meet, at=at)
    chosen = [one for one in starters_of(meet).values() if wanted is None or one.race.pk in wanted]
    pins = pins_of(one.race.pk for one in chosen)
    found = [Seeded(one, seed(one.runners(), cut_of(one.seeding, one.race), pins[one.race.pk])) for one in chosen]
    _check_pins(found)
    if apply:
        _write(found, by=by, at=at)
    return found


def _check_pins(found: Sequence[Seeded]) -> None:
    """Raises Refused("pins_broken") naming the race and who is meant."""
    for one in found:
        if one.seeding.broken:
            names = _names(one.seeding.broken)
            raise Refused("pins_broken", race=one.race.name_here, pins=names)


def _names(pins: Sequence[Pin]) -> str:
    """The runners and heats that pins speak of."""
    entries = {pin.entry for pin in pins} | {pin.other for pin in pins}
    people = {
        entry.pk: entry.athlete.name_here for entry in Entry.objects.filter(pk__in=entries).select_related("athlete")
    }
    said = []
    for pin in pins:
        heat = f"#{pin.heat}" if pin.kind in (PinKind.INTO, PinKind.NOT_INTO, PinKind.FROZEN) else ""
        said.append(" ".join(word for word in (people.get(pin.entry), people.get(pin.other), heat) if word))
    return ", ".join(said)


def _write(found: Sequence[Seeded], *, by: User | None, at: datetime) -> None:
    """The old heats go and the new ones come in the same transaction; an entry that came over from another race of these
    must be free first."""
    Start.objects.filter(heat__race__in=[one.race.pk for one in found]).delete()
    Heat.objects.filter(race__in=[one.race.pk for one in found]).delete()
    heats = Heat.objects.bulk_create(
        Heat(tenant_id=one.race.tenant_id, race=one.race, number=number)
        for one in found
        for number in range(1, len(one.seeding.heats) + 1)
    )
    made = {(heat.race_id, heat.number): heat for heat in heats}
    Start.objects.bulk_create((start for one in found for start in _starts(one, made)), batch_size=1_000)
    for one in found:
        _keep_seeding(one, at=at)
        record("race.seeded", one.race, by=by, after=_said(one))


def _starts(one: Seeded, heats: dict[tuple[int, int], Heat]) -> Iterable[Start]:
    race_of = {entry.pk: entry.race_id for entry in one.starters.entries}
    for heat in one.seeding.heats:
        for hip_number, placed in enumerate(heat, start=1):
            reason = reason_of(placed, one.seeding, rule=RULE_VERSION)
            if race_of[placed.runner.entry] != one.race.pk:
                reason["from_race"] = race_of[placed.runner.entry]
            yield Start(
                tenant_id=one.race.tenant_id, heat=heats[one.race.pk, placed.heat], entry_id=placed.runner.entry,
                hip_number=hip_number, rank=placed.rank, reason=reason,
            )  # fmt: skip


def _keep_seeding(one: Seeded, *, at: datetime) -> None:
    row = one.starters.seeding
    row.version, row.rule_version = row.version + 1, RULE_VERSION
    row.hash, row.surplus, row.seeded_at = one.seeding.hash, one.seeding.surplus, at
    row.save()


def _said(one: Seeded) -> dict[str, object]:
    """What the trail keeps."""
    return {
        "entries": len(one.starters.entries), "heats": len(one.seeding.heats), "moved": one.seeding.moved,
        "together": one.seeding.surplus, "hash": one.seeding.hash,
    }  # fmt: skip
