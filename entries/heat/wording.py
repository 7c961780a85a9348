"""How this room says no, why a runner is in a heat, and what its part of the trail is called."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.entry.models import Entry
from entries.heat import versions
from entries.heat.models import PIN_WORDS, RaceSeeding, SeedingPin
from entries.heat.reasons import Exchange
from entries.heat.runners import PinKind
from entries.marks import format_time, said_time
from entries.meet.models import Meet
from entries.meet.wording import start_said
from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "seeding_before_closing": _("番組編成は申込の締切後に行えます。"),
        "seeding_not_now": _("組を変更できるのは、申込の締切後から結果の公開前までです。"),
        "lists_went_out": _(
            "スタートリストは公開済みです。編成し直すと番号が変わるため、先に「編成し直した場合を確認する」で変わる選手をご確認ください。"
        ),
        "recut_changed": _("確認した後に組か申込が変わりました。新しい試算を確認して、もう一度押してください。"),
        "lists_not_out": _("スタートリストはまだ公開されていません。大会のページで公開してください。"),
        "lists_unchanged": _("最後に公開した版から変わったところがありません。変更してから公開してください。"),
        "no_heats_yet": _("この種目にはまだ組がありません。先に番組編成をしてください。"),
        "heat_unknown": _("組は1から%(last)sまでの番号で指定してください。"),
        "start_unknown": _("この種目の組にいない選手です。画面を読み込み直してください。"),
        "same_heat": _("選んだ2名は同じ組にいます。別の組の選手を選んでください。"),
        "choose_runners": _("選手を選んでください（入れ替えは2名）。"),
        "pin_without_reason": _("固定する理由を入力してください。"),
        "pin_incomplete": _("固定する選手（同じ組・別の組は2名）を選んでください。"),
        "pin_gone": _("この固定はすでに解除されています。"),
        "nothing_to_undo": _("元に戻せる変更がありません。"),
        "timetable_changed": _(
            "試算した後に組または時刻が変わりました。新しい案を確認して、もう一度保存してください。"
        ),
        "already_in_heat": _("選んだ選手はすでに%(heat)s組にいます。再編成後も残すには「固定」をお使いください。"),
        "too_many_runners": _("一度に選べる選手は%(most)s名以内です。"),
        "pin_contradicts": _(
            "先に固定した内容（%(pin)s、%(who)s: %(why)s）と両立しません。変えるときは、先の固定を解除してください。"
        ),
        "heat_missing": _("移す先の組の番号を入力してください。"),
        "press_a_button": _("何をするかのボタンを押してください。入力した内容は残っています。"),
        "pin_there": _("同じ内容ですでに固定されています。"),
        "pin_unknown": _("固定の内容を選び直してください。"),
        "reason_unreadable": _("理由は200文字以内で入力してください。"),
        "board_unreadable": _("送られた内容がいまの組と合いません。画面を読み込み直して、もう一度操作してください。"),
        "board_changed": _(
            "表示した後に%(who)sさんが組を変更しました（%(what)s）。最新の組を確認して、もう一度操作してください。"
        ),
        "board_changed_somehow": _("表示した後に組が変わりました。最新の組を確認して、もう一度操作してください。"),
        "bibs_short": _(
            "ナンバーカードの範囲が足りません。不足している人数 %(missing)s。範囲を広げるか追加してください。"
        ),
        "hip_went_out": _(
            "スタートリストは公開済みです。腰ナンバーは変えられません。組を移すと、空いている番号がつきます。"
        ),
        "hip_unknown": _("腰ナンバーは1から%(last)sまでの番号にしてください。"),
        "hip_taken": _("腰ナンバー%(number)sは、同じ組の別の選手と重なります。別の番号にしてください。"),
        "bib_went_out": _("スタートリストは公開済みです。ナンバーカード%(number)sは変えられません。"),
        "bib_out_of_range": _(
            "ナンバーカード%(number)sは、この選手に使える範囲にありません。範囲の中の番号にするか、範囲を変えてください。"
        ),
        "bib_taken": _("ナンバーカード%(number)sは、別の選手と重なります。別の番号にしてください。"),
        "bib_two_numbers": _("同じ選手に、違うナンバーカードが書かれています。すべての種目で同じ番号にしてください。"),
        "edits_changed": _(
            "確認した後に組かナンバーカードが変わりました。何も反映していません。もう一度ファイルを確認してください。"
        ),
        "bib_ranges_overlap": _(
            "ナンバーカードの範囲 %(one)s と %(other)s に同じ番号があります。重ならないようにしてください。"
        ),
        "bib_worn": _("ナンバーカード%(number)sは%(who)sさんがつけています。別の番号にしてください。"),
        "bib_proposed": _(
            "ナンバーカード%(number)sは%(who)sさんのチームが希望しています。別の番号にするか、希望を断ってください。"
        ),
        "own_numbers_not_now": _("希望番号の受付は終わりました。変更は主催者にご連絡ください。"),
        "own_number_unknown": _("この受付票で出場する選手ではありません。画面を読み込み直してください。"),
        "own_number_given": _("ナンバーカードは%(number)sに決まっています。変更は主催者にご連絡ください。"),
        "own_number_none": _("この選手の番号は主催者がつけます。"),
        "own_number_outside": _("この選手が希望できる番号は%(ranges)sです。"),
        "own_number_twice": _("同じ番号が2名に入力されています。"),
        "own_number_taken": _("この番号はほかの選手が使っています。別の番号にしてください。"),
        "own_number_gone": _("この希望はもうありません。画面を読み込み直してください。"),
        "bib_unreadable": _("ナンバーカードは1から%(last)sまでの番号で入力してください。"),
        "choose_one": _("選手を1名選んでください。"),
        "pins_broken": _("「%(race)s」は固定した内容のとおりに編成できません（%(pins)s）。固定を見直してください。"),
    }
)
CHANGES = {
    "seeded": _("番組編成"), "moved": _("組の移動"), "swapped": _("組の入れ替え"), "edited": _("組と腰ナンバーの変更"), "pinned": _("編成の固定"),
    "unpinned": _("編成の固定の解除"),
}  # fmt: skip
"""What can be taken back, by `HeatChange.what`."""
SETTINGS: Any = RaceSeeding._meta

readings.register(
    "meet",
    {
        "version": Reading(_("版")),
        "ranges": Reading(_("ナンバーカードの範囲")),
        "runners": Reading(_("人数")),
        "bibs": Reading(_("ナンバーカード")),
        "bib": Reading(_("ナンバーカード")),
        "athlete": Reading(_("選手"), of="entries.athlete"),
        "numbers": Reading(_("希望番号")),
        "team": Reading(_("チーム"), of="entries.team"),
    },
)
readings.register(
    "race",
    {
        "entries": Reading(_("人数")),
        "heats": Reading(_("組数")),
        "moved": Reading(_("組を移した人数")),
        "together": Reading(_("同じ組に残った同じチームの人数")),
        "hash": Reading(_("編成の照合番号")),
        "undone": Reading(_("元に戻した変更"), said=lambda what: str(CHANGES.get(str(what), what))),
        "into": Reading(_("移した組")),
        "runners": Reading(_("人数")),
        "last": Reading(_("最後のスタート")),
        "pin": Reading(_("固定の内容"), said=lambda kind: str(dict(PIN_WORDS).get(str(kind), kind))),
        **{
            name: Reading(SETTINGS.get_field(name).verbose_name)
            for name in (
                "seed_by",
                "fastest_first",
                "fast_heats",
                "fast_size",
                "most_of_a_team",
                "farthest_heats",
                "stays",
                "track",
                "gap_minutes",
            )
        },
        "farthest": Reading(_("移動できるタイム差"), said=said_time),
    },
)
verbs.register(
    {
        "meet.lists_published": _("スタートリストの公開"), "meet.bibs_assigned": _("ナンバーカードの割り当て"),
        "meet.bib_ranges_set": _("ナンバーカードの範囲の変更"), "meet.own_numbers_proposed": _("希望番号の提案"),
        "meet.own_numbers_confirmed": _("希望番号の確認"), "meet.own_number_declined": _("希望番号の却下"),
        "race.seeded": _("番組編成"), "race.heats_moved": _("組の移動"), "race.heats_swapped": _("組の入れ替え"),
        "race.heats_pinned": _("編成の固定"), "race.heats_unpinned": _("編成の固定の解除"), "race.heats_undone": _("組の変更を元に戻した"),
        "race.seeding_changed": _("編成の条件の変更"), "race.timetable_filled": _("スタート時刻の計算"),
        "race.heats_edited": _("組と腰ナンバーの変更"), "meet.bibs_set": _("ナンバーカードの変更"),
    }
)  # fmt: skip


DIFFERENCES = {
    versions.ADDED: _("追加"), versions.GONE: _("取り消し済み"), versions.MOVED: _("組の移動"), versions.RENUMBERED: _("腰ナンバーの変更"),
    versions.BIB: _("ナンバーカードの変更"), versions.TIME: _("スタート時刻の変更"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference in words, how many it is about, and the first of their names."""

    said: str
    count: int
    names: list[str]


