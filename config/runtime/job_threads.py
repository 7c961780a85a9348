"""Jobs in the worker: each in a thread of its own, so that mails do not wait for an import."""

import logging
import threading
import time
from datetime import datetime

from django.db import connections
from django.utils import timezone

from tenants.jobs.models import Job
from tenants.jobs.work import claim, hand_back, run
from tenants.switches.models import Function
from tenants.switches.queries import stopped

log = logging.getLogger(__name__)

SLOTS = 2
LOOK_SECONDS = 1.0
STOP_SECONDS = 20.0
"""So long jobs that are under way may go on after SIGTERM; less than what a platform waits before it kills."""


class JobThreads:
    """At most two jobs at a time."""

    def __init__(self) -> None:
        self.running: dict[threading.Thread, Job] = {}
        self.next_look = 0.0
        threading.excepthook = _log_error

    def start_due(self, *, at: datetime) -> bool:
        """Start what is due while a slot is free; looks at most once a second. Whether it started anything. None is
        started while writing is stopped."""
        if time.monotonic() < self.next_look or stopped(Function.READ_ONLY):
            return False
        self.next_look = time.monotonic() + LOOK_SECONDS
        self.running = {thread: job for thread, job in self.running.items() if thread.is_alive()}
        started = False
        while len(self.running) < SLOTS and (job := claim(at=at)):
            thread = threading.Thread(target=_do, args=(job,), name=f"job-{job.pk}", daemon=True)
            self.running[thread] = job
            thread.start()
            started = True
        return started

    def drain(self) -> None:
        """Do all that is due, and wait for it: for `run_worker --once`."""
        while self.start_due(at=timezone.now()) or self.running:
            for thread in list(self.running):
                thread.join()
            self.running, self.next_look = {}, 0.0

    def finish(self) -> None:
        """Wait for what is under way, not longer than the platform would; the rest goes to the next worker at once."""
        until = time.monotonic() + STOP_SECONDS
        for thread in self.running:
            thread.join(max(0.0, until - time.monotonic()))
        for thread, job in self.running.items():
            if thread.is_alive():
                log.warning("job %d (%s) is handed back", job.pk, job.kind)
                hand_back(job)


def _do(job: Job) -> None:
    """A thread's connections are its own, and nobody else would close them."""
    try:
        run(job)
    finally:
        connections.close_all()


def _log_error(error: threading.ExceptHookArgs) -> None:
    """What a job raised, once it is marked as failed: nothing waits for the thread, so it is said here."""
    name = error.thread.name if error.thread else "thread"
    log.error("%s ended with %s", name, error.exc_type.__name__, exc_info=error.exc_value)
