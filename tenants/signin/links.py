"""Mailed links that work once.

A link's token is made from a random seed and the site's secret key. The database keeps a hash of the token, and the
outbox the seed, from which the worker makes the token again when it writes the mail: a copy of the database alone
opens nothing.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.utils.crypto import salted_hmac

from tenants.audit.security import note
from tenants.models import User
from tenants.outbox.suppression import proved_alive
from tenants.refusal import Refused
from tenants.signin.models import OneTimeLink, Purpose

SALT = "tenants.signin.links"
LONGEST_TOKEN = 200
PROOFS = frozenset({Purpose.SIGN_IN, Purpose.REGISTER, Purpose.RESET, Purpose.ADDRESS})
"""Links that only reach who reads the mail, so that using one shows that mail arrives. An invitation may be passed on."""


class Issued(NamedTuple):
    """A new link: its row, its token, and what a mail's context has to carry."""

    link: OneTimeLink
    token: str
    seed: str

    @property
    def context(self) -> dict[str, Any]:
        """For the outbox: enough for `token_for_mail`, not enough for a thief."""
        return {"link": self.link.pk, "seed": self.seed}


def issue(
    purpose: str,
    *,
    email: str,
    at: datetime,
    lifetime: timedelta,
    user: User | None = None,
    payload: dict[str, Any] | None = None,
) -> Issued:
    """Write a link that works once within `lifetime`. Call it in the transaction that enqueues its mail."""
    seed = secrets.token_urlsafe(24)
    token = _token(seed, settings.SECRET_KEY)
    link = OneTimeLink.objects.create(
        purpose=purpose,
        email=email,
        user=user,
        token_hash=_hash(token),
        expires_at=at + lifetime,
        payload=payload or {},
    )
    return Issued(link, token, seed)


def find(purpose: str, token: str, *, at: datetime) -> OneTimeLink:
    """The unused, unexpired link of this token, without using it up. Raises Refused("link_invalid")."""
    rows = OneTimeLink.objects.select_related("user__tenant")
    link = rows.filter(purpose=purpose, token_hash=_hash(token), used_at__isnull=True, expires_at__gt=at).first()
    if link is None:
        note("link_refused", purpose=purpose)
        raise Refused("link_invalid")
    return link


def redeem(purpose: str, token: str, *, at: datetime) -> OneTimeLink:
    """Use the link up: of two at once exactly one gets it. Raises Refused("link_invalid").

    Call it in the transaction of what the link does: when that fails, the link is unused again.
    """
    link = find(purpose, token, at=at)
    unused = OneTimeLink.objects.filter(pk=link.pk, used_at__isnull=True, expires_at__gt=at)
    if unused.update(used_at=at) != 1:
        note("link_refused", purpose=purpose, user=link.user_id)
        raise Refused("link_invalid")
    link.used_at = at
    if purpose in PROOFS:
        proved_alive(link.email, at=at)
    return link


def forget(link: OneTimeLink) -> None:
    """Drop what a used link carried, for example a registration with its birth date: it lives elsewhere now."""
    OneTimeLink.objects.filter(pk=link.pk).update(payload={})


def token_for_mail(context: dict[str, Any], *, at: datetime) -> tuple[OneTimeLink, str] | None:
    """The link and token of a mail that is being written; None when the link is used up, expired or gone.

    The secret key may have been rotated since: the token is made with the key whose hash is stored.
    """
    link = OneTimeLink.objects.select_related("user").filter(pk=context["link"], used_at__isnull=True).first()
    if link is None or link.expires_at <= at:
        return None
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(context["seed"], key)
        if _hash(token) == link.token_hash:
            return link, token
    return None


def address(path: str, token: str) -> str:
    """The public address that a mail shows; only ever under BASE_URL, whatever Host a request claimed."""
    return f"{settings.BASE_URL}{path}?{urlencode({'token': token})}"


def _token(seed: str, key: str) -> str:
    return salted_hmac(SALT, seed, secret=key, algorithm="sha256").hexdigest()


def _hash(token: str) -> str:
    return hashlib.sha256(token[:LONGEST_TOKEN].encode("utf-8", "replace")).hexdigest()