MOST_NAMED = 50


def differences(found: Mapping[str, Sequence[int]], names: Mapping[int, str]) -> list[Difference]:
    """What two versions differ in (`versions.compare`); `names` are those of entries, as far as they are known."""
    return [
        Difference(
            str(DIFFERENCES[kind]),
            len(found[kind]),
            [names[entry] for entry in found[kind] if entry in names][:MOST_NAMED],
        )
        for kind in versions.KINDS
        if found.get(kind)
    ]


def where_and_when(meet: Meet, heat: int, hip_number: int | None, starts_at: datetime | None) -> str:
    """`3組 腰ナンバー12 5/1 (土) 19:05`, as much of it as is known."""
    said = [gettext("%(heat)s組") % {"heat": heat}]
    if hip_number is not None:
        said.append(gettext("腰ナンバー%(number)s") % {"number": hip_number})
    if starts_at is not None:
        said.append(start_said(meet, starts_at))
    return " ".join(said)


def why(reason: Mapping[str, Any], heat: int, entries: Mapping[int, Entry]) -> str:
    """One sentence in the reader's language: why the start is in `heat`. `entries` are those of `reasons.others_named`, with
    their athletes."""
    if reason.get("rank") is None:
        return gettext("ペースメーカーのため、順位をつけずに%(heat)s組に入っています。") % {"heat": heat}
    if reason.get("late"):
        return gettext("組ができた後に、主催者が%(heat)s組に加えました。") % {"heat": heat}
    begins = (gettext("選抜種目から回りました。") if reason.get("from_race") else "") + _place(reason)
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


