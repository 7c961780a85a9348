"""How often one may try. An attempt is counted before it is looked at, so that parallel guesses cannot pass together.

Three counters, each with a window that starts with its first attempt and ends 15 minutes later, whatever follows:
one account from one address, one address, one account from anywhere. The last bound is far higher, because it locks
the owner out too; attempts that the narrower counters refuse do not reach it, so one attacker at one address cannot
use it up (requirements A1 to A3). An attempt that succeeds is taken back out of the counters.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from tenants.models import normal_email
from tenants.throttle.client import client_ip, network_of
from tenants.throttle.models import Throttle

WINDOW = timedelta(minutes=15)


class Limits(NamedTuple):
    """Attempts allowed in one window: for one account from one address, for one address, for one account."""

    pair: int
    address: int
    account: int


SIGN_IN = Limits(pair=10, address=100, account=200)
MAIL = Limits(pair=5, address=50, account=20)
"""Requests that send a mail: nobody's mailbox can be filled through us."""


class TooMany(Exception):
    """The limit is reached; `seconds` until the window ends. Doors answer 429 with `config.http.errors.too_many`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Attempt(NamedTuple):
    """An attempt that was counted and may now be evaluated."""

    counted: tuple[tuple[str, datetime], ...]


_COUNT = """
INSERT INTO tenants_throttle (key, window_ends_at, attempts) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
  attempts = CASE WHEN tenants_throttle.window_ends_at <= %s THEN 1
                  WHEN tenants_throttle.attempts >= 1000000 THEN tenants_throttle.attempts
                  ELSE tenants_throttle.attempts + 1 END,
  window_ends_at = CASE WHEN tenants_throttle.window_ends_at <= %s THEN excluded.window_ends_at
                        ELSE tenants_throttle.window_ends_at END
RETURNING attempts, window_ends_at
"""
_TAKE_BACK = "UPDATE tenants_throttle SET attempts = attempts - 1 WHERE attempts > 0 AND "


def count(request: HttpRequest, *, what: str, account: str, limits: Limits, at: datetime) -> Attempt:
    """Count one attempt of the kind `what` on `account` (an e-mail address). Raises TooMany above a limit.

    An empty account name has no counters of its own, so it locks nobody (django-axes #261). Call it outside any
    transaction: a count that is rolled back is no count.
    """
    counted = []
    for key, limit in _keys(request, what, account, limits):
        attempts, ends = _count_one(key, at)
        if attempts > limit:
            raise TooMany(max(1, int((ends - at).total_seconds())))
        counted.append((key, ends))
    return Attempt(tuple(counted))


def take_back(attempt: Attempt) -> None:
    """The attempt succeeded: it was no guess. Counts of windows that began since stay as they are."""
    if attempt.counted:
        each = " OR ".join(["(key = %s AND window_ends_at = %s)"] * len(attempt.counted))
        values = [value for key, ends in attempt.counted for value in (key, _stored(ends))]
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_BACK + f"({each})", values)


def _keys(request: HttpRequest, what: str, account: str, limits: Limits) -> Iterable[tuple[str, int]]:
    network, name = network_of(client_ip(request)), normal_email(account)
    if name:
        yield _key(what, "pair", f"{network} {name}"), limits.pair
    yield _key(what, "address", network), limits.address
    if name:
        yield _key(what, "account", name), limits.account


def _key(what: str, kind: str, value: str) -> str:
    """A keyed hash: the table tells nobody who tries to sign in from where."""
    # The salt is a name of earlier days: with another one, windows that run would be lost at a release.
    digest = salted_hmac("tenants.signin.throttle", value.encode("utf-8", "replace"), algorithm="sha256").hexdigest()
    return f"{what}:{kind}:{digest[:40]}"


def _count_one(key: str, at: datetime) -> tuple[int, datetime]:
    now = _stored(at)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key, _stored(at + WINDOW), now, now])
        attempts, ends = cursor.fetchone()
    column = _ENDS.cached_col
    for convert in connection.ops.get_db_converters(column):
        ends = convert(ends, column, connection)
    return attempts, ends


_ENDS = Throttle._meta.get_field("window_ends_at")


def _stored(moment: datetime) -> Any:
    """As the database in use keeps a moment."""
    return _ENDS.get_db_prep_value(moment, connection)
