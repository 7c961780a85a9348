"""What organizers change about heats by hand. Every change names the version of the board that it was made on; on an older one
it is refused, says what changed meanwhile, and nothing is lost."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from entries.heat import board, rules
from entries.heat.board import Line
from entries.heat.models import HeatChange, RaceSeeding, SeedingPin
from entries.heat.pinning import contradicts
from entries.heat.queries import last_version, starters_of
from entries.heat.reasons import late_reason
from entries.heat.runners import Pin, PinKind
from entries.heat.wording import pin_said
from entries.meet.models import Meet, Race
from tenants.audit.actions import record
from tenants.audit.models import AuditRecord
from tenants.audit.queries import about
from tenants.audit.verbs import name_of
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

Change = Callable[[Race, list[Line]], Mapping[int, int]]
"""Pins what is to be pinned, adds lines of who comes late; says which entries go into which heats."""
VERBS = {
    "moved": "race.heats_moved",
    "swapped": "race.heats_swapped",
    "edited": "race.heats_edited",
    "pinned": "race.heats_pinned",
    "unpinned": "race.heats_unpinned",
}


@retry_when_locked
@transaction.atomic
def move(*, race: Race, entries: Sequence[int], heat: int, version: int, by: User, at: datetime, why: str = "") -> int:
    """Put these runners into the heat, where they stay when heats are made anew; also who got a place after they were made. How
    many moved: who stands there already is let be. Raises Refused, Busy."""
    moved = list[int]()

    def change(race: Race, lines: list[Line]) -> Mapping[int, int]:
        last = max(line.heat for line in lines)
        if not 1 <= heat <= last:
            raise Refused("heat_unknown", last=last)
        lines += _late(race, entries, lines, heat=heat)
        _check_known(entries, lines)
        there = {line.entry for line in lines if line.heat == heat}
        moved.extend(entry for entry in entries if entry not in there)
        if not moved:
            raise Refused("already_in_heat", heat=heat)
        pin_into(race, dict.fromkeys(moved, heat), by=by, at=at, why=why)
        after["runners"] = len(moved)
        return dict.fromkeys(moved, heat)

    after: dict[str, object] = {"into": heat}
    _changed(race, "moved", change, version=version, by=by, at=at, why=why, after=after)
    return len(moved)


@retry_when_locked
@transaction.atomic
def swap(*, race: Race, one: int, other: int, version: int, by: User, at: datetime, why: str = "") -> None:
    """Two runners change heats, and stay there when heats are made anew. Raises Refused, Busy."""

    def change(race: Race, lines: Sequence[Line]) -> Mapping[int, int]:
        _check_known((one, other), lines)
        heat_of = {line.entry: line.heat for line in lines}
        if heat_of[one] == heat_of[other]:
            raise Refused("same_heat")
        heats = {one: heat_of[other], other: heat_of[one]}
        pin_into(race, heats, by=by, at=at, why=why)
        return heats

    _changed(race, "swapped", change, version=version, by=by, at=at, why=why, after={"runners": 2})


@retry_when_locked
@transaction.atomic
def pin(
    *,
    race: Race,
    kind: PinKind,
    version: int,
    by: User,
    at: datetime,
    why: str,
    entry: int = 0,
    other: int = 0,
    heat: int = 0,
) -> None:
    """Fix something for every seeding to come; nobody moves now. Raises Refused, Busy."""

    def change(race: Race, lines: Sequence[Line]) -> Mapping[int, int]:
        if not why.strip():
            raise Refused("pin_without_reason")
        if (kind in (PinKind.TOGETHER, PinKind.APART) and (not other or other == entry)) or (
            kind != PinKind.FROZEN and not entry
        ):
            raise Refused("pin_incomplete")
        _check_known([number for number in (entry, other) if number], lines)
        last = max(line.heat for line in lines)
        if kind in (PinKind.INTO, PinKind.NOT_INTO, PinKind.FROZEN) and not 1 <= heat <= last:
            raise Refused("heat_unknown", last=last)
        what = {"kind": kind, "entry": entry or None, "other": other or None, "heat_number": heat or None}
        if SeedingPin.objects.filter(race=race, **what).exists():
            raise Refused("pin_there")
        _check_pins(race, [Pin(kind, entry, heat, other)])
        SeedingPin.objects.create(
            tenant_id=race.tenant_id,
            race=race,
            kind=kind,
            entry_id=entry or None,
            other_id=other or None,
            heat_number=heat or None,
            reason=why[:200],
            made_by=by,
            made_at=at,
        )
        return {}

    _changed(race, "pinned", change, version=version, by=by, at=at, why=why, after={"pin": kind.value})


@retry_when_locked
@transaction.atomic
def unpin(*, race: Race, pin: int, version: int, by: User, at: datetime) -> None:
    """Let go what was fixed. Raises Refused, Busy."""

    def change(race: Race, lines: Sequence[Line]) -> Mapping[int, int]:
        if not SeedingPin.objects.filter(race=race, pk=pin).delete()[0]:
            raise Refused("pin_gone")
        return {}

    _changed(race, "unpinned", change, version=version, by=by, at=at)


@retry_when_locked
@transaction.atomic
def undo(*, race: Race, version: int, by: User, at: datetime) -> str:
    """Take the newest change back; which it was. Raises Refused, Busy."""
    seeding = held(race, version=version, at=at)
    change = HeatChange.objects.filter(race=race).order_by("-version").first()
    if change is None:
        raise Refused("nothing_to_undo")
    board.put_back(change, race, at=at)
    change.delete()
    seeding.version += 1
    seeding.save(update_fields=["version"])
    record("race.heats_undone", race, by=by, after={"undone": change.what})
    return change.what


def edit(
    *, race: Race, heats: Mapping[int, int], hips: Mapping[int, int], version: int, by: User, at: datetime, why: str
) -> None:
    """Put these runners into these heats, where they stay, and under these hip numbers, which `edits.refused` let pass. Needs the
    caller's transaction. Raises Refused."""

    def change(race: Race, lines: Sequence[Line]) -> Mapping[int, int]:
        _check_known([*heats, *hips], lines)
        pin_into(race, heats, by=by, at=at, why=why)
        return heats

    runners = {"runners": len({*heats, *hips})}
    _changed(race, "edited", change, hips=hips, version=version, by=by, at=at, why=why, after=runners)


