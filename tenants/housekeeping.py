"""Taking out what has served its time: links, counts of attempts, sessions."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from tenants.jobs.models import Job
from tenants.signin.models import OneTimeLink, Throttle

JOBS_KEPT = timedelta(days=90)
KEPT_AFTER_EXPIRY = timedelta(days=7)
"""So long an expired link can still be asked about, for example by somebody who says that it never worked."""


def clear_expired(*, at: datetime) -> int:
    """Delete expired links, windows of attempts, sessions and old jobs; how many rows. Safe to call at any time, and twice."""
    links, _ = OneTimeLink.objects.filter(expires_at__lt=at - KEPT_AFTER_EXPIRY).delete()
    windows, _ = Throttle.objects.filter(window_ends_at__lt=at).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    jobs, _ = Job.objects.filter(Q(finished_at__lt=at - JOBS_KEPT) | Q(failed_at__lt=at - JOBS_KEPT)).delete()
    return links + windows + sessions + jobs
