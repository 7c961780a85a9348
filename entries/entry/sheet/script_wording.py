"""What the sheet's script says while one types: the wordings of the rules, and its own."""

from functools import cache

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tenants.wording import pattern

FROM_THE_RULES = (
    "sex", "standard", "standard_needs_time", "duplicate", "duplicate_on_sheet", "athlete_limit", "time_unreadable",
    "time_sixty", "time_too_long", "implausible_fast", "implausible_slow", "race_paused", "athlete_missing",
)  # fmt: skip
OWN = {
    "waits": _("定員に達しています。申し込むと補欠待ちになります。"),
    "no_race": _("種目を選ぶと申込の対象になります。"),
    "minutes": _("分"),
    "hours": _("時間"),
    "seconds": pgettext_lazy("in a time", "秒"),
    "count": _("%(n)s件"),
    "yen": _("%(n)s円"),
    "nobody": _("種目を選んでください"),
    "wrong": _("要確認 %(n)s件"),
    "times_missing": _("タイム未入力 %(n)s件"),
    "sending": _("送信しています…"),
    "draft_dirty": _("未保存の変更があります"),
    "draft_saving": _("下書きを保存しています…"),
    "draft_saved": _("下書き保存済み %(time)s"),
    "draft_failed": _("下書きを保存できません（通信エラー）。入力はこの画面に残っています"),
    "pasting": _("読み取っています…"),
    "pasted": _(
        "%(n)s件を貼り付けました。内容のある行: %(read)s行 = 入力 %(n)s + 種目が空欄 %(idle)s + 入れられない行 %(left)s。"
    ),
    "draft_signed_out": _(
        "サインインの期限が切れました。入力はこの端末に残っています。送信するときにサインインできます"
    ),
    "no_time": _("申告タイムが空欄の申込が%(n)s件あります: %(who)s"),
    "kept_restored": _("この端末に残っていた入力を戻しました。申込はまだ完了していません。"),
    "kept_offered": _("この端末に、まだ送信していない入力が残っています（%(time)s）。"),
    "kept_take": _("この端末の入力に戻す"),
    "kept_drop": _("この端末の入力を消す"),
    "send_failed": _(
        "通信エラーのため送信できませんでした。入力はこの画面とこの端末に残っています。もう一度お試しください。"
    ),
    "signin_failed": _("サインインできませんでした。別のタブでサインインしてから、もう一度送信してください。"),
    "signin_other": _("この画面を開いた人とは別のアカウントです。同じアカウントでサインインしてください。"),
    "pasted_left": _("次の行は入れられませんでした:"),
    "paste_failed": _("貼り付けた内容を読み取れませんでした（通信エラー）。もう一度お試しください。"),
    "not_on_sheet": _("この画面に選手の行がありません"),
    "filled": _("%(n)s名に入れました。"),
    "shown": _("%(n)s名を表示"),
    "choose_race": _("種目を選ぶ"),
    "shoe_none": _("見つかりません。ブランド、型番、商品名の一部で探せます"),
    "shoe_found": _("%(n)s件の候補"),
    "shoe_more": _("候補が多いため最初の%(n)s件です。続けて入力すると絞り込めます"),
    "shoe_failed": _("候補を読み込めませんでした（通信エラー）"),
    "shoe_not_chosen": _("候補から選ぶか、「ブランド 型番」を入力してください"),
    "again": _("もう1種目"),
    "send": _("%(n)s件を申し込む"),
    "send_none": _("申し込む"),
    "remove": _("消す"),
}


def for_script() -> dict[str, str]:
    """All of them in the reader's language, with their %(values)s still open."""
    return _in(get_language() or "")


@cache
def _in(language: str) -> dict[str, str]:
    return {code: pattern(code) for code in FROM_THE_RULES} | {name: str(text) for name, text in OWN.items()}
