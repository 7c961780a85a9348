"""How a verdict is said: a word, a shape, and each reason in a sentence. One table for every page."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.shoes.events import ShoeEvent
from catalog.shoes.verdict import Reason, Verdict
from tenants import wording

WORDS = {"allowed": _("使用可"), "not_allowed": _("使用不可"), "unknown": _("要確認")}
CHIPS = {"allowed": "ok", "not_allowed": "bad", "unknown": "wait"}

wording.register(
    {
        "shoe_allowed": _("承認リストに掲載（%(event)s）、靴底%(stack)smm（上限%(most)smm）。"),
        "shoe_allowed_any_height": _("%(event)sでは靴底の厚さの制限がありません。"),
        "shoe_too_thick": _("靴底が%(stack)smmで、上限の%(most)smmを超えています。"),
        "shoe_not_listed": _("承認リストに掲載されていません。"),
        "shoe_not_for_event": _("%(event)sでは使用できないシューズです。"),
        "shoe_not_yet": _("使用できるのは%(from)sからです。"),
        "shoe_expired": _("使用できるのは%(until)sまででした（当日を含む）。"),
        "shoe_not_a_shoe": _("シューズとして登録されていない商品です。"),
        "shoe_stack_missing": _("靴底の厚さが登録されていません（上限%(most)smm）。"),
        "shoe_status_missing": _("承認リストへの掲載が確認されていません。"),
        "shoe_events_missing": _("使用できる種目が登録されていません。"),
        "shoe_development": _("開発用シューズです。選手、期間、大会を示す承認書類が必要です。"),
        "shoe_customised": _("カスタムシューズです。事前承認の書類が必要です。"),
        "shoe_no_limit_known": _("%(event)sの規定が登録されていません。"),
        "shoe_gone": _("商品マスターから削除されたため、判定できません。"),
    }
)


class Said(NamedTuple):
    """A verdict as a page prints it, in the reader's language: the chip's kind, the state in a word, all reasons."""

    kind: str
    word: str
    why: str


def said(verdict: Verdict) -> Said:
    """State and reasons as a chip and one text."""
    why = wording.sentences(sentence(reason) for reason in verdict.reasons)
    return Said(CHIPS[verdict.state], str(WORDS[verdict.state]), why)


def sentence(reason: Reason) -> str:
    """One reason in the language of the page."""
    return wording.pattern(reason.code) % {name: _said(name, value) for name, value in reason.data.items()}


def _said(name: str, value: Any) -> str:
    if name == "event":
        return str(ShoeEvent(value).label)
    if isinstance(value, date):
        return date_format(value, gettext("Y/n/j (D)"))
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
