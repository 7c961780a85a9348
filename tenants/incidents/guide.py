"""The flow of seed 002 「障害対応フロー」, step by step, with the command or page that does each step. Words only."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Step(NamedTuple):
    """What to do, how, and with which commands."""

    title: Words
    how: Words
    commands: tuple[str, ...] = ()


class Level(NamedTuple):
    """How bad, by when, and the steps."""

    number: int
    title: Words
    within: Words
    steps: tuple[Step, ...]


LEVELS = (
    Level(
        1, _("軽微な問題"), _("1時間以内"),
        (
            Step(
                _("ログ確認"),
                _("Renderの「Logs」で、エラー画面に出ている番号（request_id）を検索します。"),
                ("python manage.py weekly_check",),
            ),
            Step(
                _("該当機能の一時停止"),
                _("「機能の停止と再開」で止めます。大会や種目の申込は、その大会・種目のページで一時停止します。"),
                (
                    'python manage.py pause uploads on --message "…"',
                    'python manage.py pause entries on --meet HOST/MEET --message "…"',
                ),
            ),
            Step(
                _("ホットフィックス適用"),
                _("直して再デプロイし、動作を確かめてから再開します。"),
                ("python manage.py preflight", "python manage.py pause uploads off"),
            ),
        ),
    ),
    Level(
        2, _("中程度の問題"), _("半日以内"),
        (
            Step(_("Sentryでエラー詳細確認"), _("environmentとreleaseで絞り込み、request_idでログと突き合わせます。")),
            Step(
                _("影響範囲の特定"),
                _("変更履歴とメールの状態で、どの主催団体・大会・期間かを調べます。"),
                ("python manage.py check_env_data", "python manage.py performance_report"),
            ),
            Step(
                _("修正＆テスト＆デプロイ"),
                _("テストを通し、stagingで確かめてから本番に出します。"),
                ("make test", "python manage.py preflight", "python manage.py smoke"),
            ),
        ),
    ),
    Level(
        3, _("重大な障害"), _("ただちに"),
        (
            Step(
                _("即時対応: サイトをメンテナンスモードに"),
                _("利用者には案内文と再開予定だけを表示します。"),
                ('python manage.py maintenance on --message "…" --until 2026-11-23T12:00',),
            ),
            Step(
                _("調査: ログ・監視データを収集"),
                _("ログ、Sentry、/metrics、変更履歴を保存し、経過を追記します。"),
                ('python manage.py incident note ID "…"', "python manage.py performance_report"),
            ),
            Step(
                _("復旧: バックアップからリストア or ロールバック"),
                _("データが無事ならRenderの「Rollback」。壊れていれば書き込みも止めてからリストアします。"),
                (
                    "python manage.py pause read_only on",
                    "python manage.py verify_backup PATH",
                    "python manage.py restore PATH",
                    "python manage.py maintenance off",
                ),
            ),
            Step(
                _("報告: 関係者への状況報告"),
                _("docs/incidents.md の文例で、主催者と監督に知らせます。"),
                ("python manage.py incident close ID",),
            ),
        ),
    ),
)  # fmt: skip
"""Levels and steps in the words of the runbook."""

CALLS: tuple[Words, ...] = (
    _("技術担当（主担当）に電話連絡します。"),
    _("連絡が取れない場合は、副担当へ電話します。"),
    _("大会当日は、運営責任者にも同時に連絡します。"),
    _("Sentryに「[Nit-Sys] 障害発生」として記録します。「障害を記録する」を押すと、Sentryとメールに自動で送られます。"),
)
"""The order of calls (seed 002 「障害発生時の連絡手順」)."""
