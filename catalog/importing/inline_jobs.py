"""Small files need no worker: what they ask for is done within the request."""

from datetime import datetime

from catalog.importing.models import ImportRun
from tenants.jobs import work

SMALL = 1024 * 1024
SMALL_ROWS = 20_000
"""Bytes and rows that are read, or written, in some two seconds."""


def do_now_if_small(run: ImportRun, *, rows: int, at: datetime) -> None:
    """Do the job that `run` waits for, unless its file of so many rows is large or a worker was faster; then read `run`
    again.

    Call outside of a transaction. What the job raises comes through, after the job was marked as failed.
    """
    is_small = run.size <= SMALL and rows <= SMALL_ROWS
    job = work.claim(at=at, only=run.job_id) if is_small and run.job_id is not None else None
    if job is not None:
        work.run(job)
    run.refresh_from_db()
