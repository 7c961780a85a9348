"""The worker's signs of life: in the table for our own alarms, and outside for when all of us is gone
(requirement O4)."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from config.runtime import ping
from config.telemetry.timing import TIMES
from tenants.upkeep.actions import beat

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)


class HeartbeatTimer:
    """What the worker does once a minute, whatever else keeps it busy."""

    def __init__(self, watch: Callable[[datetime], object]) -> None:
        """`watch` looks for alarms; it is called once a minute with the moment."""
        self.watch = watch
        self.next_at = datetime.min.replace(tzinfo=timezone.get_default_timezone())
        self.mail_lives = False
        """Whether the last thing known of mail is good: one left, or none waits."""
        self.pinging: threading.Thread | None = None

    def sign(self, at: datetime) -> bool:
        """Beat, write timings, look for alarms, ping; whether it was time. Raises DatabaseError."""
        if at < self.next_at:
            return False
        self.next_at = at + EVERY
        beat("worker", at=at, release=settings.RELEASE)
        if self.mail_lives:
            beat("mail", at=at)
        self._ping()
        TIMES.flush()
        self.watch(at)
        return True

    def _ping(self) -> None:
        """Tell WORKER_PING_URL, in a thread: a service out there must not hold up mails. One at a time."""
        if settings.WORKER_PING_URL and (self.pinging is None or not self.pinging.is_alive()):
            self.pinging = threading.Thread(target=_call, args=(settings.WORKER_PING_URL,), name="ping", daemon=True)
            self.pinging.start()


def _call(url: str) -> None:
    if failure := ping.failed(url):
        log.warning("the ping of WORKER_PING_URL failed: %s", failure)
