"""Registering a team, or an athlete who enters alone. Nothing exists before the address is confirmed.

A registration waits in its one-time link, with the password already hashed: nobody can take another person's address
into use, and nothing has to be cleaned up when nobody answers.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from entries.roster.actions import add_team
from entries.roster.athlete_actions import add_athlete
from entries.roster.models import TeamKind
from tenants.audit.actions import record
from tenants.models import User
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.signin import links
from tenants.signin.actions import open_session
from tenants.signin.models import OneTimeLink, Purpose
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.throttle import attempts

LIFETIME = timedelta(hours=24)
TERMS = "2026-11"
"""Version of the text that the applicant agreed to (fact F7); it stands on the form."""


@dataclass(frozen=True)
class Registration:
    """What was filled in. `athlete` holds the fields of one who enters alone."""

    email: str
    name: str
    phone: str
    team: dict[str, str]
    athlete: dict[str, Any] = field(default_factory=dict)

    @property
    def is_individual(self) -> bool:
        return self.team["kind"] == TeamKind.INDIVIDUAL


def register(request: HttpRequest, registration: Registration, *, password: str, at: datetime) -> links.Issued:
    """Mail the link that confirms this registration. Raises attempts.TooMany, Refused("stopped").

    The work is the same for an address that has an account: its mail then says so (requirement A4).
    """
    check_not_stopped(Function.REGISTRATION)
    attempts.count(request, what="mail", account=registration.email, limits=attempts.MAIL, at=at)
    payload = plain(registration) | {
        "password": make_password(password),
        "language": (get_language() or "ja")[:2],
        "agreed_at": at.isoformat(),
        "terms": TERMS,
    }
    with transaction.atomic():
        issued = links.issue(Purpose.REGISTER, email=registration.email, at=at, lifetime=LIFETIME, payload=payload)
        enqueue(
            "auth.register", to=registration.email, key=f"auth.link:{issued.link.pk}", context=issued.context, at=at
        )
    return issued


def confirm(request: HttpRequest, *, token: str, at: datetime) -> User:
    """Create the account, the team and, for one who enters alone, the athlete; then sign in.

    Raises Refused("link_invalid"), or Refused("account_exists") when the address got an account meanwhile.
    """
    try:
        with transaction.atomic():
            link = links.redeem(Purpose.REGISTER, token, at=at)
            if User.objects.filter(email=link.email).exists():
                raise Refused("account_exists")
            user = _create(link)
            links.forget(link)
    except IntegrityError:
        raise Refused("account_exists") from None
    open_session(request, user)
    return user


def waiting(link: OneTimeLink) -> Registration:
    """The registration that a mailed link would complete, read from the link."""
    known = link.payload
    athlete = dict(known["athlete"])
    if athlete:
        athlete["birth_date"] = date.fromisoformat(athlete["birth_date"])
    return Registration(known["email"], known["name"], known["phone"], known["team"], athlete)


def plain(registration: Registration) -> dict[str, Any]:
    """The registration as JSON can hold it."""
    values = asdict(registration)
    if registration.athlete:
        values["athlete"] |= {"birth_date": registration.athlete["birth_date"].isoformat()}
    return values


def _create(link: OneTimeLink) -> User:
    filled, known = waiting(link), link.payload
    user = User(
        email=filled.email, name=filled.name, phone=filled.phone, password=known["password"], language=known["language"]
    )
    user.save()
    agreed = {"terms": known["terms"], "agreed_at": known["agreed_at"]}
    record("account.registered", user, by=user, after=agreed)
    contact = {"contact_name": filled.name, "contact_email": filled.email, "contact_phone": filled.phone}
    team = add_team(by=user, values=filled.team | contact | {"team_code": ""})
    if filled.athlete:
        at = datetime.fromisoformat(known["agreed_at"])
        add_athlete(team, values=filled.athlete, by=user, at=at, today=timezone.localdate(at))
    return user
