"""Small files need no worker: what they ask for is done within the request."""

from datetime import datetime

from catalog.importing.models import ImportRun
from tenants.jobs import work

SMALL = 1024 * 1024
"""Bytes that are read, or written, in about a second."""


def do_now_if_small(run: ImportRun, *, at: datetime) -> None:
    """Do the job that `run` waits for, unless the file is large or a worker was faster; then read `run` again.

    Call outside of a transaction. What the job raises comes through, after the job was marked as failed.
    """
    job = work.claim(at=at, only=run.job_id) if run.job_id is not None and run.size <= SMALL else None
    if job is not None:
        work.run(job)
    run.refresh_from_db()
