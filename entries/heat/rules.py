"""What has to be true before heats are made or changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entries.entry.beside import below_receipt, beside_entries
from entries.entry.models import Entry, Submission
from entries.heat import queries
from entries.heat.start_list import start_list_of
from entries.heat.wording import where_and_when
from entries.meet import steps
from entries.meet.models import Meet, State
from entries.meet.steps import Check, Standing
from tenants.refusal import Refused

CHANGED_IN = (State.PUBLISHED, State.ENTRIES_CLOSED, State.START_LISTS_OUT)
"""States of a meet in which runners may be moved between heats: after its closing, and until results are out."""

steps.figure("unplaced", queries.unplaced)
steps.figure("unnumbered", queries.unnumbered)
steps.figure("untimed", queries.untimed)
steps.offer(State.START_LISTS_OUT, _("スタートリストを公開する"))


@steps.check(State.START_LISTS_OUT)
def all_stand_in_heats(now: Standing) -> list[Check]:
    """A list that leaves somebody out is wrong; a number or a time may follow with the next version."""
    lost, bare, late = (now.figures.of(name, now.meet) for name in ("unplaced", "unnumbered", "untimed"))
    return [
        Check(_count(_("出場できる人が全員組に入っている"), lost), not lost, needed=True),
        Check(_count(_("全員にナンバーカードがついている"), bare), not bare),
        Check(_count(_("すべての組にスタート時刻がある"), late), not late),
    ]


def _count(text: str | Promise, missing: int) -> str | Promise:
    return format_lazy(_("{text}（まだ: {missing}）"), text=text, missing=missing) if missing else text


def check_may_seed(meet: Meet, *, at: datetime, went_out: bool, recut: bool = False) -> None:
    """Raises Refused("seeding_before_closing") while entries can still come, Refused("seeding_not_now") for a draft and after the
    meet, and when its lists `went_out` already Refused("lists_went_out"), unless all are to be numbered anew (`recut`)."""
    if (went_out or meet.state == State.START_LISTS_OUT) and not recut:
        raise Refused("lists_went_out")
    check_may_change(meet, at=at)


def check_may_change(meet: Meet, *, at: datetime) -> None:
    """Whether runners may be moved: as heats are made, and also while lists are out. Raises Refused."""
    if meet.state not in CHANGED_IN:
        raise Refused("seeding_not_now")
    if meet.state == State.PUBLISHED and at < meet.entries_close_at:
        raise Refused("seeding_before_closing")


PROPOSED_IN = (State.PUBLISHED, State.ENTRIES_CLOSED)
"""States of a meet in which teams may propose numbers: until its lists go out."""


def check_may_propose(meet: Meet) -> None:
    """Raises Refused("own_numbers_not_now") for a draft, and once lists went out."""
    if meet.state not in PROPOSED_IN or queries.last_version(meet) is not None:
        raise Refused("own_numbers_not_now")


def may_propose(meet: Meet) -> bool:
    """As `check_may_propose`, as a yes or no."""
    return _passes(lambda: check_may_propose(meet))


def check_may_publish(meet: Meet) -> None:
    """Raises Refused("lists_not_out") unless the meet stands where its lists are out."""
    if meet.state != State.START_LISTS_OUT:
        raise Refused("lists_not_out")


def may_seed(meet: Meet, *, at: datetime, went_out: bool) -> bool:
    """As `check_may_seed`, as a yes or no."""
    return _passes(lambda: check_may_seed(meet, at=at, went_out=went_out))


def may_change(meet: Meet, *, at: datetime) -> bool:
    """As `check_may_change`, as a yes or no."""
    return _passes(lambda: check_may_change(meet, at=at))


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused:
        return False
    return True


@below_receipt
def own_numbers_below(submission: Submission) -> tuple[str, str] | None:
    """The way to the numbers that the team may propose."""
    if not queries.own_ranges(submission.meet):
        return None
    return gettext("ナンバーカードの番号を希望する"), reverse("heat:own_numbers", args=[submission.reference])


@beside_entries
def starts_beside(meet: Meet, entries: Sequence[Entry]) -> Mapping[int, str]:
    """Heat, hip number and time of each entry, once everybody may see them; three queries, and none before."""
    if not meet.has_start_lists or not entries:
        return {}
    starts = start_list_of(meet, only=Q(entry__in=[entry.pk for entry in entries]))
    return {one.entry: where_and_when(meet, one.heat, one.hip_number, one.starts_at) for one in starts}
