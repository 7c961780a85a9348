"""Signing in and out, mailed links, and the password."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from tenants.audit.actions import record
from tenants.audit.security import note
from tenants.models import User, normal_email
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.signin import links, rules
from tenants.signin.models import Purpose
from tenants.throttle import attempts
from tenants.upkeep.counters import count

SIGN_IN_LIFETIME = timedelta(minutes=15)
RESET_LIFETIME = timedelta(minutes=60)


def sign_in(request: HttpRequest, *, email: str, password: str, at: datetime) -> User:
    """Check the password and open a new session. The same refusal for unknown, inactive and wrong.

    Raises attempts.TooMany before the password is looked at, Refused("sign_in_failed") after.
    """
    user = check_password(request, email=email, password=password, at=at)
    open_session(request, user)
    return user


def check_password(request: HttpRequest, *, email: str, password: str, at: datetime) -> User:
    """The active user of this address and password; counted as an attempt. Raises TooMany, Refused."""
    attempt = attempts.count(request, what="sign_in", account=email, limits=attempts.SIGN_IN, at=at)
    user = authenticate(request, email=email, password=password)
    if not isinstance(user, User):
        note("sign_in_refused")
        count("sign_ins", outcome="refused")
        raise Refused("sign_in_failed")
    attempts.take_back(attempt)
    return user


def open_session(request: HttpRequest, user: User) -> None:
    """Sign the person in: the session gets a new id, and nothing of somebody else's session is left."""
    login(request, user)
    note("signed_in", user=user.pk, tenant=user.tenant_id)
    count("sign_ins", outcome="ok")


def ask_for_link(request: HttpRequest, purpose: str, *, email: str, at: datetime) -> links.Issued:
    """Mail a sign-in or reset link, if there is an active account; the same work if there is none.

    For an unknown address the same rows are written; the mail's author finds nobody and the mail is dropped. So
    neither the answer nor its time tells who has an account (requirement A4). Raises attempts.TooMany.
    """
    attempts.count(request, what="mail", account=email, limits=attempts.MAIL, at=at)
    user = User.objects.filter(email=normal_email(email), is_active=True).first()
    address = user.email if user else normal_email(email)
    with transaction.atomic():
        issued = links.issue(
            purpose,
            email=address,
            user=user,
            at=at,
            lifetime=RESET_LIFETIME if purpose == Purpose.RESET else SIGN_IN_LIFETIME,
            payload={"fits": rules.fingerprint_of(user or User())},
        )
        enqueue(
            f"auth.{purpose}",
            to=address,
            key=f"auth.link:{issued.link.pk}",
            context=issued.context,
            at=at,
            language=user.language if user else "",
        )
    note("link_asked", user=user.pk if user else None, purpose=purpose)
    return issued


def sign_in_by_link(request: HttpRequest, *, token: str, at: datetime) -> User:
    """Use a sign-in link up and open a session. Raises Refused("link_invalid")."""
    with transaction.atomic():
        user = rules.check_link_still_fits(links.redeem(Purpose.SIGN_IN, token, at=at))
    open_session(request, user)
    return user


def reset_password(*, token: str, password: str, at: datetime) -> User:
    """Use a reset link up and set the password. All sessions of the account end. Raises Refused("link_invalid")."""
    with transaction.atomic():
        user = rules.check_link_still_fits(links.redeem(Purpose.RESET, token, at=at))
        _set_password(user, password, verb="account.password_reset", at=at)
    return user


def change_password(request: HttpRequest, user: User, *, password: str, at: datetime) -> None:
    """Set one's own password. Every other session of the account ends; this one goes on under a new id."""
    with transaction.atomic():
        _set_password(user, password, verb="account.password_changed", at=at)
    update_session_auth_hash(request, user)


def _set_password(user: User, password: str, *, verb: str, at: datetime) -> None:
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    change = record(verb, user, by=user)
    enqueue(
        "auth.password_changed",
        to=user.email,
        key=f"auth.password_changed:{change.pk}",
        context={"user": user.pk},
        at=at,
        language=user.language,
    )


@transaction.atomic
def change_account(user: User, *, name: str, phone: str, language: str) -> None:
    """Change what a person may change about themselves."""
    new = {"name": name, "phone": phone, "language": language}
    before = {field: getattr(user, field) for field in new}
    if before == new:
        return
    for field, value in new.items():
        setattr(user, field, value)
    user.save(update_fields=list(new))
    record("account.changed", user, by=user, before=before, after=new)
