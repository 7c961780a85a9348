"""What is expensive to make, two at once for a user: nobody holds all threads of the site with one account.

A slot is a row of the table of attempts with an end, taken by one statement before the work and given back after it. When
a process dies its slots end by themselves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.throttle.models import Throttle

AT_ONCE = 2
LONGEST = timedelta(seconds=60)
"""Longer than any page takes: after that the process that held it is taken for dead."""
_TAKE = """
INSERT INTO tenants_throttle (key, window_ends_at, attempts) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET window_ends_at = excluded.window_ends_at WHERE tenants_throttle.window_ends_at <= %s
RETURNING key
"""
View = Callable[..., HttpResponse]


class AllTaken(Exception):
    """The user has two of these under way already. Doors answer 429 with `config.http.errors.all_taken`."""


@contextmanager
def slot(user: int) -> Iterator[None]:
    """Hold one of the user's slots. Raises AllTaken. Call it outside any transaction: others must see the row."""
    now = timezone.now()
    ends = now + LONGEST
    key = next((key for n in range(AT_ONCE) if _take(key := f"slot:{user}:{n}", now, ends)), None)
    if key is None:
        raise AllTaken
    try:
        yield
    finally:
        Throttle.objects.filter(key=key, window_ends_at=ends).delete()


def _take(key: str, now: datetime, ends: datetime) -> bool:
    field = Throttle._meta.get_field("window_ends_at")
    end, at = (field.get_db_prep_value(moment, connection) for moment in (ends, now))
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [key, end, at])
        return cursor.fetchone() is not None


def two_at_once(view: View) -> View:
    """For views of somebody who is signed in whose whole work is expensive: files of a roster, templates."""

    @wraps(view)
    def in_slot(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with slot(request.user.pk or 0):
            return view(request, *args, **kwargs)

    return in_slot
