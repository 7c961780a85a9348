"""Bibs on the programme desk: their ranges, giving them, one by hand, and those that teams propose."""

from typing import Any

from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entries.heat import own_number_actions
from entries.heat.bib_actions import assign_bibs, ranges_of, set_ranges
from entries.heat.edit_actions import set_bib
from entries.heat.edits import HIGHEST_BIB
from entries.heat.forms import MOST_RANGES, BibRanges
from entries.heat.models import Start
from entries.meet.models import Meet, Race
from tenants.desk.base import is_id, user_of
from tenants.half_width import typed_number
from tenants.refusal import Refused

COLUMNS = ("first", "last", "sex", "race", "selection", "category", "is_own")


def range_forms(meet: Meet, names: list[tuple[int, str]], posted: Any = None) -> Any:
    """The ranges as a table to type through; `names` are those of the races."""
    races = Race.objects.filter(meet=meet).in_programme_order()
    rows = [model_to_dict(row, COLUMNS) for row in ranges_of(meet)]
    initial = [*rows, *([{}] * min(2, MOST_RANGES - len(rows)))]
    return BibRanges(
        posted, prefix="ranges", initial=None if posted else initial, form_kwargs={"races": races, "names": names}
    )


def keep_ranges(meet: Meet, forms: Any, request: HttpRequest) -> bool:
    """Whether they were kept; when not, each line says why, and `forms` what is wrong with them together."""
    if not forms.is_valid():
        return False
    rows = [form.cleaned_data for form in forms if form.cleaned_data.get("first")]
    set_ranges(meet=meet, rows=rows, by=user_of(request))
    return True


def answer_proposals(request: HttpRequest, meet: Meet) -> str:
    """Confirm all numbers that teams proposed, or one, or decline one. Raises Refused, Http404."""
    by, asked = user_of(request), request.POST
    if "decline_bib" in asked:
        own_number_actions.decline(meet=meet, bib=_row(asked["decline_bib"]), by=by)
        return _("希望を断りました。この選手には範囲から番号をつけます。")
    one = None if asked["confirm_bibs"] == "all" else _row(asked["confirm_bibs"])
    given = own_number_actions.confirm(meet=meet, by=by, bib=one)
    return ngettext("%(count)d名の希望番号を確認しました。", "%(count)d名の希望番号を確認しました。", given) % {
        "count": given
    }


def _row(text: str) -> int:
    if not is_id(text):
        raise Http404
    return int(text)


def give_all(request: HttpRequest, meet: Meet) -> str:
    """Number all who start. Raises Refused."""
    result = assign_bibs(meet=meet, by=user_of(request))
    said = ngettext(
        "%(count)d名にナンバーカードをつけました。", "%(count)d名にナンバーカードをつけました。", len(result.numbers)
    ) % {"count": len(result.numbers)}
    if not result.waiting:
        return said
    waiting = ngettext(
        "希望番号が確認待ちの%(count)d名にはつけていません。", "希望番号が確認待ちの%(count)d名にはつけていません。",
        result.waiting,
    )  # fmt: skip
    return f"{said} {waiting % {'count': result.waiting}}"


def give_one(request: HttpRequest, meet: Meet, chosen: list[int]) -> str:
    """The number that was typed, to the one runner who was ticked. Raises Refused."""
    if len(chosen) != 1:
        raise Refused("choose_one")
    number = typed_number(request.POST.get("bib", ""), most=HIGHEST_BIB)
    if number is None:
        raise Refused("bib_unreadable", last=HIGHEST_BIB)
    set_bib(meet=meet, entry=chosen[0], number=number, by=user_of(request), at=timezone.now())
    start = Start.objects.select_related("entry__athlete").get(entry=chosen[0])
    return _("%(name)sさんのナンバーカードを%(number)sにしました。") % {
        "name": start.entry.athlete.name_here, "number": number,
    }  # fmt: skip
