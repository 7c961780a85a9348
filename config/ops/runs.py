"""What ops ran, and how it ended: the notes of backups, drills, load tests and of the last look."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tenants.upkeep.models import OpsRun


def last_good(kind: str) -> OpsRun | None:
    """The newest run of this kind that succeeded."""
    return OpsRun.objects.filter(kind=kind, succeeded=True).order_by("-started_at", "-pk").first()


def last(kind: str) -> OpsRun | None:
    """The newest finished run of this kind, however it ended."""
    return OpsRun.objects.filter(kind=kind, succeeded__isnull=False).order_by("-started_at", "-pk").first()


def before(run: OpsRun) -> OpsRun | None:
    """The one that succeeded before this one."""
    older = OpsRun.objects.filter(kind=run.kind, succeeded=True, started_at__lt=run.started_at)
    return older.order_by("-started_at", "-pk").first()


def looked_at(kind: str, *, until: datetime) -> OpsRun | None:
    """The last look that ended by then, whether all was well or not: its figures are what this one is compared with."""
    runs = OpsRun.objects.filter(kind=kind, finished_at__isnull=False, started_at__lte=until)
    return runs.exclude(facts={}).order_by("-started_at", "-pk").first()


def outcome_of(run: OpsRun) -> tuple[str, str]:
    """How it ended, or that it did not: the kind of the chip, and its word."""
    if run.succeeded is None:
        return "wait", _("途中")
    return ("ok", _("成功")) if run.succeeded else ("bad", _("失敗"))


def number(run: OpsRun | None, *names: str) -> float | None:
    """The first of these facts that the run has, as a number."""
    facts: dict[str, Any] = run.facts if run else {}
    for name in names:
        value = facts.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None
