"""The worker: sends the outbox, does jobs and what the clock asks for. Several may run; they share the work."""

import logging
import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from types import FrameType

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from config.runtime.heartbeat import HeartbeatTimer
from config.runtime.job_threads import JobThreads
from config.telemetry.timing import TIMES
from tenants.jobs.periodic import Rounds
from tenants.outbox.delivery import Postman, ServiceDown
from tenants.switches.models import Function
from tenants.switches.queries import stopped

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
DATABASE_AWAY = (1, 2, 5)
MAIL_AWAY = (60, 120, 300)
"""Seconds until the next try, the last one from then on. Mail leaves at most 5 minutes after its server is back, and
work goes on at most 5 seconds after the database is (requirements M1, M4)."""


class BrokenOff(Exception):
    """Stopped while waiting for the mail server's first answer."""


class Stop:
    """A wait that a signal ends. Not an Event: its lock could be held by the very code that the signal interrupts."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self.asked = False

    def ask(self) -> None:
        """Ends this wait and all later ones."""
        self.asked = True
        os.write(self._write, b".")

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until asked to stop; whether it was asked."""
        select.select([self._read], [], [], seconds)
        return self.asked


class Worker:
    """The loop around one testable step."""

    def __init__(self, *, watch: Callable[[datetime], object]) -> None:
        """`watch` looks for alarms, once a minute: what is watched stands after what runs."""
        self.stop = Stop()
        self.postman = Postman()
        self.jobs = JobThreads()
        self.life = HeartbeatTimer(watch)
        self.rounds = Rounds()
        self.mail_tries = self.database_tries = 0

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """A mail under way is finished, so that it is not sent twice; a server that does not answer is not awaited."""
        self.stop.ask()
        if self.postman.opening:
            raise BrokenOff

    def run(self) -> None:
        """Until asked to stop. Survives mail servers and databases that come and go."""
        log.info("worker started")
        while not self.stop.asked:
            try:
                with self._database_may_go():
                    self.rest(self.step())
            except BrokenOff:
                break
        self.postman.hang_up()
        self.jobs.finish()
        TIMES.flush()
        log.info("worker stopped")

    def step(self) -> float:
        """All that is due now; how many seconds to wait before the next step."""
        close_old_connections()
        self.life.sign(timezone.now())
        if stopped(Function.READ_ONLY):
            self.postman.hang_up()
            return IDLE_SECONDS
        self.rounds.make(at=timezone.now())
        self.jobs.start_due(at=timezone.now())
        try:
            while (
                not self.stop.asked and not stopped(Function.READ_ONLY) and self.postman.deliver_next(at=timezone.now())
            ):
                self.mail_tries = self.database_tries = (
                    0  # a long queue is one step: it may see the database go more than once
                )
                self.life.mail_lives = True
                self.life.sign(timezone.now())
                self.jobs.start_due(at=timezone.now())
        except ServiceDown as down:
            wait = MAIL_AWAY[min(self.mail_tries, len(MAIL_AWAY) - 1)]
            self.mail_tries += 1
            self.life.mail_lives = False
            log.warning("mail waits %d s: %s", wait, down)
            return wait
        self.postman.hang_up()
        self.life.mail_lives = True
        self.database_tries = 0
        return IDLE_SECONDS

    def rest(self, seconds: float) -> None:
        """Wait for the next step, or until asked to stop. Jobs do not wait for a mail server that is away."""
        until = monotonic() + seconds
        while not self.stop.wait(min(IDLE_SECONDS, until - monotonic())) and monotonic() < until:
            self.life.sign(timezone.now())
            self.jobs.start_due(at=timezone.now())

    @contextmanager
    def _database_may_go(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            wait = DATABASE_AWAY[min(self.database_tries, len(DATABASE_AWAY) - 1)]
            self.database_tries += 1
            log.warning("database away, next try in %d s: %s", wait, type(error).__name__)
            try:
                connection.close()
            except DatabaseError:
                log.debug("the lost connection could not be closed")
            self.stop.wait(wait)
