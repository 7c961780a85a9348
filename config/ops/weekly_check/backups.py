"""「バックアップ確認」: how old and how large the last good one is, and whether one was really restored lately."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from config.ops import runs
from config.ops.checklist import CheckLine, Word, judged, ng
from config.ops.humanize import ago, seconds, size
from config.ops.weekly_check.week import Week

OLDEST_BACKUP = timedelta(hours=26)
"""A day and some hours for the run itself (requirement D5)."""
SHRUNK = 0.5
DRILL_DUE, DRILL_OVERDUE = timedelta(days=8), timedelta(days=35)
SIZES = ("bytes", "size", "size_bytes", "file_bytes")
RUN_BACKUP = "python manage.py backup"
RUN_DRILL = "python manage.py verify_backup --latest"


def backup(week: Week, *, oldest: timedelta = OLDEST_BACKUP) -> CheckLine:
    """NG in production when there is none, when it is too old, or when it shrank to half; looked at when a later run failed."""
    return _where_it_counts(_backup(week, oldest))


def drill(week: Week) -> CheckLine:
    """The last restore into a scratch database: its age, how long it took (RTO), how old the backup was (RPO)."""
    return _where_it_counts(_drill(week))


def _where_it_counts(line: CheckLine) -> CheckLine:
    """As it came out in production. Elsewhere nobody's data is lost and no backup is scheduled (render.yaml), so that
    an NG there would fail every weekly run of staging, and hide the one that matters."""
    at_most_look = settings.APP_ENV != "prod" and line.word == Word.NG
    return replace(line, word=Word.LOOK) if at_most_look else line


def _backup(week: Week, oldest: timedelta) -> CheckLine:
    run = runs.last_good("backup")
    if run is None:
        return ng("backup", _("バックアップ: 成功した記録がありません"), RUN_BACKUP)
    now, before = runs.number(run, *SIZES), runs.number(runs.before(run), *SIZES)
    text = _("バックアップ: 最後の成功は%(ago)s") % {"ago": ago(run.started_at, week.at)}
    if now is not None:
        text += _("、大きさ%(size)s") % {"size": size(now)}
    shrank = now is not None and before is not None and now < SHRUNK * before
    if shrank and before is not None:
        text += _("（前回%(size)sの半分未満）") % {"size": size(before)}
    newest = runs.last("backup")
    failed = newest is not None and newest.succeeded is False
    if failed:
        text += _("、その後の実行は失敗")
    return judged(
        "backup",
        text,
        RUN_BACKUP,
        is_ng=week.at - run.started_at > oldest or shrank,
        is_look=failed,
        age_seconds=int((week.at - run.started_at).total_seconds()),
        bytes=now,
    )


def _drill(week: Week) -> CheckLine:
    newest, run = runs.last("verify_backup"), runs.last_good("verify_backup")
    if newest is not None and newest.succeeded is False:
        text = _("復元の演習: 最後の演習（%(ago)s）は失敗しました") % {"ago": ago(newest.started_at, week.at)}
        return ng("drill", text, RUN_DRILL)
    if run is None:
        return ng("drill", _("復元の演習: まだ1回も成功していません"), RUN_DRILL)
    age = week.at - run.started_at
    text = _("復元の演習: %(ago)s") % {"ago": ago(run.started_at, week.at)}
    for name, names in (("RTO", ("rto_seconds", "rto")), ("RPO", ("rpo_seconds", "rpo"))):
        figure = runs.number(run, *names)
        if figure is not None:
            text += _("、%(name)s %(length)s") % {"name": name, "length": seconds(figure)}
    return judged(
        "drill",
        text,
        RUN_DRILL,
        is_ng=age > DRILL_OVERDUE,
        is_look=age > DRILL_DUE,
        age_seconds=int(age.total_seconds()),
    )
