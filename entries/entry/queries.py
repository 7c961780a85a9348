"""Questions about entries that more than one door asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from catalog.shoes.queries import Shoe, shoes_by_id
from entries.entry.lines import Line
from entries.entry.models import Entry, EntryState, SheetDraft, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Membership, Team
from tenants.models import AuditRecord, User
from tenants.prepared import Prepared
from tenants.privacy.retention_classes import ERASED_AT
from tenants.scope import across_tenants

_held_in = Prepared(
    lambda meet, team: (
        Entry.objects.live()
        .filter(submission__meet=meet, submission__team=team)
        .with_state()
        .select_related("race", "submission")
        .order_by("pk")
    ),
    meet=int,
    team=int,
)


def held_in(meet: Meet, team: Team) -> list[Entry]:
    """The team's live entries in this meet, with state and the reference of their receipt."""
    return _held_in(meet=meet.pk, team=team.pk)


def last_entries(team: Team, *, before: Meet) -> list[Entry]:
    """The team's live entries in the meet that it entered last, of any host, other than `before`.

    A team's own history belongs to the team; no host sees what it did elsewhere.
    """
    with across_tenants():
        submission = Submission.objects.filter(team=team).exclude(meet=before).order_by("-submitted_at", "-pk").first()
        if submission is None:
            return []
        mine = Entry.objects.live().filter(submission__team=team, submission__meet=submission.meet_id)
        return list(mine.select_related("race__meet").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Found:
    """A submission, the database's time at which it was read, and whether the reader is a member of its team."""

    submission: Submission
    clock: datetime
    is_mine: bool


_by_reference = Prepared(
    lambda reference, reader: (
        Submission.objects.select_related("meet__tenant", "team", "submitted_by")
        .annotate(clock=Now(), is_mine=Exists(Membership.objects.filter(team=OuterRef("team"), user=reader)))
        .filter(reference=reference)
    ),
    reference=str,
    reader=int,
)


def submission_by_reference(reference: str, *, reader: User) -> Found | None:
    """A submission of any host. The caller asks `rules.may_see` before anything is shown. One query."""
    with across_tenants():
        found = _by_reference(reference=reference, reader=reader.pk)
    return Found(found[0], vars(found[0])["clock"], vars(found[0])["is_mine"]) if found else None


def submission_under_key(team: Team, key: str) -> Submission | None:
    """What this team sent under this key."""
    return Submission.objects.filter(team=team, key=key).first()


def _entries_of(submission: Submission | int) -> QuerySet[Entry]:
    rows = Entry.objects.filter(submission=submission).with_state().with_position()
    rows = rows.select_related("race", "athlete").defer("athlete__search_key")
    return rows.order_by("race__position", "race_id", "ticket", "pk")


PER_RECEIPT_PAGE = 200
_first_page = Prepared(lambda submission: _entries_of(submission)[:PER_RECEIPT_PAGE], submission=int)


def entries_of(submission: Submission) -> QuerySet[Entry]:
    """The entries of a receipt, race by race, in the order of their tickets."""
    return _entries_of(submission)


def page_of_entries(submission: Submission, number: int) -> tuple[list[Entry], "Tally", int]:
    """The receipt's entries on this page, the figures of the whole receipt, and how many pages it has. One query for a
    receipt of one page."""
    start = (number - 1) * PER_RECEIPT_PAGE
    rows = _first_page(submission=submission.pk) if start == 0 else _further_page(submission, start)
    for row in rows:
        row.race.meet = submission.meet  # one for all, instead of its columns beside each entry
    if start == 0 and len(rows) < PER_RECEIPT_PAGE:
        return rows, tally(rows), 1
    sums = tally(Entry.objects.filter(submission=submission).with_state().only("fee", "ticket", "withdrawn_at"))
    return rows, sums, -(-(sums.accepted + sums.waiting + sums.withdrawn) // PER_RECEIPT_PAGE)


def _further_page(submission: Submission, start: int) -> list[Entry]:
    return list(entries_of(submission)[start : start + PER_RECEIPT_PAGE])


def submissions_of(team: Team) -> QuerySet[Submission]:
    """The team's submissions at all hosts, newest first, with counts per state and what they cost.

    Evaluate it across tenants: it is the team's own history.
    """
    live = Q(entries__withdrawn_at__isnull=True)
    within = Q(entries__ticket__isnull=True) | Q(entries__ticket__lte=F("entries__race__line"))
    return (
        Submission.objects.filter(team=team)
        .select_related("meet__tenant")
        .annotate(
            accepted=Count("entries", filter=live & within),
            waiting=Count("entries", filter=live & ~within),
            withdrawn=Count("entries", filter=~live),
            due=Sum("entries__fee", filter=live & within, default=0),
        )
        .order_by("-submitted_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """A receipt in figures. `due` is the fee of those who hold a place; who waits pays when promoted."""

    accepted: int
    waiting: int
    withdrawn: int
    due: int
    due_if_promoted: int


def tally(entries: Iterable[Entry]) -> Tally:
    """How many of these entries stand where and what they cost. They must carry `state`."""
    rows = list(entries)
    fees = {state: [entry.fee for entry in rows if entry.state == state] for state in EntryState}
    accepted, waiting = fees[EntryState.ACCEPTED], fees[EntryState.WAITLISTED]
    return Tally(
        len(accepted), len(waiting), len(fees[EntryState.WITHDRAWN]), due=sum(accepted), due_if_promoted=sum(waiting)
    )


def races_of(meet: Meet, *, only: Sequence[str] = ()) -> dict[int, Race]:
    """The meet's races by id, each with the meet itself attached; with all columns or with `only` these."""
    races = {race.pk: race for race in Race.objects.filter(meet=meet).only(*only)}
    for race in races.values():
        race.meet = meet
    return races


_teams_to_enter = Prepared(
    lambda user, meet: (
        Team.objects.filter(memberships__user=user)
        .annotate(has_drafts=Exists(SheetDraft.objects.filter(meet=meet, team=OuterRef("pk"))), clock=Now())
        .order_by("name", "pk")
    ),
    user=int,
    meet=int,
)


def teams_to_enter(user: User, meet: Meet) -> list[Team]:
    """The user's teams by name, each with the database's `clock` and `has_drafts`: whether anybody's sheet for this meet is
    not sent yet."""
    return _teams_to_enter(user=user.pk, meet=meet.pk)


def pairs_held(meet: Meet, team: Team) -> list[tuple[int, int]]:
    """The team's live (athlete, race) pairs in this meet."""
    mine = Entry.objects.live().filter(submission__meet=meet, submission__team=team)
    return list(mine.values_list("athlete_id", "race_id"))


@dataclass(frozen=True, slots=True)
class Entering:
    """Of a posted sheet: the team, those of its athletes who are named, and the database's time."""

    team: Team
    athletes: Mapping[int, Athlete]
    clock: datetime


@cache
def _entering(only: tuple[str, ...]) -> Prepared[Athlete]:
    return Prepared(
        lambda user, team, athletes: (
            Athlete.objects.filter(team=team, team__memberships__user=user, pk__in=athletes)
            .select_related("team")
            .only(*only, "team__name", "team__contact_email")
            .annotate(clock=Now())
        ),
        user=int,
        team=int,
        athletes=list,
    )


def entering(user: User, team: int, athletes: Iterable[int], *, only: tuple[str, ...]) -> Entering | None:
    """What a sheet of this team needs, in one query, with `only` these columns of an athlete.

    None when the user manages no such team, or when it has none of the athletes.
    """
    found = {row.pk: row for row in _entering(only)(user=user.pk, team=team, athletes=sorted(set(athletes)))}
    first = next(iter(found.values()), None)
    return Entering(first.team, found, vars(first)["clock"]) if first else None


def declared_shoes(lines: Sequence[Line]) -> dict[int, Shoe]:
    """What was declared, by product id; only products of the host in scope. No query when nothing was."""
    return shoes_by_id(line.shoe_id for line in lines if line.shoe_id is not None)


def addresses_of(team: Team, by: User) -> list[str]:
    """Who gets a submission's mails: the sender, and the team's contact when that is somebody else."""
    return list(dict.fromkeys(address for address in (by.email, team.contact_email.lower()) if address))


def is_press_noted(race: Race, key: str) -> bool:
    """Whether a place was added to the race with this key already: the trail tells."""
    noted = AuditRecord.objects.filter(target_type="race", target_id=str(race.pk), verb="race.place_added")
    return noted.filter(after___key=key).exists()


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether withdrawn entries of one submission come back."""

    live: Mapping[int, tuple[int, int]]
    """The team's live entries in the meet by id, each with its athlete and race."""
    given: Mapping[int, int]
    """How many places of each race are given by ticket."""
    changed: Mapping[int, int]
    """Entries that were made by a change of race, each with the entry that it replaced."""

    def instead_of(self, entry: int) -> int | None:
        """The live entry that stands for this one, after one change of race or several, in either direction."""
        same, found = {entry}, {entry}
        while found:
            pairs = [{new, old} for new, old in self.changed.items()]
            found = {one for pair in pairs if pair & same for one in pair} - same
            same |= found
        return next((one for one in sorted(same - {entry}) if one in self.live), None)


def standing_of(gone: Sequence[Entry]) -> Standing:
    """For withdrawn entries of one submission, whatever their number. Four queries; needs `race` loaded."""
    submission = gone[0].submission
    mine = Entry.objects.live().filter(submission__meet=submission.meet_id, submission__team=submission.team_id)
    races = {entry.race_id for entry in gone}
    holding = Entry.objects.live().filter(race__in=races, ticket__lte=F("race__line")).order_by()
    same = Entry.objects.filter(submission=submission, athlete__in={entry.athlete_id for entry in gone})
    noted = AuditRecord.objects.filter(
        target_type="entry",
        target_id__in=[f"{pk}" for pk in same.values_list("pk", flat=True)],
        verb="entry.race_changed",
    )
    return Standing(
        live={pk: (athlete, race) for pk, athlete, race in mine.values_list("pk", "athlete_id", "race_id")},
        given=dict(holding.values_list("race").annotate(n=Count("*"))),
        changed={int(new): before["entry"] for new, before in noted.values_list("target_id", "before")},
    )


def add_addresses(people: dict[str, str], sender: str | None, language: str | None, contact: str | None) -> None:
    """Whom to write to about a sheet, address -> language, each address once: its sender and the team's contact. Who was erased is
    left out."""
    if sender and not sender.endswith(ERASED_AT):
        people[sender.lower()] = language or "ja"
    if contact:
        people.setdefault(contact.lower(), language or "ja")
