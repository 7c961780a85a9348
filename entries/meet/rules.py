"""What may happen to a meet, and what has to be there before it moves on."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entries.meet import steps
from entries.meet.models import STATE_ORDER, Meet, Race, State
from entries.meet.queries import started_by_meet
from entries.meet.steps import Check, Figures, Move, Standing
from tenants.refusal import Refused

MOST_SLOTS = 60
MOST_RACES = 200
NAMED = 3
"""Races that one line of a checklist names."""
LONGEST_MEET = timedelta(days=31)


steps.figure("started", started_by_meet)
steps.offer(State.PUBLISHED, _("公開する"))
steps.offer(State.ENTRIES_CLOSED, _("申込を締め切る"))
steps.offer(State.ARCHIVED, _("大会を終了する"))


@steps.check(State.PUBLISHED)
def before_publishing(now: Standing) -> list[Check]:
    """Without races or days there is nothing to show, without an account nowhere to pay to."""
    meet, races = now.meet, now.races
    outside = [race for race in races if not is_within(meet, race)]
    return [
        Check(_("種目が1つ以上ある"), bool(races), needed=True, field="races-group"),
        Check(_("申込締切がこれから来る"), now.at < meet.entries_close_at, needed=True, field="id_entries_close_at"),
        Check(_("申込締切が大会の最終日までにある"), _closes_in_time(meet), field="id_entries_close_at"),
        Check(_("実施日がすべて開催期間内にある"), not outside, needed=True, field=_place(races, outside, "held_on")),
        *_about_money(meet, races),
        Check(_("会場が入力されている"), bool(meet.venue), field="id_venue"),
        *_about_races(races, now.figures.of("started", meet, frozenset())),
    ]


def _closes_in_time(meet: Meet) -> bool:
    """Whether the last moment at which one may enter is on the meet's last day or before."""
    return (meet.entries_close_at - timedelta(microseconds=1)).astimezone(meet.zone).date() <= meet.ends_on


def _about_money(meet: Meet, races: Sequence[Race]) -> Iterator[Check]:
    yield Check(_("参加料が入力されている"), all(meet.fee or race.fee is not None for race in races), field="id_fee")
    if meet.fee or any(race.fee for race in races):
        has_account = bool(meet.tenant.payment_note.strip())
        yield Check(_("お支払い方法（振込先）が入力されている"), has_account, needed=True, field="id_payment_note")
        is_due = meet.payment_due_on is not None and meet.payment_due_on <= meet.starts_on
        yield Check(_("入金期限が大会の初日までにある"), is_due, field="id_payment_due_on")


def _about_races(races: Sequence[Race], started: Collection[int]) -> Iterator[Check]:
    """Advice that names the races which it is about."""
    elite = [race for race in races if race.is_ncg]
    late = [race for race in races if race.pk not in started]
    yield _all_have(_("スタート時刻が入力されている"), races, late, "start")
    if elite:
        free = [race for race in elite if race.standard is None]
        yield _all_have(_("選抜種目に参加標準記録がある"), races, free, "standard")
        lost = [race for race in elite if race.fallback_race_id is None]
        yield _all_have(_("選抜種目に振替先がある"), races, lost, "name")


def _all_have(text: str | Promise, races: Sequence[Race], wrong: Sequence[Race], field: str) -> Check:
    names = str(_("、")).join(race.name_here for race in wrong[:NAMED]) + ("…" if len(wrong) > NAMED else "")
    said = _("%(text)s（まだ: %(names)s）") % {"text": text, "names": names} if wrong else text
    return Check(said, bool(races) and not wrong, field=_place(races, wrong, field))


def _place(races: Sequence[Race], wrong: Sequence[Race], field: str) -> str:
    """Where in the table the first of these stands; the table, when none does."""
    return f"id_races-{list(races).index(wrong[0])}-{field}" if wrong else "races-group"


@steps.check(State.ENTRIES_CLOSED)
def before_closing(now: Standing) -> list[Check]:
    """Closing by hand is for meets whose time has come."""
    return [
        Check(_("申込締切の時刻を過ぎている"), now.at >= now.meet.entries_close_at),
        Check(_("一時停止中の種目がない"), not any(race.paused_at for race in now.races)),
    ]


@steps.check(State.START_LISTS_OUT)
def before_start_lists(now: Standing) -> list[Check]:
    """Nobody should move up once the lists are out."""
    return [
        Check(_("繰り上げの期限を過ぎている"), not now.meet.promotes_at(now.at)),
        Check(_("補欠待ちが残っていない"), not any(race.places and race.waiting_count for race in now.races)),
    ]


@steps.check(State.RESULTS_OUT)
def before_results(now: Standing) -> list[Check]:
    """Results come on the last day."""
    return [Check(_("大会の最終日になっている"), _today(now) >= now.meet.ends_on)]


@steps.check(State.ARCHIVED)
def before_the_end(now: Standing) -> list[Check]:
    """Whose results are out may end early; nobody else ends before the last day is over."""
    is_over = _today(now) > now.meet.ends_on
    return [Check(_("大会が終わっている"), is_over, needed=now.meet.state != State.RESULTS_OUT)]


def _today(now: Standing) -> date:
    return now.at.astimezone(now.meet.zone).date()


def next_move(meet: Meet) -> Move | None:
    """The step that comes next; None when no room offers one."""
    return steps.move_after(State(meet.state))


def state_before(meet: Meet) -> State | None:
    """Where one step back leads; None for a draft."""
    return steps.state_before(State(meet.state))


def checklist(standing: Standing) -> list[Check]:
    """What to look at before the next step."""
    move = next_move(standing.meet)
    return steps.checks_before(move.to, standing) if move else []


def checks_of(meet: Meet, *, at: datetime) -> list[Check]:
    """The checklist of a meet as it is in the database now."""
    return checklist(Standing(meet, list(Race.objects.filter(meet=meet).in_programme_order()), at, Figures([meet.pk])))


def has_come_to(meet: Meet, state: State) -> bool:
    """Whether a meet stands in this state or came through it: what nobody offers was passed by."""
    return meet.state == state or (
        state in steps.way() and STATE_ORDER.index(State(meet.state)) > STATE_ORDER.index(state)
    )


def is_full(meet: Meet) -> bool:
    """Whether a meet has as many races as its page can show."""
    return Race.objects.filter(meet=meet).count() >= MOST_RACES


def is_within(meet: Meet, race: Race) -> bool:
    """Whether the race is held on one of the meet's days."""
    return race.held_on is None or meet.starts_on <= race.held_on <= meet.ends_on


def check_may_move(meet: Meet, to: str, *, checks: Sequence[Check], has_entries: bool, why: str) -> None:
    """One step forward when what is needed is there, one back with a reason. Raises Refused.

    A meet that somebody has entered is never taken off the net again: the receipts point at it.
    """
    if to in State.values and State(to) not in steps.way():
        raise Refused("step_not_offered", state=State(to).label)
    move, back = next_move(meet), state_before(meet)
    if to != back and (move is None or to != move.to):
        raise Refused("state_unknown")
    if to == back:
        if not why.strip():
            raise Refused("why_needed")
        if to == State.DRAFT and has_entries:
            raise Refused("has_entries")
        return
    if missing := [str(check.text) for check in checks if check.needed and not check.ok]:
        raise Refused("checks_missing", checks=str(_("、")).join(missing))


def check_fallback(race: Race, fallback: Race | None) -> None:
    """Who does not get into an elite race runs the same distance at the same meet. Raises Refused."""
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
