"""When two transactions stand in each other's way: try again, twice, then say that we are busy."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

Args = ParamSpec("Args")
Result = TypeVar("Result")
log = logging.getLogger(__name__)

DEADLOCK, LOCK_TIMEOUT, SERIALIZATION = "40P01", "55P03", "40001"
TRIES = 3


class Busy(Exception):
    """The rows stayed locked through all tries. Doors answer 503 with Retry-After; nothing was written."""


def retry_when_locked(function: Callable[Args, Result]) -> Callable[Args, Result]:
    """Run the function again, in a new transaction, after a deadlock or a lock time-out (requirement C10).

    Only for the outermost transaction: inside another atomic block the error is passed on. Raises Busy.
    """

    @wraps(function)
    def tried(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        for attempt in range(1, TRIES + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not _is_lock_conflict(error):
                    raise
                log.warning("%s: lock conflict, try %d of %d", function.__name__, attempt, TRIES)
        raise Busy(function.__name__)

    return tried


def _is_lock_conflict(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in (DEADLOCK, LOCK_TIMEOUT, SERIALIZATION) or "database is locked" in str(error)
