"""The papers of a meet, each by its kind: what it is called, and of which data and template it is made."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.heat.start_list import WITHDRAWN, Listed
from entries.meet.competition import each_once
from entries.meet.models import Meet
from entries.report.paper_data import Programme, Values
from entries.report.typesetting import typeset

LAP = 400
ROOM, TALLEST, SMALLEST = 228.0, 8.0, 4.6
"""Millimetres of a sheet for the rows of a heat; a row may take so many."""
SCORED = 4
"""Runners that one scorer can count (reference 7)."""


class Paper(NamedTuple):
    """A kind of paper. `data` gives what its template shows beside head and foot."""

    title: str | Promise
    template: str
    data: Callable[[Programme], Values]


def make(kind: str, meet: Meet, *, at: datetime, programme: Programme | None = None) -> bytes:
    """The PDF of this kind, printed `at`; a `programme` that was read already serves several. Raises KeyError."""
    paper = PAPERS[kind]
    read = programme or Programme(meet, at)
    return typeset(paper.template, read.values(str(paper.title), **paper.data(read)))


def _programme(read: Programme) -> Values:
    others = each_once(race.competition for race in read.races.values())
    return {
        "timetable": read.timetable(), "races": read.by_race(),
        "code": gettext("競技会コード %(code)s") % {"code": read.meet.code} if read.meet.code else "",
        "others": [gettext("兼 %(title)s") % {"title": other.with_code} for other in others],
    }  # fmt: skip


def _by_heat(read: Programme) -> Values:
    return {"races": read.by_race()}


def _by_team(read: Programme) -> Values:
    def key(one: Listed) -> tuple[Any, ...]:
        return one.team, one.team_id, one.kana, one.name

    groups = read.groups(key, lambda one: one.team, read.starts, together=lambda one: one.team_id)
    return {"groups": groups, "says_team": False}


def _by_kana(read: Programme) -> Values:
    groups = read.groups(lambda one: (one.kana, one.name, one.start), lambda one: one.kana[:1] or "–", read.starts)
    return {"groups": groups, "says_team": True}


def _roll_call(read: Programme) -> Values:
    heats = read.heats()
    return {"heats": heats, "row": _row(heats)}


def _row(heats: Sequence[Values]) -> float:
    """How tall a row may be, in millimetres, so that the largest heat fits one sheet; of heats beyond 50 two sheets are taken."""
    largest = max((len(heat["starts"]) for heat in heats), default=1)
    return max(min(ROOM / largest, TALLEST), SMALLEST)


def _cards(read: Programme, *, number: str, across: int, tall: int, size: int, once: bool) -> Values:
    """A card for each start, or `once` for each athlete, who wears one bib in all races."""
    starts = [one for one in read.starts if one.state != WITHDRAWN and getattr(one, number)]
    if once:
        starts = sorted({one.athlete: one for one in starts}.values(), key=lambda one: getattr(one, number))
    return {
        "across": across, "tall": tall, "size": size,
        "cards": [_card(read, one, getattr(one, number), is_start=not once) for one in starts],
    }  # fmt: skip


def _card(read: Programme, one: Listed, number: int, *, is_start: bool) -> Values:
    line = read.line(one)
    above = (
        " ".join(part for part in (line["race"], line["heat"], line["time"]) if part) if is_start else read.meet.name
    )
    return {"number": f"{number}", "name": one.name, "team": one.team, "above": above}


def _laps(read: Programme) -> Values:
    sheets = []
    for heat in read.heats(withdrawn=False):
        laps = list(_laps_of(heat["distance"]))
        for first in range(0, len(heat["starts"]), SCORED):
            sheets.append(
                {
                    "race": heat["race"], "heat": heat["name"], "time": heat["time"], "laps": laps, "competition": heat["competition"],
                    "starts": heat["starts"][first : first + SCORED],
                }
            )  # fmt: skip
    return {"sheets": sheets, "row": 8.2}


def _laps_of(distance: int) -> Iterator[Values]:
    """`1 … 25` for 10000 m; of 5000 m the first line is the half lap before the finish line is passed first."""
    done = distance % LAP or LAP
    while done <= distance:
        yield {"done": _laps_said(done), "left": _laps_said(distance - done)}
        done += LAP


def _laps_said(metres: int) -> str:
    return f"{metres / LAP:.2f}".rstrip("0").rstrip(".")


def _results(read: Programme, *, is_order: bool) -> Values:
    heats = read.heats(withdrawn=False)
    return {"heats": heats, "is_order": is_order, "row": _row(heats)}


def _announcer(read: Programme) -> Values:
    return {"heats": read.heats()}


def _exceptions(read: Programme) -> Values:
    twice = [athlete for athlete, group in groupby(sorted(one.athlete for one in _there(read))) if len(list(group)) > 1]
    lists: Sequence[tuple[str, list[Listed]]] = (
        (gettext("取り消し済み"), [one for one in read.starts if one.state == WITHDRAWN]),
        (gettext("2種目以上に出場"), [one for one in _there(read) if one.athlete in set(twice)]),
        (gettext("ペースメーカー"), [one for one in _there(read) if one.is_pacemaker]),
        (gettext("申告タイムなし"), [one for one in _there(read) if one.seed_time is None and not one.is_pacemaker]),
        (gettext("ナンバーカードなし"), [one for one in _there(read) if one.bib is None]),
        (gettext("スタート時刻なし"), [one for one in _there(read) if one.starts_at is None]),
    )
    return {
        "groups": [
            {"name": f"{name} ({len(starts)})", "starts": [read.line(one) for one in sorted(starts, key=_by_name)]}
            for name, starts in lists
        ]
    }


def _there(read: Programme) -> list[Listed]:
    return [one for one in read.starts if one.state != WITHDRAWN]


def _by_name(one: Listed) -> tuple[Any, ...]:
    return one.kana, one.name, one.start


PAPERS: dict[str, Paper] = {
    "programme": Paper(_("プログラム"), "programme", _programme),
    "start-list": Paper(_("スタートリスト（組順）"), "start_list", _by_heat),
    "start-list-by-team": Paper(_("スタートリスト（チーム別）"), "groups", _by_team),
    "start-list-by-kana": Paper(_("スタートリスト（フリガナ順）"), "groups", _by_kana),
    "roll-call": Paper(_("点呼表"), "roll_call", _roll_call),
    "call-room-timetable": Paper(_("招集所タイムテーブル"), "wall", lambda read: {"timetable": read.timetable()}),
    "hip-numbers": Paper(
        _("腰ナンバー"), "cards", lambda read: _cards(read, number="hip_number", across=3, tall=62, size=88, once=False)
    ),
    "bibs": Paper(
        _("ナンバーカード"), "cards", lambda read: _cards(read, number="bib", across=1, tall=130, size=230, once=True)
    ),
    "lap-sheets": Paper(_("周回記録表"), "laps", _laps),
    "finish-order": Paper(_("着順記録表"), "results", lambda read: _results(read, is_order=True)),
    "result-sheets": Paper(_("記録用紙"), "results", lambda read: _results(read, is_order=False)),
    "announcer": Paper(_("アナウンサー用リスト"), "announcer", _announcer),
    "exceptions": Paper(_("確認リスト"), "exceptions", _exceptions),
}
"""By the name that stands in addresses, file names and on the command line."""
