"""The minutes in which most entries came in."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncMinute
from django.utils import timezone

from config.ops.performance_report.period import Span
from entries.entry.models import Entry, Submission
from entries.meet.lookup import address_of
from entries.meet.models import Meet
from tenants.scope import across_tenants

SHOWN = 10


class Rush(NamedTuple):
    """The busiest minute of a meet within a period, and all that came in during the period."""

    meet: str
    minute: datetime
    in_minute: int
    submissions: int
    entries: int


def rushes(span: Span) -> list[Rush]:
    """The meets with the most submissions in the period, each with its busiest minute. Three queries."""
    with across_tenants():
        submissions = Submission.objects.filter(submitted_at__gte=span.since, submitted_at__lt=span.until)
        counts = submissions.values("meet").annotate(n=Count("pk")).order_by("-n", "meet")[:SHOWN]
        total = {row["meet"]: row["n"] for row in counts}
        minutes = (
            submissions.filter(meet__in=total).annotate(minute=TruncMinute("submitted_at")).values("meet", "minute")
        )
        busiest: dict[int, tuple[int, datetime]] = {}
        for row in minutes.annotate(n=Count("pk")).order_by("minute", "meet"):
            if row["n"] > busiest.get(row["meet"], (0, span.since))[0]:
                busiest[row["meet"]] = (row["n"], row["minute"])
        names = {meet.pk: address_of(meet) for meet in Meet.objects.filter(pk__in=total).select_related("tenant")}
        lines = Entry.objects.filter(submission__meet__in=total, entered_at__gte=span.since, entered_at__lt=span.until)
        entries = dict(lines.values_list("submission__meet").annotate(n=Count("pk")).order_by())
    return [
        Rush(names[meet], timezone.localtime(busiest[meet][1]), busiest[meet][0], n, entries.get(meet, 0))
        for meet, n in total.items()
    ]
