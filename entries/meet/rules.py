"""What may happen to a meet, and what has to be there before it moves on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.meet.models import STATE_ORDER, Meet, Race, State, TimetableSlot
from tenants.refusal import Refused

MOST_SLOTS = 60
LONGEST_MEET = timedelta(days=31)


class Move(NamedTuple):
    """One step of a meet: where to, and what the button says."""

    to: State
    label: str | Promise


FORWARD: dict[State, Move] = {
    State.DRAFT: Move(State.PUBLISHED, _("公開する")),
    State.PUBLISHED: Move(State.ENTRIES_CLOSED, _("申込を締め切る")),
    State.ENTRIES_CLOSED: Move(State.START_LISTS_OUT, _("スタートリストを公開する")),
    State.START_LISTS_OUT: Move(State.RESULTS_OUT, _("結果を公開する")),
    State.RESULTS_OUT: Move(State.ARCHIVED, _("大会を終了する")),
}
BACK = {move.to: state for state, move in FORWARD.items()}
MOVES: dict[State, frozenset[State]] = {
    state: frozenset({move.to for move in [FORWARD.get(state)] if move} | {back for back in [BACK.get(state)] if back})
    for state in STATE_ORDER
}


class Check(NamedTuple):
    """One line of a checklist. What is `needed` and not `ok` stops the move; the rest is advice."""

    text: str | Promise
    ok: bool
    needed: bool = False


def next_move(meet: Meet) -> Move | None:
    """The step that comes next; None for an archived meet."""
    return FORWARD.get(State(meet.state))


def checklist(meet: Meet, races: Sequence[Race], *, at: datetime, slots: int = 0) -> list[Check]:
    """What to look at before the next step. `slots` is the number of planned heats."""
    today = at.astimezone(meet.zone).date()
    if meet.state == State.DRAFT:
        return [
            Check(_("種目が1つ以上ある"), bool(races), needed=True),
            Check(_("申込締切がこれから来る"), at < meet.entries_close_at, needed=True),
            Check(_("実施日がすべて会期内にある"), all(is_within(meet, race) for race in races), needed=True),
            Check(_("会場が入力されている"), bool(meet.venue)),
            Check(_("参加料が入力されている"), all(meet.fee or race.fee is not None for race in races)),
            Check(_("タイムテーブルがある"), slots > 0),
        ]
    if meet.state == State.PUBLISHED:
        return [
            Check(_("申込締切の時刻を過ぎている"), at >= meet.entries_close_at),
            Check(_("受付停止中の種目がない"), not any(race.paused_at for race in races)),
        ]
    if meet.state == State.ENTRIES_CLOSED:
        return [
            Check(_("繰り上げの期限を過ぎている"), not meet.promotes_at(at)),
            Check(_("補欠待ちが残っていない"), not any(race.places and race.waiting_count for race in races)),
        ]
    if meet.state == State.START_LISTS_OUT:
        return [Check(_("大会の最終日になっている"), today >= meet.ends_on)]
    return [Check(_("大会が終わっている"), today > meet.ends_on)] if meet.state == State.RESULTS_OUT else []


def checks_of(meet: Meet, *, at: datetime) -> list[Check]:
    """The checklist of a meet as it is in the database now."""
    races = list(Race.objects.filter(meet=meet))
    slots = TimetableSlot.objects.filter(race__meet=meet).count()
    return checklist(meet, races, at=at, slots=slots)


def is_within(meet: Meet, race: Race) -> bool:
    """Whether the race is held on one of the meet's days."""
    return race.held_on is None or meet.starts_on <= race.held_on <= meet.ends_on


def check_may_move(meet: Meet, to: str, *, checks: Sequence[Check], has_entries: bool, why: str) -> None:
    """One step forward when what is needed is there, one back with a reason. Raises Refused.

    A meet that somebody has entered is never taken off the net again: the receipts point at it.
    """
    if to not in State.values or State(to) not in MOVES[State(meet.state)]:
        raise Refused("state_unknown")
    if BACK.get(State(meet.state)) == to:
        if not why.strip():
            raise Refused("why_needed")
        if to == State.DRAFT and has_entries:
            raise Refused("has_entries")
        return
    if missing := [str(check.text) for check in checks if check.needed and not check.ok]:
        raise Refused("checks_missing", checks=str(_("、")).join(missing))


def check_fallback(race: Race, fallback: Race | None) -> None:
    """Who does not get into an NCG race runs the same distance at the same meet. Raises Refused."""
    if fallback is None:
        return
    if fallback.pk == race.pk or (race.pk and fallback.fallback_race_id == race.pk):
        raise Refused("fallback_itself")
    if fallback.meet_id != race.meet_id:
        raise Refused("fallback_other_meet")
    if (fallback.sex, fallback.distance_m) != (race.sex, race.distance_m):
        raise Refused("fallback_differs")


def check_slot(meet: Meet, starts_at: datetime) -> None:
    """A heat starts on one of the meet's days, by the meet's own clock. Raises Refused."""
    if not meet.starts_on <= starts_at.astimezone(meet.zone).date() <= meet.ends_on:
        raise Refused("slot_outside", first=str(meet.starts_on), last=str(meet.ends_on))
