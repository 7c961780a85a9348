"""Numbers that a team proposes for its athletes: asked for, taken back, confirmed, declined."""

from collections.abc import Mapping

from django.db import transaction

from entries.entry.models import Entry, Submission
from entries.heat import rules
from entries.heat.bib_actions import range_of, ranges_of, wearer
from entries.heat.bibs import Wearer
from entries.heat.models import Bib
from entries.meet.models import Meet
from tenants.audit.actions import record
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked


@retry_when_locked
@transaction.atomic
def propose(*, submission: Submission, numbers: Mapping[int, int | None], by: User) -> int:
    """Ask for these numbers, by athlete of the submission; None takes back what was asked. How many became different.

    All or none. Raises Refused with the `athlete` that it is about: "own_number_unknown" for one who does not run, "own_number_given"
    for one who has a number, "own_number_none" for one without a range to choose from, "own_number_outside" beyond those ranges,
    "own_number_twice" and "own_number_taken"; without one "own_numbers_not_now", and Busy.
    """
    meet = Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=submission.meet_id)
    rules.check_may_propose(meet)
    wearers = wearers_of(submission)
    rows = {row.athlete_id: row for row in Bib.every.filter(meet=meet, athlete__in=numbers)}
    changed = {
        athlete: number
        for athlete, number in numbers.items()
        if number != (rows[athlete].number if athlete in rows else None)
    }
    for athlete, number in changed.items():
        if athlete not in wearers:
            raise Refused("own_number_unknown", athlete=athlete)
        if athlete in rows and not rows[athlete].is_proposed:
            raise Refused("own_number_given", athlete=athlete, number=rows[athlete].number)
        _check_free(meet, wearers[athlete], number, changed)
    Bib.every.filter(meet=meet, athlete__in=changed, is_proposed=True).delete()
    Bib.every.bulk_create(
        Bib(tenant_id=meet.tenant_id, meet=meet, athlete_id=athlete, number=number, is_proposed=True)
        for athlete, number in changed.items()
        if number is not None
    )
    if changed:
        after = {"team": submission.team_id, "numbers": [number for number in changed.values() if number is not None]}
        record("meet.own_numbers_proposed", meet, by=by, after=after)
    return len(changed)


def _check_free(meet: Meet, one: Wearer, number: int | None, changed: Mapping[int, int | None]) -> None:
    """Raises Refused unless the number is one that teams may choose for this athlete, and nobody else has or wants it."""
    if number is None:
        return
    said = {"athlete": one.athlete, "number": number}
    open_to = [range_of(row) for row in ranges_of(meet) if row.is_own]
    fitting = [found for found in open_to if found.fits(one)]
    if not fitting:
        raise Refused("own_number_none", **said)
    if not any(found.first <= number <= found.last for found in fitting):
        raise Refused("own_number_outside", **said, ranges=", ".join(f"{row.first}–{row.last}" for row in fitting))
    if list(changed.values()).count(number) > 1:
        raise Refused("own_number_twice", **said)
    if Bib.every.filter(meet=meet, number=number).exclude(athlete__in=changed).exists():
        raise Refused("own_number_taken", **said)


def wearers_of(submission: Submission) -> dict[int, Wearer]:
    """The athletes of the submission who still run, by their races at the meet."""
    live = Entry.objects.live().filter(submission=submission).order_by("pk")
    found: dict[int, list[tuple[int, bool]]] = {}
    sexes: dict[int, str] = {}
    for athlete, sex, race, selection in live.values_list("athlete", "athlete__sex", "race", "race__is_ncg"):
        found.setdefault(athlete, []).append((race, selection))
        sexes[athlete] = sex
    kind = submission.team.kind
    return {athlete: wearer(athlete, sexes[athlete], kind, races) for athlete, races in found.items()}


@retry_when_locked
@transaction.atomic
def confirm(*, meet: Meet, by: User, bib: int | None = None) -> int:
    """Give the athletes the numbers that were proposed for them; all, or the one of this row. How many.

    Raises Refused("own_number_gone") when none is left, and Busy.
    """
    Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    asked = Bib.every.filter(meet=meet, is_proposed=True)
    if bib is not None:
        asked = asked.filter(pk=bib)
    given = asked.update(is_proposed=False)
    if not given:
        raise Refused("own_number_gone")
    record("meet.own_numbers_confirmed", meet, by=by, after={"runners": given})
    return given


@retry_when_locked
@transaction.atomic
def decline(*, meet: Meet, bib: int, by: User) -> None:
    """Take a proposal away; its number is free, and the athlete gets one from the ranges. Raises Refused("own_number_gone") and Busy."""
    Meet.objects.select_for_update(of=("self",), no_key=True).get(pk=meet.pk)
    asked = Bib.every.filter(meet=meet, is_proposed=True, pk=bib)
    row = asked.first()
    if row is None:
        raise Refused("own_number_gone")
    record("meet.own_number_declined", meet, by=by, before={"bib": row.number, "athlete": row.athlete_id})
    asked.delete()
