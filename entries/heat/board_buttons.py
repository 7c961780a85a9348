"""What the buttons of the board do: move, swap, fix, let go, take back. Each says what was done."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.heat import board_actions
from entries.heat.edit_actions import set_hip
from entries.heat.edits import HIGHEST_HIP
from entries.heat.programme_context import RaceLine
from entries.heat.runners import PinKind
from entries.heat.wording import CHANGES
from tenants.desk.base import is_id, user_of
from tenants.half_width import typed_number
from tenants.refusal import Refused


def _move(request: HttpRequest, chosen: RaceLine, values: dict[str, Any]) -> str:
    if not values["start"]:
        raise Refused("choose_runners")
    if values["heat"] is None:
        raise Refused("heat_missing")
    moved = board_actions.move(
        race=chosen.race,
        entries=values["start"],
        heat=values["heat"],
        version=values["version"],
        by=user_of(request),
        at=timezone.now(),
        why=values["why"],
    )
    return _("%(count)s名を%(heat)s組に移しました。再編成してもこの組に残ります。") % {
        "count": moved,
        "heat": values["heat"],
    }


def _swap(request: HttpRequest, chosen: RaceLine, values: dict[str, Any]) -> str:
    if len(values["start"]) != 2:
        raise Refused("choose_runners")
    one, other = values["start"]
    board_actions.swap(
        race=chosen.race,
        one=one,
        other=other,
        version=values["version"],
        by=user_of(request),
        at=timezone.now(),
        why=values["why"],
    )
    return _("2名の組を入れ替えました。再編成してもこの組に残ります。")


def _number(request: HttpRequest, chosen: RaceLine, values: dict[str, Any]) -> str:
    """The hip number that was typed, to the one runner who was ticked."""
    if len(values["start"]) != 1:
        raise Refused("choose_one")
    number = typed_number(request.POST.get("hip", ""), most=HIGHEST_HIP)
    if number is None:
        raise Refused("hip_unknown", last=HIGHEST_HIP)
    set_hip(
        race=chosen.race,
        entry=values["start"][0],
        number=number,
        version=values["version"],
        by=user_of(request),
        at=timezone.now(),
        why=values["why"],
    )
    return _("腰ナンバーを%(number)sにしました。編成し直すと、つけ直されます。") % {"number": number}


def _pin(request: HttpRequest, chosen: RaceLine, values: dict[str, Any]) -> str:
    kind = PinKind(values["kind"] or PinKind.INTO)
    entries = [*values["start"], 0, 0] if kind != PinKind.FROZEN else [0, 0]
    if len(entries) - 2 > (2 if kind in (PinKind.TOGETHER, PinKind.APART) else 1):
        raise Refused("pin_incomplete")
    board_actions.pin(
        race=chosen.race,
        kind=kind,
        entry=entries[0],
        other=entries[1],
        heat=values["heat"] or 0,
        why=values["why"],
        version=values["version"],
        by=user_of(request),
        at=timezone.now(),
    )
    return _("固定しました。次の編成から守られます。")


def _unpin(request: HttpRequest, chosen: RaceLine, values: dict[str, Any]) -> str:
    text = request.POST["unpin"]
    board_actions.unpin(
        race=chosen.race,
        pin=int(text) if is_id(text) else 0,
        version=values["version"],
        by=user_of(request),
        at=timezone.now(),
    )
    return _("固定を解除しました。")


def _undo(request: HttpRequest, chosen: RaceLine, values: dict[str, Any]) -> str:
    what = board_actions.undo(race=chosen.race, version=values["version"], by=user_of(request), at=timezone.now())
    return _("「%(what)s」を元に戻しました。") % {"what": CHANGES[what]}


BUTTONS: dict[str, Callable[[HttpRequest, RaceLine, dict[str, Any]], str]] = {
    "move": _move,
    "swap": _swap,
    "set_hip": _number,
    "pin": _pin,
    "unpin": _unpin,
    "undo": _undo,
}
