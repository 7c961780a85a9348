"""Reads of the public pages: published meets and what hangs on them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Now

from entries.entry.models import Entry, Submission
from entries.entry.queries import add_addresses
from entries.heat.models import Start
from entries.meet.models import OVER, Meet, Race, State
from entries.meet.standing import Phase
from entries.news.models import Notice
from entries.roster.queries import found_in_public
from tenants.jobs.models import Job
from tenants.scope import across_tenants
from tenants.searched import found

NOTICES_SHOWN = 20
MAIL = "news.mail_notice"
"""The job that mails a notice."""
LONGEST_DELAY, MOST_MAILED = timedelta(days=1), 100

ORDER = ["phase_rank", "soon", "day", "-past_day", "tenant__slug", "slug"]
"""Open meets by their closing, coming ones by their opening, closed ones by their day, past ones latest first."""


def published_meets(
    *, today: date, phases: Sequence[Phase] = tuple(Phase), host: str = "", words: str = ""
) -> QuerySet[Meet]:
    """Published meets of all hosts with `clock`, `phase` and their races, in the order in which a coach needs them.

    `phases` narrows to these; `host` is a tenant's slug; each of the `words` must stand in name, venue or host.
    """
    with across_tenants():
        meets = Meet.objects.published().with_clock().filter(tenant__is_active=True)
        races = Race.objects.in_programme_order()
    meets = meets.annotate(phase=_phase(today)).filter(phase__in=phases)
    if host:
        meets = meets.filter(tenant__slug=host)
    meets = meets.filter(found(words, "search_key", "tenant__search_key"))
    meets = meets.annotate(
        phase_rank=Case(*(When(phase=phase, then=rank) for rank, phase in enumerate(Phase))),
        soon=Case(
            When(phase=Phase.OPEN, then=F("entries_close_at")), When(phase=Phase.COMING, then=F("entries_open_at"))
        ),
        day=Case(When(phase=Phase.CLOSED, then=F("starts_on"))),
        past_day=Case(When(phase=Phase.PAST, then=F("starts_on"))),
    )
    return meets.select_related("tenant").prefetch_related(Prefetch("races", races)).order_by(*ORDER)


def _phase(today: date) -> Case:
    """`standing.phase_of` as the database says it; a test compares the two."""
    return Case(
        When(Q(state__in=OVER) | Q(ends_on__lt=today), then=Value(Phase.PAST)),
        When(state=State.PUBLISHED, entries_open_at__gt=Now(), then=Value(Phase.COMING)),
        When(state=State.PUBLISHED, entries_close_at__gt=Now(), then=Value(Phase.OPEN)),
        default=Value(Phase.CLOSED),
        output_field=CharField(),
    )


def races_with_slots(meet: Meet) -> list[Race]:
    """The meet's races in the order of the programme, each with `planned`, its slots' (starts_at, number), in one query."""
    rows = (
        Race.objects.in_programme_order()
        .filter(meet=meet)
        .select_related("fallback_race", "competition")
        .annotate(slot_at=F("slots__starts_at"), slot_number=F("slots__number"))
    )
    races: dict[int, Race] = {}
    for row in rows:
        race = races.setdefault(row.pk, row)
        race.meet = meet
        planned = vars(race).setdefault("planned", [])
        if vars(row)["slot_at"] is not None:
            planned.append((vars(row)["slot_at"], vars(row)["slot_number"]))
    return list(races.values())


def notices_of(meet: Meet) -> list[Notice]:
    """Notices that are out, important ones first, then the newest."""
    return list(
        Notice.objects.filter(meet=meet).out().order_by("-is_important", "-published_at", "-pk")[:NOTICES_SHOWN]
    )


def recipients_of(meet: Meet) -> dict[str, str]:
    """Everybody whose team still has an entry: address -> language, each address once.

    Of each sheet its sender and the team's contact, as for the receipt; who withdrew everything is told nothing.
    """
    live = Entry.objects.live().filter(submission=OuterRef("pk"))
    sheets = Submission.objects.filter(Exists(live), meet=meet).order_by()
    rows = sheets.values_list("submitted_by__email", "submitted_by__language", "team__contact_email").distinct()
    people: dict[str, str] = {}
    for columns in rows.iterator(chunk_size=2_000):
        add_addresses(people, *columns)
    return people


def notices_to_mail(*, at: datetime) -> list[Notice]:
    """Those of all hosts that are to be mailed, whose moment came within a day, and about which no job was asked for."""
    with across_tenants():
        due = Notice.objects.filter(
            published_at__lte=at,
            published_at__gt=at - LONGEST_DELAY,
            mail_asked_at__isnull=False,
            mailed_at__isnull=True,
        )
        rows = list(due.select_related("tenant").order_by("published_at", "pk")[:MOST_MAILED])
        asked = Job.objects.filter(kind=MAIL, created_at__gt=at - LONGEST_DELAY)
        known = {
            args.get("notice"): asked_at for args, asked_at in asked.order_by("pk").values_list("args", "created_at")
        }
        return [row for row in rows if row.pk not in known or known[row.pk] < (row.mail_asked_at or at)]


def races_of(meet: Meet) -> list[Race]:
    """The meet's races in the order of the programme, with their competitions."""
    return list(Race.objects.in_programme_order().filter(meet=meet).select_related("competition"))


def starts_of(meet: Meet) -> QuerySet[Start]:
    """Everybody who stands in a heat of the meet."""
    return Start.objects.filter(heat__race__meet=meet)


def listed_entries(meet: Meet, *, race: Race | None = None, words: str = "") -> QuerySet[Entry]:
    """Live entries for the public list, with `state`: by race, then in the order of their tickets."""
    entries = (
        Entry.objects.live()
        .filter(race__meet=meet)
        .select_related("race", "athlete", "submission__team")
        .with_state()
        .order_by("race__position", "race_id", F("ticket").asc(nulls_first=True), "pk")
    )
    if race:
        entries = entries.filter(race=race)
    return entries.filter(found_in_public(words, athlete="athlete__search_key", team="submission__team__search_key"))
