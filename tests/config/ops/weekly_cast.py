"""The lines of the weekly list one by one, runs of ops of the days before, and changes that no door would take."""

from datetime import datetime, timedelta
from typing import Any

from config.ops.checklist import CheckLine
from config.ops.weekly_check import lines as weekly_lines_of
from config.ops.weekly_check.week import week_until
from entries.meet.models import Meet, Race
from tenants.models import OpsRun, Tenant
from tenants.scope import across_tenants

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class lines:  # noqa: N801 - reads as the function that it stands for
    """`lines(at)[key]`: one line of the list, without reading for all the others."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __getitem__(self, key: str) -> CheckLine:
        name = {"disk": "space"}.get(key, key)
        [check] = [check for _topic, checks in weekly_lines_of._topics() for check in checks if check.__name__ == name]
        line = check(week_until(self.at))
        assert line.key == key
        return line


def ran(kind: str, at: datetime, *, succeeded: bool = True, **facts: Any) -> OpsRun:
    return OpsRun.objects.create(kind=kind, started_at=at, finished_at=at, succeeded=succeeded, facts=facts)


def change(row: Meet | Race | Tenant, **fields: Any) -> None:
    with across_tenants():
        type(row)._default_manager.filter(pk=row.pk).update(**fields)
