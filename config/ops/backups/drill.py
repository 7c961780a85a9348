"""The restore drill as a noted run: by command, and by the worker for the page of the platform admin."""

from django.db import transaction
from django.utils import timezone

from config.ops.backups import places
from config.ops.backups.errors import BackupError, said_clearly
from config.ops.backups.verify import Proof, Step, prove
from tenants.audit.actions import record
from tenants.jobs.models import Job
from tenants.jobs.work import Report, enqueue
from tenants.models import User
from tenants.upkeep.actions import beat, clear_alarm, noted, raise_alarm

KIND = "verify_backup"
JOB = "backups.drill"
ALARM = "drill_failed"


def drill(asked: str, *, store_only: bool = False, step: Step = lambda done, total: None) -> Proof:
    """Prove a backup and note how it went. Raises BackupError when it is no good; of the latest one with an alarm."""
    is_ours = asked == places.LATEST
    try:
        with noted(KIND) as run:
            run.facts = {"file": asked if is_ours or asked.startswith(places.FROM_STORE) else asked.rpartition("/")[2]}
            run.facts["latest"] = is_ours
            try:
                with said_clearly():
                    proof = prove(asked, store_only=store_only, step=step)
            except BackupError as error:
                run.facts |= {"problems": [str(error)]}
                raise
            run.facts = {**proof.facts, "latest": is_ours}
            if proof.problems:
                more = f" and {len(proof.problems) - 1} more" if len(proof.problems) > 1 else ""
                raise BackupError(f"{proof.name} was restored, but not as it was: {proof.problems[0]}{more}")
    except BackupError as error:
        if is_ours:
            raise_alarm(ALARM, at=timezone.now(), reason=str(error))
        raise
    if is_ours:
        beat(KIND, at=timezone.now(), **run.facts)
        clear_alarm(ALARM, at=timezone.now())
    return proof


def drill_job(job: Job, report: Report) -> None:
    """The latest backup, as the worker does it. That it is no good is the outcome, not a fault of the worker."""
    try:
        drill(places.LATEST, step=report)
    except BackupError:
        report(0, 0)


@transaction.atomic
def ask(*, by: User) -> Job | None:
    """Ask the worker for a drill; None when one is under way. That two who ask at once get two drills harms nobody."""
    waiting = Job.objects.filter(kind=JOB, finished_at__isnull=True, failed_at__isnull=True)
    if waiting.exists():
        return None
    job = enqueue(JOB, tenant=None, by=by)
    record("backups.drill_asked", job, by=by)
    return job
