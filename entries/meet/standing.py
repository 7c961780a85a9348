"""Where a meet stands, said in one sentence from its state and the clock: on the desk, on every page and in mails."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from entries.meet.models import OVER, STATE_ORDER, Meet, State
from entries.meet.wording import moment
from entries.meet.wording import until as deadline


class Phase(TextChoices):
    """In the order in which a coach needs them."""

    OPEN = "open", gettext_lazy("申込受付中")
    COMING = "coming", gettext_lazy("まもなく受付")
    CLOSED = "closed", pgettext_lazy("state", "申込締切")
    PAST = "past", gettext_lazy("終了")


def phase_of(meet: Meet, *, at: datetime, today: date) -> Phase:
    """The phase of a published meet. `queries.published_meets` asks the database the same."""
    if meet.state in OVER or meet.ends_on < today:
        return Phase.PAST
    if meet.takes_entries_at(at):
        return Phase.OPEN
    if meet.state == State.PUBLISHED and at < meet.entries_open_at:
        return Phase.COMING
    return Phase.CLOSED


@dataclass(frozen=True, slots=True)
class Countdown:
    """The one sentence of a meet: until when, and how long that is."""

    phase: Phase
    until: datetime
    sentence: SafeString
    paused: bool = False
    """Whether the organizer has paused the entries of a meet that would take them now."""

    @property
    def is_running(self) -> bool:
        """Whether there is something to wait for before somebody can or could enter."""
        return self.phase in (Phase.OPEN, Phase.COMING)


def countdown(meet: Meet, *, today: date | None = None) -> Countdown:
    """By the database's clock (`meet.clock`), said in the meet's zone with weekday and zone name; `today` is the meet's own
    when nothing else is given. A draft stands where it would stand once it is published, and says that it is one."""
    day = today or meet.clock.astimezone(meet.zone).date()
    phase = phase_of(meet, at=meet.clock, today=day)
    if meet.state == State.DRAFT:
        until = meet.entries_open_at
        return Countdown(
            phase, until, format_html(_("まだ公開していません（申込開始 {when}）"), when=_when(meet, until))
        )
    if phase == Phase.COMING:
        return _running(phase, _("申込開始まで、あと{left}（{when}）"), meet, meet.entries_open_at)
    if phase == Phase.OPEN:
        return _running(phase, _("申込締切まで、あと{left}（{when}）"), meet, meet.entries_close_at)
    if phase == Phase.PAST:
        return Countdown(phase, meet.clock, escape(_("この大会は終了しました。")))
    return _closed(meet)


def closed_words(meet: Meet, *, at: datetime) -> str:
    """Since when a meet that takes no more entries takes none, as a sentence of plain text."""
    if closed_early(meet, at=at):
        return _("申込は予定より早く締め切りました。")
    return _("申込は%(when)sに締め切りました。") % {"when": deadline(meet, meet.entries_close_at)}


def closed_early(meet: Meet, *, at: datetime) -> bool:
    """Whether the organizer closed entries while the window still has time to run."""
    return (
        STATE_ORDER.index(State(meet.state)) >= STATE_ORDER.index(State.ENTRIES_CLOSED) and at < meet.entries_close_at
    )


def _running(phase: Phase, sentence: str, meet: Meet, until: datetime) -> Countdown:
    paused = phase == Phase.OPEN and meet.entries_paused_at is not None
    return Countdown(phase, until, format_html(sentence, left=_left(meet, until), when=_when(meet, until)), paused)


def _left(meet: Meet, until: datetime) -> SafeString:
    """The words of the time left are an element of their own: a script may keep them running."""
    return format_html(
        '<strong data-until="{}" data-now="{}">{}</strong>',
        until.isoformat(),
        meet.clock.isoformat(),
        time_left(until - meet.clock),
    )


def _when(meet: Meet, at: datetime) -> SafeString:
    """An opening is the instant itself, everything else a deadline."""
    said = moment(meet, at) if at == meet.entries_open_at else deadline(meet, at)
    return format_html('<time class="nobreak" datetime="{}">{}</time>', at.isoformat(), said)


def _closed(meet: Meet) -> Countdown:
    """Closed, and until when somebody who waits may still move up."""
    closed_at = min(meet.entries_close_at, meet.clock)
    until = meet.promote_until or meet.entries_close_at
    said = escape(closed_words(meet, at=meet.clock))
    if not closed_early(meet, at=meet.clock):
        said = format_html(_("申込は締め切りました（{when}）"), when=_when(meet, meet.entries_close_at))
    if not meet.promotes_at(meet.clock) or meet.state not in (State.PUBLISHED, State.ENTRIES_CLOSED):
        return Countdown(Phase.CLOSED, closed_at, said)
    moves_up = format_html(_("補欠待ちの繰り上げは{when}までです。"), when=_when(meet, until))
    return Countdown(Phase.CLOSED, closed_at, format_html("{} {}", said, moves_up))


def time_left(left: timedelta) -> str:
    """The two largest units: `2日4時間`, `3時間5分`, `12分`; below a minute it says so. Always rounded down."""
    minutes = int(left.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, ngettext("%(n)d日", "%(n)d日", days)),
        (hours, ngettext("%(n)d時間", "%(n)d時間", hours)),
        (minutes, ngettext("%(n)d分", "%(n)d分", minutes)),
    ]
    first = next((place for place, (number, _word) in enumerate(parts) if number), None)
    if first is None:
        return _("1分未満")
    said = [word % {"n": number} for number, word in parts[first : first + 2] if number]
    return (_("%(large)s%(small)s") % {"large": said[0], "small": said[1]}) if len(said) == 2 else said[0]
