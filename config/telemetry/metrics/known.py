"""What the database knows of mail, work, backups and entries: the same whichever server is asked, and after a restart.

Few queries, each bounded: one transaction with a time-out of its own, for a dashboard must not hold what a rush needs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from entries.entry.desk.queries import places_by_race
from entries.entry.models import SheetDraft
from entries.meet.models import Meet, Race, State
from tenants.jobs.models import Job
from tenants.outbox.models import OutboxMail
from tenants.scope import across_tenants
from tenants.upkeep.models import Alarm, Heartbeat, OpsRun

TIME_OUT_MS = 2_000
UNDER_WAY = timedelta(minutes=15)
DAY = timedelta(days=1)
RUNS = ("backup", "verify_backup", "retention", "weekly_check")
Gauges = Iterator[GaugeMetricFamily]


class Known(Collector):
    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Gauges:
        """All of them; when the database does not answer in time, what it said until then and `nitsys_database_up` 0."""
        up = 1
        try:
            with transaction.atomic(), across_tenants():
                _bound()
                for part in (
                    self._mail,
                    self._jobs,
                    self._signs,
                    self._runs,
                    self._alarms,
                    self._entries,
                    self._backends,
                ):
                    yield from part()
        except (DatabaseError, InterfaceError):
            up = 0
        about = GaugeMetricFamily("nitsys_build", "This release", labels=("release", "environment"))
        about.add_metric((settings.RELEASE, settings.APP_ENV), 1)
        yield about
        yield _gauge("database_up", "Whether the database answered all questions in time", up)

    def _mail(self) -> Gauges:
        waiting = OutboxMail.objects.filter(sent_at__isnull=True, failed_at__isnull=True)
        found = waiting.aggregate(n=Count("pk"), oldest=Min("created_at"))
        yield _gauge("mail_queued", "Mails that wait to be sent", found["n"])
        yield _gauge("mail_oldest_seconds", "Age of the oldest of them", self._age(found["oldest"]))
        recent = OutboxMail.objects.filter(Q(sent_at__gte=self.at - DAY) | Q(failed_at__gte=self.at - DAY))
        done = recent.aggregate(sent=Count("sent_at"), failed=Count("failed_at"))
        yield _gauge("mail_sent_day", "Mails sent within a day", done["sent"])
        yield _gauge("mail_failed_day", "Mails given up within a day", done["failed"])

    def _jobs(self) -> Gauges:
        going = Q(leased_until__gte=self.at)
        rows = Job.objects.filter(finished_at__isnull=True).filter(
            Q(failed_at__isnull=True) | Q(failed_at__gte=self.at - DAY)
        )
        found = rows.aggregate(
            running=Count("pk", filter=Q(failed_at__isnull=True) & going),
            alive=Count("pk", filter=Q(failed_at__isnull=True)),
            failed=Count("pk", filter=Q(failed_at__isnull=False)),
        )
        states = {
            "waiting": found["alive"] - found["running"],
            "running": found["running"],
            "failed_day": found["failed"],
        }
        yield _labelled("jobs", "Jobs by state", "state", states)

    def _signs(self) -> Gauges:
        ages = {row.name: self._age(row.beat_at) for row in Heartbeat.objects.all()}
        yield _labelled("heartbeat_age_seconds", "Time since the last sign of life", "name", ages)

    def _runs(self) -> Gauges:
        ages: dict[str, float] = {}
        ok: dict[str, float] = {}
        sizes: dict[str, float] = {}
        newest = OpsRun.objects.filter(kind__in=RUNS, succeeded__isnull=False).order_by("-started_at")[:50]
        for run in newest:
            ok.setdefault(run.kind, float(bool(run.succeeded)))
            if run.succeeded and run.kind not in ages:
                ages[run.kind] = self._age(run.started_at)
                sizes[run.kind] = float(run.facts.get("bytes") or 0)
        yield _labelled("run_ok", "Whether the last run of this kind succeeded", "kind", ok)
        yield _labelled("run_age_seconds", "Time since the last run of this kind that succeeded", "kind", ages)
        yield _gauge("backup_bytes", "Size of the last good backup", sizes.get("backup", 0))

    def _alarms(self) -> Gauges:
        names = Alarm.objects.filter(cleared_at__isnull=True).values_list("name", flat=True)
        yield _labelled("alarm", "Alarms that are open", "name", dict.fromkeys(names, 1))

    def _entries(self) -> Gauges:
        """Of meets whose entries are open or closed within the last day."""
        meets = Meet.objects.filter(
            state=State.PUBLISHED, entries_open_at__lte=self.at, entries_close_at__gt=self.at - DAY
        )
        slugs = dict(meets.values_list("pk", "slug"))
        drafts = SheetDraft.objects.filter(meet__in=slugs, updated_at__gte=self.at - UNDER_WAY).count()
        yield _gauge("sheets_under_way", "Entry sheets typed at within a quarter of an hour, not sent yet", drafts)
        family = GaugeMetricFamily(
            "nitsys_race_entries", "Live entries by meet, race and state", labels=("meet", "race", "state")
        )
        places = places_by_race(slugs)
        for race, meet in Race.objects.filter(pk__in=places).values_list("pk", "meet").order_by("pk"):
            family.add_metric((slugs[meet], str(race), "accepted"), places[race].accepted)
            family.add_metric((slugs[meet], str(race), "waitlisted"), places[race].waiting)
        yield family

    def _backends(self) -> Gauges:
        if connection.vendor != "postgresql":
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
            )
            yield _labelled(
                "database_connections", "Connections to our database by state", "state", dict(cursor.fetchall())
            )

    def _age(self, then: datetime | None) -> float:
        return 0.0 if then is None else max(0.0, (self.at - then).total_seconds())


def _bound() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(TIME_OUT_MS)])


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"nitsys_{name}", text, value=value)


def _labelled(name: str, text: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"nitsys_{name}", text, labels=(label,))
    for value, number in sorted(values.items()):
        family.add_metric((value,), number)
    return family