def _changed(
    race: Race,
    what: str,
    change: Change,
    *,
    hips: Mapping[int, int] | None = None,
    version: int,
    by: User,
    at: datetime,
    why: str = "",
    after: Mapping[str, object] | None = None,
) -> None:
    seeding = held(race, version=version, at=at)
    lines = board.lines_of(race)
    if not lines:
        raise Refused("no_heats_yet")
    board.remember(seeding, race, what, by=by, at=at, lines=lines)
    heats = change(race, lines)
    if heats or hips:
        board.write(race, board.arranged(lines, heats, hips, is_out=last_version(race.meet) is not None))
    seeding.save(update_fields=["version"])
    record(VERBS[what], race, by=by, after=dict(after or {}), why=why)


def held(race: Race, *, version: int, at: datetime) -> RaceSeeding:
    """Raises Refused when somebody else was first ("board_changed", naming them and what they did), and for a version that never was.

    The meet is held too, so that lists do not come out between the look at them and the move.
    """
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=race.meet_id)
    rules.check_may_change(meet, at=at)
    seeding = board.hold(race)
    if seeding.version != version:
        raise _changed_meanwhile(race) if version < seeding.version else Refused("board_unreadable")
    return seeding


def _changed_meanwhile(race: Race) -> Refused:
    """What was done last, as the trail says it: what can be taken back does not tell of what was taken back."""
    verbs = (*VERBS.values(), "race.seeded", "race.heats_undone")
    last = about(AuditRecord.objects.filter(verb__in=verbs), [race]).first()
    if last is None or last.actor is None:
        return Refused("board_changed_somehow")
    return Refused("board_changed", who=last.actor.name, what=name_of(last.verb))


def _late(race: Race, entries: Sequence[int], lines: Sequence[Line], *, heat: int) -> list[Line]:
    """Lines for those of the entries that start in the race and stand in no heat yet, ranked behind all others."""
    missing = set(entries) - {line.entry for line in lines}
    if not missing:
        return []
    starters = starters_of(race.meet)[race.pk]
    found = [entry for entry in starters.entries if entry.pk in missing]
    last = max((line.rank or 0 for line in lines), default=0)
    ranks = {entry.pk: rank for rank, entry in enumerate((one for one in found if not one.pacemaker), start=last + 1)}
    return [
        Line(
            entry.pk, 0, None, ranks.get(entry.pk),
            late_reason(entry.seed_time, ranks.get(entry.pk), ranked=last + len(ranks), heat=heat),
        )
        for entry in found
    ]  # fmt: skip


def _check_known(entries: Sequence[int], lines: Sequence[Line]) -> None:
    if not {line.entry for line in lines}.issuperset(entries):
        raise Refused("start_unknown")


def _check_pins(race: Race, new: Sequence[Pin], *, instead_of: Sequence[PinKind] = ()) -> list[int]:
    """The pins that the new ones replace. Raises Refused("pin_contradicts") for what cannot be kept together with what somebody
    fixed before: seeding would be refused later, for the whole meet. One query."""
    replaced = list[int]()
    about = {entry for pin in new for entry in (pin.entry, pin.other) if entry}
    kept = SeedingPin.objects.filter(race=race, entry__in=about) | SeedingPin.objects.filter(race=race, other__in=about)
    for old in kept.select_related("entry__athlete", "other__athlete", "made_by"):
        there = Pin(PinKind(old.kind), old.entry_id or 0, old.heat_number or 0, old.other_id or 0)
        if there.kind in instead_of:
            replaced.append(old.pk)
        elif any(contradicts(pin, there) for pin in new):
            who = old.made_by.name if old.made_by else "–"
            raise Refused("pin_contradicts", pin=pin_said(old), who=who, why=old.reason or "–")
    return replaced


def pin_into(race: Race, heats: Mapping[int, int], *, by: User, at: datetime, why: str) -> None:
    """One wish about where each runner goes, the newest. Raises Refused("pin_contradicts")."""
    replaced = _check_pins(race, [Pin(PinKind.INTO, *place) for place in heats.items()], instead_of=[PinKind.INTO])
    if replaced:
        SeedingPin.objects.filter(race=race, pk__in=replaced).delete()
    SeedingPin.objects.bulk_create(
        SeedingPin(
            tenant_id=race.tenant_id,
            race=race,
            kind=PinKind.INTO,
            entry_id=entry,
            heat_number=heat,
            reason=why[:200],
            made_by=by,
            made_at=at,
        )
        for entry, heat in heats.items()
    )
