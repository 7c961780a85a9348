"""Alarms in words: what each is called, and what to do about it. The same stands in docs/monitoring.md."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from entries.meet.standing import time_left
from tenants.upkeep.models import Alarm

WORDS: dict[str, tuple[Promise, Promise]] = {
    "worker_silent": (
        _("ワーカーが動いていません"),
        _("ワーカーのサービスを再起動し、ログを確認してください。メールと処理は待っているだけで、失われません。"),
    ),
    "mail_late": (
        _("メールが10分以上送れていません"),
        _(
            "send_test_mail で送信を試し、メールサービスの状態と認証情報を確認してください。復旧すると古い順に送ります。"
        ),
    ),
    "jobs_late": (
        _("処理の待ち行列が進んでいません"),
        _("ワーカーのログを確認してください。取り込みなどの処理が15分以上始まっていません。"),
    ),
    "errors": (
        _("エラー応答が2%を超えています"),
        _("Sentryで新しいエラーを確認し、直前のリリースが原因ならロールバックしてください。"),
    ),
    "backup_old": (
        _("バックアップが26時間以上ありません"),
        _("backup を手動で実行し、定期実行のログを確認してください。"),
    ),
    "backup_failed": (_("バックアップに失敗しました"), _("定期実行のログを確認し、backup を手動で実行してください。")),
    "backup_shrunk": (
        _("バックアップが前回の半分未満です"),
        _(
            "データが消えていないか check_env_data で確認してください。正しい場合は --accept-smaller を付けて実行します。"
        ),
    ),
    "drill_old": (
        _("復元演習が8日以上行われていません"),
        _("verify_backup --latest を実行し、定期実行のログを確認してください。"),
    ),
    "drill_failed": (
        _("復元演習に失敗しました"),
        _("最新のバックアップは復元できない可能性があります。管理画面のバックアップのページで理由を確認してください。"),
    ),
    "cron_silent": (
        _("定期実行が動いていません"),
        _("Renderの定期実行（retention、weekly_check）の履歴を確認し、手動で実行してください。"),
    ),
}


def name_of(name: str) -> str:
    """What it is called; its code when nobody named it."""
    return str(WORDS[name][0]) if name in WORDS else name


def what_to_do(name: str) -> str:
    """The first steps, from the wording of that alarm."""
    return str(WORDS[name][1]) if name in WORDS else say("障害対応の手順に従って確認してください。")


def about(alarm: Alarm) -> str:
    """The figures that were found, in words."""
    facts, parts = alarm.facts, []
    if isinstance(seconds := facts.get("seconds"), int):
        parts.append(say("経過: %(time)s") % {"time": time_left(timedelta(seconds=seconds))})
    for name, text in (
        ("mails", say("メール: %(n)d通")),
        ("jobs", say("処理: %(n)d件")),
        ("answers", say("応答: %(n)d件")),
        ("failures", say("エラー: %(n)d件")),
    ):
        if isinstance(value := facts.get(name), int):
            parts.append(text % {"n": value})
    if isinstance(kind := facts.get("kind"), str):
        parts.append(say("対象: %(kind)s") % {"kind": kind})
    return "、".join(parts)
