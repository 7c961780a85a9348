"""The words of papers."""

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "paper_unknown": _("この印刷物はありません。一覧から選んでください。"),
        "paper_running": _("いま作成中です。できあがるまでお待ちください。"),
        "starts_columns": _(
            "「申込番号」「照合」と、「組」「腰ナンバー」「ナンバーカード」のどれかの列が必要です。見出しを残してください。"
        ),
        "starts_many": _("スタートが%(limit)s件を超えています。種目を1つ選んでダウンロードしてください。"),
        "starts_expired": _("確認から時間がたったか、別の画面の内容です。もう一度ファイルを選んで確認してください。"),
        "row_entry": _("申込番号が読み取れません。書き出したファイルの番号のままにしてください。"),
        "row_unknown": _("申込番号%(entry)sは、この大会の組にいません。行を除くか、もう一度書き出してください。"),
        "row_other_meet": _("申込番号%(entry)sは、別の大会の申込です。この大会のファイルを選んでください。"),
        "row_twice": _("申込番号%(entry)sの行が2行以上あります。1行だけ残してください。"),
        "row_other_name": _(
            "氏名「%(typed)s」は、この申込番号の選手（%(name)s）と違います。一部の列だけを並べ替えていないかご確認ください。"
        ),
        "row_other_race": _(
            "種目「%(typed)s」は、この申込の種目（%(race)s）と違います。種目はこのファイルでは変えられません。"
        ),
        "row_check": _("照合の列が書き出したときと違います。もう一度書き出してから編集してください。"),
        "row_number": _("「%(text)s」は番号として読み取れません。数字で入力してください。"),
        "row_emptied": _(
            "%(column)sを空欄にはできません（いまは%(number)s）。番号を残すか、別の番号を入力してください。"
        ),
        "row_stale": _(
            "%(column)sは、書き出した後に%(was)sから%(now)sへ変わりました。もう一度書き出してから編集してください。"
        ),
    }
)
verbs.register({"meet.paper_downloaded": _("印刷物のダウンロード")})
readings.register("meet", {"paper": Reading(pgettext_lazy("one", "印刷物"))})


def labels() -> dict[str, str]:
    """The names of columns and lines, in the reader's language."""
    return {
        "printed": gettext("印刷"), "timetable": gettext("タイムテーブル"), "time": gettext("時刻"), "call": gettext("招集完了"),
        "race": pgettext("paper", "種目"), "heat": pgettext("paper", "組"), "runners": pgettext("paper", "人数"),
        "hip": pgettext("paper", "腰"), "bib": pgettext("paper", "No."), "name": gettext("氏名"), "team": gettext("チーム"),
        "seed": gettext("申告タイム"), "best": gettext("自己ベスト"), "grade": gettext("学年"), "shoe": gettext("シューズ"),
        "call_tick": gettext("点呼"), "bib_tick": gettext("ナンバー"), "shoe_tick": gettext("靴"), "officer": gettext("招集係"),
        "checked": gettext("確認者"), "lap": gettext("周"), "to_go": gettext("残り"), "scorer": gettext("周回係"),
        "referee": gettext("審判長"), "place": pgettext("paper", "順位"), "result": pgettext("paper", "記録"),
        "splits": pgettext("paper", "通過"), "remark": gettext("備考"), "nobody": gettext("該当なし"),
    }  # fmt: skip
