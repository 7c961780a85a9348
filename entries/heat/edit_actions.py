"""Heats, hip numbers and bibs that somebody wrote by hand, made so: through the board, by the rules of `edits`, all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from entries.heat import board_actions, rules
from entries.heat.bib_actions import range_of, ranges_of
from entries.heat.bibs import Wearer
from entries.heat.edits import Scene, Stands, Wish, refused
from entries.heat.models import Bib, Start
from entries.heat.queries import bibs_of, last_version
from entries.meet.models import Meet, Race
from tenants.audit.actions import record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked

MOST_IN_TRAIL = 200


def scene_of(meet: Meet) -> Scene:
    """The starts of the meet as they are now, and which numbers its ranges hold for whom. Five queries."""
    bibs, ranges = bibs_of(meet), [range_of(row) for row in ranges_of(meet)]
    columns = ("entry", "entry__athlete", "heat__race", "heat__number", "hip_number")
    of_athlete = ("entry__athlete__sex", "entry__athlete__team__kind", "heat__race__is_ncg")
    stands, wearers = dict[int, Stands](), dict[int, Wearer]()
    rows = Start.objects.filter(heat__race__meet=meet).order_by("pk").values_list(*columns, *of_athlete)
    for entry, athlete, race, heat, hip, sex, kind, selection in rows:
        stands[entry] = Stands(entry, athlete, race, heat, hip, bibs.get(athlete))
        before = wearers.get(athlete) or Wearer(athlete, sex, (), selection=False, category=kind)
        wearers[athlete] = replace(before, races=(*before.races, race), selection=before.selection or selection)

    def may_wear(athlete: int, number: int) -> bool:
        return any(one.first <= number <= one.last and one.fits(wearers[athlete]) for one in ranges)

    placed = Start.objects.filter(heat__race__meet=meet).values("entry__athlete")
    others = Bib.every.filter(meet=meet).exclude(athlete__in=placed, is_proposed=False).select_related("athlete")
    proposed, absent = dict[int, tuple[int, str]](), dict[int, tuple[int, str]]()
    for bib in others:
        (proposed if bib.is_proposed else absent)[bib.number] = bib.athlete_id, bib.athlete.full_name
    return Scene(stands, last_version(meet) is not None, may_wear, proposed, absent)


@retry_when_locked
@transaction.atomic
def apply_edits(
    *,
    meet: Meet,
    wishes: Sequence[Wish],
    versions: Mapping[int, int],
    bibs: Mapping[int, int | None],
    by: User,
    at: datetime,
    why: str = "",
) -> int:
    """Make these wishes come true; of how many runners something changed. `versions` of boards by race, and `bibs` by entry, are those
    that were looked at. What is so already is left out, so that a second press does nothing.

    Raises Refused("board_changed") with who was first, Refused("edits_changed") when a wish cannot be any more, when it is too early
    or too late, and Busy; then nothing is written.
    """
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    rules.check_may_change(meet, at=at)
    scene = scene_of(meet)
    if any(wish.entry not in scene.stands for wish in wishes):
        raise Refused("edits_changed")
    open_wishes = [wish for wish in wishes if not _is_so(wish, scene.stands[wish.entry])]
    by_race: dict[int, list[Wish]] = {}
    for wish in open_wishes:
        if wish.heat is not None or wish.hip is not None:
            by_race.setdefault(scene.stands[wish.entry].race, []).append(wish)
    races = list(Race.objects.filter(pk__in=by_race).select_related("meet").order_by("pk"))
    for race in races:
        board_actions.held(race, version=versions.get(race.pk, 0), at=at)
    if refused(scene, open_wishes) or any(_has_other_bib(wish, scene, bibs) for wish in open_wishes):
        raise Refused("edits_changed")
    for race in races:
        board_actions.edit(
            race=race, version=versions.get(race.pk, 0), by=by, at=at, why=why,
            heats={wish.entry: wish.heat for wish in by_race[race.pk] if wish.heat is not None},
            hips={wish.entry: wish.hip for wish in by_race[race.pk] if wish.hip is not None},
        )  # fmt: skip
    _write_bibs(meet, scene, open_wishes, by=by)
    return len(open_wishes)


@retry_when_locked
@transaction.atomic
def set_bib(*, meet: Meet, entry: int, number: int, by: User, at: datetime) -> None:
    """Give the runner of this entry the number, in place of the one that they have. Raises Refused: "bib_worn" with who has it,
    else what `edits` says, and when it is too early or too late."""
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    rules.check_may_change(meet, at=at)
    scene, wish = scene_of(meet), Wish(entry, bib=number)
    if entry not in scene.stands:
        raise Refused("start_unknown")
    worn = Bib.objects.filter(meet=meet, number=number).exclude(athlete=scene.stands[entry].athlete)
    if other := worn.select_related("athlete").first():
        raise Refused("bib_worn", number=number, who=other.athlete.full_name)
    if why := refused(scene, [wish]).get(entry):
        raise why
    _write_bibs(meet, scene, [wish], by=by)


@retry_when_locked
@transaction.atomic
def set_hip(*, race: Race, entry: int, number: int, version: int, by: User, at: datetime, why: str = "") -> None:
    """Give the runner this hip number within the heat; what the others wear stays. Raises Refused: "board_changed" on an older board,
    else what `edits` says, and when it is too early or too late."""
    board_actions.held(race, version=version, at=at)
    scene, wish = scene_of(race.meet), Wish(entry, hip=number)
    if entry not in scene.stands or scene.stands[entry].race != race.pk:
        raise Refused("start_unknown")
    if reason := refused(scene, [wish]).get(entry):
        raise reason
    board_actions.edit(race=race, heats={}, hips={entry: number}, version=version, by=by, at=at, why=why)


def _is_so(wish: Wish, now: Stands) -> bool:
    return all(wanted in (None, is_now) for wanted, is_now in zip(wish[1:], (now.heat, now.hip, now.bib), strict=True))


def _has_other_bib(wish: Wish, scene: Scene, bibs: Mapping[int, int | None]) -> bool:
    """Whether somebody else gave the runner a number since it was looked at."""
    now = scene.stands[wish.entry].bib
    return wish.bib not in (None, now) and bibs.get(wish.entry) != now


def _write_bibs(meet: Meet, scene: Scene, wishes: Sequence[Wish], *, by: User) -> None:
    """Two who change numbers would have the same one for a moment: the old ones go first."""
    wanted = {scene.stands[wish.entry].athlete: (scene.stands[wish.entry].bib, wish.bib) for wish in wishes if wish.bib}
    changed = {athlete: numbers for athlete, numbers in wanted.items() if numbers[0] != numbers[1]}
    if not changed:
        return
    Bib.every.filter(meet=meet, athlete__in=changed).delete()
    Bib.objects.bulk_create(
        (
            Bib(tenant_id=meet.tenant_id, meet=meet, athlete_id=athlete, number=new)
            for athlete, (_, new) in changed.items()
        ),
        batch_size=2_000,
    )
    said = [f"{old or '–'} → {new}" for old, new in list(changed.values())[:MOST_IN_TRAIL]]
    record("meet.bibs_set", meet, by=by, after={"runners": len(changed), "bibs": said})
