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
