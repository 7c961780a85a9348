"""Confirming the address of an account, or moving the account to another: by a link that only its owner gets."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from tenants.audit.actions import record
from tenants.models import User, normal_email
from tenants.outbox.actions import enqueue
from tenants.refusal import Refused
from tenants.signin import links, rules
from tenants.signin.models import Purpose
from tenants.throttle import attempts

LIFETIME = timedelta(minutes=60)


def ask_to_confirm(request: HttpRequest, user: User, *, email: str, at: datetime) -> links.Issued:
    """Mail a link to this address, the account's own or a new one. Raises attempts.TooMany.

    The work is the same for an address that has another account: its mail is not written (requirement A4).
    """
    address = normal_email(email)
    attempts.count(request, what="mail", account=address, limits=attempts.MAIL, at=at)
    with transaction.atomic():
        payload = {"fits": rules.fingerprint_of(user), "from": user.email}
        issued = links.issue(Purpose.ADDRESS, email=address, user=user, at=at, lifetime=LIFETIME, payload=payload)
        enqueue(
            "auth.confirm_address",
            to=address,
            key=f"auth.link:{issued.link.pk}",
            context=issued.context,
            at=at,
            language=user.language,
        )
    return issued


def confirm(*, token: str, at: datetime) -> User:
    """Use the link up: mail reaches this address, and it is the account's from now on.

    Raises Refused: "link_invalid", and "account_exists" when the address got another account meanwhile.
    """
    try:
        with transaction.atomic():
            link = links.redeem(Purpose.ADDRESS, token, at=at)
            user = rules.check_address_link_still_fits(link)
            if link.email != user.email:
                _move(user, link.email, at)
    except IntegrityError:  # somebody registered with it a moment ago
        raise Refused("account_exists") from None
    return user


def _move(user: User, email: str, at: datetime) -> None:
    if User.objects.filter(email__iexact=email).exists():
        raise Refused("account_exists")
    old, user.email = user.email, email
    user.save(update_fields=["email"])
    change = record("account.address_changed", user, by=user, before={"email": old}, after={"email": email})
    enqueue(
        "auth.address_changed",
        to=old,
        key=f"auth.address_changed:{change.pk}",
        context={"user": user.pk},
        at=at,
        language=user.language,
    )
