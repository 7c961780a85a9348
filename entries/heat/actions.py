"""Making heats, and keeping what came of it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entries.entry.models import Entry
from entries.heat import board, rules
from entries.heat.models import RaceSeeding, Start
from entries.heat.queries import Starters, cut_of, last_version, pins_of, starters_of
from entries.heat.reasons import reason_of
from entries.heat.runners import Pin, Seeding
from entries.heat.seeding import RULE_VERSION, seed
from entries.heat.wording import pin_words
from entries.meet.models import Meet, Race
from tenants.actions import change_row
from tenants.audit.actions import record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

Places = dict[int, tuple[int, int, int | None]]
"""Of entries: race, heat and hip number."""


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
    *,
    meet: Meet,
    by: User | None,
    at: datetime,
    races: Iterable[int] | None = None,
    apply: bool = True,
    recut: bool = False,
    seen: str | None = None,
    why: str = "",
) -> list[Seeded]:
    """Make the heats of these races, or of all, from the entries of this moment, and write them unless `apply` is false.

    What was there goes, pins stay and are kept. Races in the order of the programme; queries do not grow with the number of
    entries. With `recut` also what is out already is made and numbered anew; `seen` names what was looked at before (`token_of`).
    Raises Refused when it is too early or too late, when pins cannot be kept, and when it would be another than was seen; and Busy.
    """
    wanted = None if races is None else set(races)
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk) if apply else meet
    rules.check_may_seed(meet, at=at, went_out=last_version(meet) is not None, recut=recut)
    chosen = [one for one in starters_of(meet).values() if wanted is None or one.race.pk in wanted]
    pins = pins_of(one.race.pk for one in chosen)
    found = [Seeded(one, seed(one.runners(), cut_of(one.seeding, one.race), pins[one.race.pk])) for one in chosen]
    _check_pins(found)
    if seen is not None and seen != token_of(found, places_of(meet)):
        raise Refused("recut_changed")
    if apply:
        _write(found, by=by, at=at, why=why)
    return found


def places_of(meet: Meet) -> Places:
    """Where each entry of the meet stands now."""
    rows = Start.objects.filter(heat__race__meet=meet).values_list("entry", "heat__race", "heat__number", "hip_number")
    return {entry: (race, heat, hip) for entry, race, heat, hip in rows}


def places_in(made: Iterable[Seeded]) -> Places:
    """Where entries stand in the heats that were made, in the order of these."""
    return {line.entry: (one.race.pk, line.heat, line.hip_number) for one in made for line in _lines(one)}


def would_move(made: Iterable[Seeded], before: Places) -> list[int]:
    """Those who stood somewhere and stand elsewhere, or under another number, in the heats that were made."""
    return [entry for entry, place in places_in(made).items() if entry in before and place != before[entry]]


def token_of(made: Sequence[Seeded], before: Places) -> str:
    """A name for heats that were made together with what they replace: another one when either is different."""
    now, races = places_in(made), {one.race.pk for one in made}
    there = [(entry, place) for entry, place in before.items() if entry in now or place[0] in races]
    said = json.dumps([sorted(there), sorted(now.items())])
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


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
    named = [(pin.kind, people.get(pin.entry, ""), people.get(pin.other, ""), pin.heat) for pin in pins]
    return " / ".join(pin_words(*one) for one in named)


def _write(found: Sequence[Seeded], *, by: User | None, at: datetime, why: str) -> None:
    """The new heats in place of the old; how it was is remembered first, of all races, since runners come over."""
    held = [(one, board.hold(one.race)) for one in found]
    for one, row in held:
        board.remember(row, one.race, "seeded", by=by, at=at)
    for one, row in held:
        board.write(one.race, list(_lines(one)))
        row.rule_version, row.hash, row.surplus, row.seeded_at = RULE_VERSION, one.seeding.hash, one.seeding.surplus, at
        row.save()
        record("race.seeded", one.race, by=by, after=_said(one), why=why)


def _lines(one: Seeded) -> Iterable[board.Line]:
    race_of = {entry.pk: entry.race_id for entry in one.starters.entries}
    ranked, heats = one.seeding.ranked, len(one.seeding.heats)
    for heat in one.seeding.heats:
        for hip_number, placed in enumerate(heat, start=1):
            reason = reason_of(placed, ranked=ranked, heats=heats, rule=RULE_VERSION)
            if race_of[placed.runner.entry] != one.race.pk:
                reason["from_race"] = race_of[placed.runner.entry]
            yield board.Line(placed.runner.entry, placed.heat, hip_number, placed.rank, reason)


def _said(one: Seeded) -> dict[str, object]:
    """What the trail keeps."""
    return {
        "entries": len(one.starters.entries), "heats": len(one.seeding.heats), "moved": one.seeding.moved,
        "together": one.seeding.surplus, "hash": one.seeding.hash,
    }  # fmt: skip


@transaction.atomic
def change_settings(*, row: RaceSeeding, fields: Sequence[str], per_heat: int, by: User) -> None:
    """Keep how a race is cut, and how many run in a heat. Its heats stay as they are until they are made anew."""
    race = row.race
    if per_heat != race.starters_per_heat:
        before, race.starters_per_heat = race.starters_per_heat, per_heat
        change_row(race, fields=["starters_per_heat"], before={"starters_per_heat": before}, by=by)
    if not fields:
        return
    kept = board.hold(race)
    was = {name: getattr(kept, name) for name in fields}
    for name in fields:
        setattr(kept, name, getattr(row, name))
    kept.save(update_fields=list(fields))
    record("race.seeding_changed", race, by=by, before=was, after={name: getattr(kept, name) for name in fields})
