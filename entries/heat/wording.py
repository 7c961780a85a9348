"""How this room says no, why a runner is in a heat, and what its part of the trail is called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.entry.models import Entry
from entries.heat.reasons import Exchange
from entries.marks import format_time
from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "seeding_before_closing": _("番組編成は申込の締切後に行えます。"),
        "seeding_not_now": _("番組編成ができるのは、申込の締切後からスタートリストの公開前までです。"),
        "pins_broken": _("「%(race)s」は固定した内容のとおりに編成できません（%(pins)s）。固定を見直してください。"),
    }
)
readings.register(
    "race",
    {
        "entries": Reading(_("人数")),
        "heats": Reading(_("組数")),
        "moved": Reading(_("組を移した人数")),
        "together": Reading(_("同じ組に残った同じチームの人数")),
        "hash": Reading(_("編成の照合番号")),
    },
)
verbs.register({"race.seeded": _("番組編成")})


def why(reason: Mapping[str, Any], heat: int, entries: Mapping[int, Entry]) -> str:
    """One sentence in the reader's language: why the start is in `heat`. `entries` are those of `reasons.others_named`, with
    their athletes."""
    if reason.get("rank") is None:
        return gettext("ペースメーカーのため、順位をつけずに%(heat)s組に入っています。") % {"heat": heat}
    begins = _place(reason)
    own = [swap for swap in reason["swaps"] if swap["mates"] and swap["is_own"]]
    if own:
        return begins + _parted(own[-1], reason["cut"], heat)
    if reason["swaps"] and heat != reason["cut"]:
        return begins + _gave_way(reason["swaps"][-1], reason["cut"], heat, entries)
    if heat != reason["cut"] or reason["pins"]:
        return begins + gettext("基準は%(cut)s組、主催者の指定により%(heat)s組。") % {
            "cut": reason["cut"],
            "heat": heat,
        }
    return begins + gettext("タイム順で%(heat)s組。") % {"heat": heat}


def _place(reason: Mapping[str, Any]) -> str:
    values = {"of": reason["ranked"], "rank": reason["rank"], "time": format_time(reason["seed"])}
    if reason["seed"] is None:
        return gettext("%(of)s名中%(rank)s番目（タイムなし）。") % values
    return gettext("%(of)s名中%(rank)s番目のタイム%(time)s。") % values


def _parted(swap: Exchange, cut: int, heat: int) -> str:
    values = {"cut": cut, "from": swap["from_heat"], "mates": swap["mates"], "heat": heat, "seconds": _seconds(swap)}
    return (
        gettext("基準は%(cut)s組、%(from)s組に同じチームの選手が%(mates)s名いるため%(heat)s組（%(seconds)s秒差）。")
        % values
    )


def _gave_way(swap: Exchange, cut: int, heat: int, entries: Mapping[int, Entry]) -> str:
    other = entries.get(swap["other"])
    values = {
        "cut": cut, "heat": heat, "seconds": _seconds(swap), "other": other.athlete.name_here if other else gettext("他の選手"),
    }  # fmt: skip
    return gettext("基準は%(cut)s組、%(other)sと入れ替わり%(heat)s組（%(seconds)s秒差）。") % values


def _seconds(swap: Exchange) -> str:
    return f"{swap['shift'] / 100:.1f}"
