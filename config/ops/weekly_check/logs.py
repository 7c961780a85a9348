"""「ログ確認」: what went wrong in the week, and what is still waiting."""

from datetime import timedelta

from django.db.models import Min, Sum
from django.utils.translation import gettext as _

from config.ops.checklist import CheckLine, judged, look, ng, ok
from config.ops.humanize import ago, listed, percent
from config.ops.weekly_check.week import SPAN, Week
from tenants.models import Alarm, Heartbeat, Incident, Job, OutboxMail, Timing
from tenants.outbox.delivery import due
from tenants.outbox.undeliverable import RESERVED
from tenants.upkeep.models import TimingKind

MOST_FAILURES, MOST_SHARE = 20, 0.01
"""5xx answers of a week that are NG: so many, and so large a share of all."""
OLDEST_MAIL = OLDEST_JOB = timedelta(minutes=15)
SHOWN = 5


def errors(week: Week) -> CheckLine:
    """Answers of the kind 5xx, from what every process measured (`Timing`)."""
    found, before = _answers(week.since, week.at), _answers(week.since - SPAN, week.since)
    if not found["count"]:
        todo = _("サーバーが動いていたのに記録がないなら、計測の書き込みをログで確認してください。")
        return look("errors", _("5xxエラー: この1週間の応答の記録がありません"), todo)
    failures, count = found["failures"], found["count"]
    text = _("5xxエラー: %(n)d件（%(share)s、応答%(count)d件）、前の週は%(before)d件") % {
        "n": failures,
        "share": percent(failures, count),
        "count": count,
        "before": before["failures"],
    }
    return judged(
        "errors",
        text,
        _("Sentryとログを要求番号で確認: python manage.py performance_report"),
        is_ng=failures >= MOST_FAILURES and failures >= MOST_SHARE * count,
        is_look=failures > 0,
        failures=failures,
        answers=count,
        failures_before=before["failures"],
    )


def _answers(since: object, until: object) -> dict[str, int]:
    rows = Timing.objects.filter(kind=TimingKind.ADDRESS, hour__gte=since, hour__lt=until)
    found = rows.aggregate(failures=Sum("failures"), count=Sum("count"))
    return {name: value or 0 for name, value in found.items()}


def jobs(week: Week) -> CheckLine:
    """Long work that failed, or that nobody takes up."""
    failed = Job.objects.filter(failed_at__gte=week.since)
    waiting = Job.objects.filter(finished_at__isnull=True, failed_at__isnull=True, leased_until__isnull=True)
    stuck = waiting.filter(created_at__lt=week.at - OLDEST_JOB).count()
    names = [f"{kind} {error}".strip() for kind, error in failed.order_by("-pk").values_list("kind", "error_id")]
    text = _("処理: 失敗%(failed)d件、15分以上待っているもの%(stuck)d件") % {"failed": len(names), "stuck": stuck}
    if names:
        text += f" ({', '.join(names[:SHOWN])})"
    return judged(
        "jobs",
        text,
        _("ワーカーのログをこの番号で探してください。待っているなら run_worker が動いているか確認してください。"),
        is_ng=stuck > 0,
        is_look=bool(names),
        failed=len(names),
        stuck=stuck,
    )


def mail(week: Week) -> CheckLine:
    """What was sent, given up, came back, or still waits. Addresses that cannot exist do not count."""
    rows = OutboxMail.objects.exclude(to__iendswith=RESERVED)
    sent = rows.filter(sent_at__gte=week.since).count()
    failed = rows.filter(failed_at__gte=week.since).count()
    bounced = rows.filter(bounced_at__gte=week.since).count()
    overdue = due(week.at).filter(created_at__lt=week.at - OLDEST_MAIL).aggregate(oldest=Min("created_at"))["oldest"]
    text = _("メール: 送信%(sent)d、送信不能%(failed)d、不達%(bounced)d") % {
        "sent": sent,
        "failed": failed,
        "bounced": bounced,
    }
    if overdue:
        text += _("、未送信の最も古いものは%(ago)s") % {"ago": ago(overdue, week.at)}
    return judged(
        "mail", text, _("管理画面の送信メールで理由を確認し、宛先を直して再送してください。届かない設定なら send_test_mail。"),
        is_ng=overdue is not None, is_look=failed + bounced > 0, sent=sent, failed=failed, bounced=bounced,
    )  # fmt: skip


def alarms(week: Week) -> CheckLine:
    """Alarms that are open, and how many of the week are over."""
    opened = list(Alarm.objects.filter(cleared_at__isnull=True).order_by("raised_at"))
    closed = Alarm.objects.filter(cleared_at__gte=week.since).count()
    if opened:
        names = listed(f"{alarm.name} ({ago(alarm.raised_at, week.at)})" for alarm in opened[:SHOWN])
        todo = _("障害対応の手順（/admin/ の障害対応）に従ってください。")
        return ng(
            "alarms", _("警報: 未解消%(n)d件 %(names)s") % {"n": len(opened), "names": names}, todo, open=len(opened)
        )
    return ok("alarms", _("警報: 未解消なし（1週間で解消%(n)d件）") % {"n": closed}, open=0, cleared=closed)


def incidents(week: Week) -> CheckLine:
    opened = list(Incident.objects.filter(closed_at__isnull=True).order_by("-level", "opened_at"))
    if not opened:
        seen = Incident.objects.filter(opened_at__gte=week.since).count()
        return ok("incidents", _("障害の記録: 未解消なし（1週間で%(n)d件）") % {"n": seen}, open=0, opened=seen)
    worst = opened[0]
    text = _("障害の記録: 未解消%(n)d件（レベル%(level)d %(title)s）") % {
        "n": len(opened),
        "level": worst.level,
        "title": worst.title,
    }
    todo = _("解決しているなら管理画面で解消日時を入れてください。")
    return judged("incidents", text, todo, is_ng=worst.level == 3, is_look=True, open=len(opened))


def beats(week: Week) -> CheckLine:
    """Everything that ever gave a sign of life, oldest first: what is old may have died in silence."""
    rows = list(Heartbeat.objects.order_by("beat_at"))
    if not rows:
        todo = _("run_worker が動いているか確認してください。")
        return look("beats", _("稼働記録: まだ1つもありません"), todo)
    text = listed(f"{row.name} {ago(row.beat_at, week.at)}" for row in rows[:SHOWN])
    return ok("beats", _("稼働記録: %(names)s") % {"names": text}, names=len(rows))
