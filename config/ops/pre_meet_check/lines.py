"""The look before a meet (seed 002 「大会前」): the meet itself, the load test, the whole site, the backup."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from config.ops.checklist import CheckLine
from config.ops.pre_meet_check import meet_lines as own_lines
from config.ops.pre_meet_check import site
from config.ops.pre_meet_check.trial import smoke_line
from config.ops.weekly_check import ageing, backups, disk, logs
from config.ops.weekly_check.week import week_until
from entries.meet.models import Meet

FRESH_BACKUP = timedelta(hours=24)


def meet_lines(meet: Meet, *, at: datetime, smoke: bool) -> list[CheckLine]:
    """All lines of one meet. With `smoke` the running site is asked too, reading only. Raises DatabaseError."""
    one, week = own_lines.read(meet, at=at), week_until(at)
    own = [check(one) for check in own_lines.ALL]
    load = [
        site.loadtest(at, places=one.places, tenant_slug=meet.tenant.slug, slug=meet.slug),
        site.beside(meet),
    ]
    works = [
        ageing.migrations(week), ageing.switches(week), ageing.paused(week), ageing.worker(week), site.mail_server(at),
        site.mail_lately(at), logs.mail(week), logs.alarms(week), ageing.certificate(week), disk.space(week),
        disk.database(week),
    ]  # fmt: skip
    works += [smoke_line()] if smoke else []
    saved = [backups.backup(week, oldest=FRESH_BACKUP), backups.drill(week)]
    topics = [
        (meet.name, own),
        (_("負荷テスト実施"), load),
        (_("全機能の動作確認"), works),
        (_("バックアップ取得"), saved),
    ]
    return [replace(line, topic=topic) for topic, lines in topics for line in lines]
