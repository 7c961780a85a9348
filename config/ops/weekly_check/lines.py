"""The weekly look (seed 002 「週次」): logs, disk, backups, and what else ages quietly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from config.ops.checklist import CheckLine
from config.ops.weekly_check import ageing, backups, disk, logs
from config.ops.weekly_check.week import Week, week_until

Check = Callable[[Week], CheckLine]


def _topics() -> list[tuple[str, tuple[Check, ...]]]:
    return [
        (_("ログ確認"), (logs.errors, logs.jobs, logs.mail, logs.alarms, logs.incidents, ageing.worker, logs.beats)),
        (
            _("ディスク使用量確認"),
            (disk.space, disk.database, disk.tables, disk.dead_rows, disk.sequences, disk.transactions),
        ),
        (_("バックアップ確認"), (backups.backup, backups.drill)),
        (_("個人情報"), (ageing.retention,)),
        (
            _("サイトの状態"),
            (
                ageing.migrations, ageing.switches, ageing.paused, ageing.people, ageing.contacts, ageing.sessions,
                ageing.keys, ageing.certificate, ageing.versions,
            ),
        ),
    ]  # fmt: skip


def weekly_lines(*, at: datetime) -> list[CheckLine]:
    """All lines of the week that ends at `at`. Reads only. Raises DatabaseError."""
    week = week_until(at)
    return [replace(check(week), topic=topic) for topic, checks in _topics() for check in checks]
