"""The stage of a rush: a host, a meet and coaches that nobody else has, set up and struck in the database.

The host `loadtest` is inactive before and after, and stays; all else goes. A run that was killed is struck by the next.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from config.ops.loadtest.plan import Plan, RacePlan
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Membership, Team, TeamKind
from tenants.actions import temporary_password
from tenants.audit.actions import record
from tenants.models import AuditRecord, OutboxMail, Session, Tenant, User
from tenants.scope import tenant_scope

SLUG = "loadtest"
NAME = "Load test (manage.py loadtest)"
MEET_NAME = "負荷テスト（申込できません）"
DOMAIN = "loadtest.invalid"
"""No mail can reach it, and the worker hands none to a mail server (`tenants.outbox.undeliverable`)."""
CHUNK = 2_000
OPEN_FOR = timedelta(hours=6)
"""Entries of a made-up meet close by themselves, should it be left behind."""


class NotOurs(Exception):
    """Somebody else's host uses our name."""


class Coach:
    """An account with a team of athletes, and the password that all of them share."""

    def __init__(self, email: str, password: str, team: int, athletes: Sequence[int]) -> None:
        self.email, self.password, self.team, self.athletes = email, password, team, list(athletes)


@dataclass(frozen=True)
class Stage:
    """One round: a meet that takes entries now, its races by id with their plan."""

    meet: int
    address: str
    races: dict[int, RacePlan]


def host() -> Tenant:
    """Our own host, made when missing. Raises NotOurs."""
    tenant, _made = Tenant.objects.get_or_create(slug=SLUG, defaults={"name": NAME, "is_active": False})
    if tenant.name != NAME:
        raise NotOurs(f"a host of another name uses the slug {SLUG} ({tenant.name})")
    return tenant


def people(
    how_many: int, athletes: int, *, email: Callable[[int], str], name: str, password: str
) -> list[tuple[User, Team, list[Athlete]]]:
    """New coaches, each with a team of `athletes` men. `password` is stored as it is: a hash, or one that fits nothing."""
    users = User.objects.bulk_create(
        [User(email=email(n), name=f"coach {n}", password=password) for n in range(how_many)]
    )
    teams = Team.objects.bulk_create([Team(kind=TeamKind.CLUB, name=f"{name}{n}") for n in range(how_many)])
    Membership.objects.bulk_create([Membership(team=t, user=u) for t, u in zip(teams, users, strict=True)])
    everyone = Athlete.objects.bulk_create(
        [
            Athlete(
                team=team,
                family_name="走",
                given_name=f"者{n}",
                family_kana="ハシル",
                given_kana="モノ",
                sex="M",
                birth_date=date(2003, 4, 2),
            )
            for team in teams
            for n in range(athletes)
        ],
        batch_size=CHUNK,
    )
    return [
        (user, team, everyone[n * athletes : (n + 1) * athletes])
        for n, (user, team) in enumerate(zip(users, teams, strict=True))
    ]


@transaction.atomic
def engage(plan: Plan) -> list[Coach]:
    """Coaches with accounts that sign in by password. One hash for all: only the server's work counts here."""
    password = temporary_password()
    made = people(
        plan.teams,
        plan.rows,
        email=lambda n: f"coach-{n}@{DOMAIN}",
        name="負荷テスト",
        password=make_password(password),
    )
    return [Coach(user.email, password, team.pk, [row.pk for row in rows]) for user, team, rows in made]


@transaction.atomic
def open_meet(plan: Plan, number: int, *, at: datetime) -> Stage:
    """The meet of one round, on our host, which is active from now on."""
    tenant = host()
    tenant.is_active = True
    tenant.save(update_fields=["is_active"])
    day = timezone.localdate(at) + timedelta(days=30)
    with tenant_scope(tenant.pk):
        meet = Meet(
            tenant=tenant, slug=f"rush-{number}-{secrets.token_hex(3)}", name=MEET_NAME, starts_on=day, ends_on=day,
            entries_open_at=at - timedelta(minutes=5), entries_close_at=at + OPEN_FOR, fee=0, state=State.PUBLISHED,
        )  # fmt: skip
        meet.save()
        races = {}
        for position, race in enumerate(plan.races, start=1):
            row = Race(
                tenant=tenant, meet=meet, name=race.name, distance_m=race.distance_m, sex="X", places=race.places,
                waiting_places=None, position=position,
            )  # fmt: skip
            row.save()
            races[row.pk] = race
    return Stage(meet.pk, reverse("news:meet", args=[tenant.slug, meet.slug]), races)


def strike(*, sessions: Sequence[str] = ()) -> dict[str, int]:
    """Take out all that a rush put in, whichever run it was, and make the host inactive. How many rows of what.

    Other people's rows are never looked at: only what belongs to our host, and to accounts under our own domain.
    """
    tenant = host()
    count = {"sessions": Session.objects.filter(session_key__in=list(sessions)).delete()[0]}
    with tenant_scope(tenant.pk):
        Tenant.objects.filter(pk=tenant.pk).update(is_active=False)
        for model in (EntryUpload, SheetDraft, Entry, Submission, Race, Meet):
            count[model._meta.model_name or ""] = _in_chunks(model)
    users = list(User.objects.filter(email__endswith=f"@{DOMAIN}").values_list("pk", flat=True))
    teams = list(Team.objects.filter(memberships__user__in=users).values_list("pk", flat=True))
    with transaction.atomic():
        count["mail"] = OutboxMail.objects.filter(tenant=tenant).delete()[0]
        AuditRecord.objects.filter(tenant=tenant).exclude(verb="loadtest.struck").delete()
        AuditRecord.objects.filter(actor__in=users).delete()
        count["team"] = Team.objects.filter(pk__in=teams).delete()[0]
        count["user"] = User.objects.filter(pk__in=users).delete()[0]
        if any(count.values()):
            record("loadtest.struck", tenant, by=None, after=count)
    return count


def _in_chunks(model: type[EntryUpload | SheetDraft | Entry | Submission | Race | Meet]) -> int:
    """Delete the model's rows of the host in scope, few enough at a time for the statement timeout."""
    deleted = 0
    while chosen := list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        deleted += model._default_manager.filter(pk__in=chosen).delete()[0]
    return deleted