def notes(reason: Mapping[str, Any], heat: int, *, together: int, is_pinned: bool, is_gone: bool) -> Iterator[str]:
    """Small words beside a runner on the board; `together` team-mates are in the heat, 0 when that is as wanted."""
    if is_gone:
        yield gettext("取り消し済み")
    if reason.get("rank") is None:
        yield gettext("ペースメーカー")
    if together:
        yield gettext("同じチーム%(count)s名") % {"count": together}
    if reason.get("rank") is not None and reason.get("cut") != heat:
        yield gettext("%(cut)s組から") % {"cut": reason.get("cut")}
    if reason.get("from_race"):
        yield gettext("選抜種目から")
    if is_pinned:
        yield gettext("固定中")


def pin_said(pin: SeedingPin) -> str:
    """What was fixed: "鈴木一郎: 3組に入れる"."""
    one, other = (entry.athlete.name_here if entry else "" for entry in (pin.entry, pin.other))
    return pin_words(PinKind(pin.kind), one, other, pin.heat_number)


def pin_words(kind: PinKind, one: str, other: str, heat: int | None) -> str:
    """As `pin_said`, of the names of the runners."""
    words = {
        PinKind.INTO: gettext("%(one)s: %(heat)s組に入れる"), PinKind.NOT_INTO: gettext("%(one)s: %(heat)s組に入れない"),
        PinKind.TOGETHER: gettext("%(one)s、%(other)s: 同じ組にする"), PinKind.APART: gettext("%(one)s、%(other)s: 別の組にする"),
        PinKind.FROZEN: gettext("%(heat)s組を固定"),
    }[kind]  # fmt: skip
    return words % {"one": one, "other": other, "heat": heat}
