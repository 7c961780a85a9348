"""The two jobs of a CSV: reading it, and writing what was confirmed."""

from tenants.jobs.models import Job
from tenants.jobs.work import Report


def read(job: Job, report: Report) -> None:
    """Compare the file with the catalogue and keep counts, examples and refused rows with the run."""
    raise NotImplementedError


def write(job: Job, report: Report) -> None:
    """Write the file, all of it or nothing."""
    raise NotImplementedError
