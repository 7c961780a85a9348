"""The organizer's desk: what needs attention today, and where each meet stands. Reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.entry.desk.arrivals import Arrivals, arrivals
from entries.entry.desk.queries import Places, entries_by_day, entries_by_minute
from entries.meet.desk import Attention, lines_of, stages_of
from entries.meet.gauge import Gauge
from entries.meet.models import Meet, Race, State
from entries.meet.queries import meets_on_the_desk, races_by_meet
from entries.meet.rules import checklist, next_move
from entries.meet.standing import Countdown, countdown, time_left
from entries.meet.steps import Check, Figures, Move, Standing
from tenants.models import MAX_ACTIVE_STAFF, User
from tenants.queries import hosts_with_seats, mail_trouble

MOST_MEETS = 12
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that wants to be looked at. `kind` is the chip's: bad, wait, ok or empty."""

    kind: str
    word: str
    text: str
    count: int
    address: str
    host: str = ""


class RaceLine(NamedTuple):
    """A race and its places, as counted from its entries: host entries are among them."""

    race: Race
    gauge: Gauge


@dataclass(frozen=True, slots=True)
class MeetDesk:
    meet: Meet
    standing: Standing
    lines: list[RaceLine]
    arrivals: Arrivals
    move: Move | None
    checks: list[Check]
    countdown: Countdown
    steps: list[tuple[str, int]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        return sum(line.gauge.taken for line in self.lines)

    @property
    def waiting(self) -> int:
        return sum(line.gauge.waiting for line in self.lines)

    @property
    def is_ready(self) -> bool:
        """Whether nothing stops the next step."""
        return all(check.ok or not check.needed for check in self.checks)


def desk_of(user: User) -> dict[str, Any]:
    """All that the desk shows; a fixed number of queries, whatever the number of meets, races and entries."""
    now = timezone.now()
    meets = list(meets_on_the_desk(today=timezone.localdate(now), most=MOST_MEETS))
    ids = [meet.pk for meet in meets]
    races, days, minutes, figures = races_by_meet(ids), entries_by_day(ids), entries_by_minute(ids), Figures(ids)
    desks = [
        _meet_desk(
            Standing(meet, races.get(meet.pk, []), meet.clock, figures), days.get(meet.pk, {}), minutes.get(meet.pk, {})
        )
        for meet in meets
    ]
    everybody = user.is_platform_admin
    tasks = [*_mail_tasks(user, now), *_meet_tasks(desks, everybody), *_seat_tasks(user)]
    return {"desks": desks, "tasks": tasks, "now": now, "everybody": everybody, "is_cut": len(meets) == MOST_MEETS}


def _meet_desk(standing: Standing, days: dict[date, int], minutes: dict[datetime, int]) -> MeetDesk:
    meet = standing.meet
    places = standing.figures.of("places", meet, {})
    return MeetDesk(
        meet=meet,
        standing=standing,
        lines=[_line(race, places.get(race.pk, Places())) for race in standing.races],
        arrivals=arrivals(meet, standing.races, days=days, minutes=minutes),
        move=next_move(meet),
        checks=checklist(standing),
        countdown=countdown(meet),
        steps=stages_of(meet),
    )


def _line(race: Race, places: Places) -> RaceLine:
    return RaceLine(race, Gauge.drawn(race.places, places.accepted, places.waiting))


def _mail_tasks(user: User, now: datetime) -> Iterator[Task]:
    mail, address = mail_trouble(user, at=now), reverse("admin:tenants_outboxmail_changelist")
    if mail.failed:
        yield Task("bad", _("送信不能"), _("届けられなかったメール"), mail.failed, f"{address}?state=failed")
    if mail.late:
        yield Task("wait", _("遅れ"), _("10分以上送信待ちのメール"), mail.late, f"{address}?state=waiting")


def _meet_tasks(desks: Iterable[MeetDesk], everybody: bool) -> Iterator[Task]:
    for desk in desks:
        host = str(desk.meet.tenant) if everybody else ""
        for line in (*_window(desk.meet), *lines_of(desk.standing)):
            yield Task(line.kind, line.word, f"{desk.meet.name}: {line.text}", line.count, line.address, host)


def _window(meet: Meet) -> Iterator[Attention]:
    """What its state and the clock say, before what the rooms say."""
    at, page = meet.clock, reverse("admin:entries_meet_change", args=[meet.pk])
    if meet.state == State.DRAFT:
        yield Attention("", _("下書き"), _("まだ公開していません"), 1, page)
    for until, text in (
        (meet.entries_open_at, _("申込が始まります")),
        (meet.entries_close_at, _("申込を締め切ります")),
    ):
        if meet.state in (State.DRAFT, State.PUBLISHED) and timedelta(0) < until - at < SOON:
            yield Attention("wait", _("あと%(left)s") % {"left": time_left(until - at)}, text, 1, page)


def _seat_tasks(user: User) -> Iterator[Task]:
    address = f"{reverse('admin:tenants_user_changelist')}?role=staff"
    for host, seats in hosts_with_seats(user):
        if seats >= MAX_ACTIVE_STAFF or not user.is_platform_admin:
            kind = "wait" if seats >= MAX_ACTIVE_STAFF else "ok"
            text = _("有効なスタッフ（上限%(limit)d名）") % {"limit": MAX_ACTIVE_STAFF}
            yield Task(kind, _("スタッフ"), text, seats, address, str(host) if user.is_platform_admin else "")
