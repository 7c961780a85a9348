"""The programme desk's part about start times: what they would be, and writing them as they were shown."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.heat.forms import TimetableForm
from entries.heat.timetable import Filled, RaceTimes, filled, times_of
from entries.heat.timetable_actions import check_days, fill_timetable
from entries.heat.timetable_shown import Shown, shown
from entries.meet.models import Meet
from tenants.desk.base import user_of
from tenants.refusal import Refused

TRY, FILL = "try_timetable", "fill_timetable"


@dataclass(slots=True)
class Answer:
    """What came of a press: the form, what would be, a sentence for what was done, or a refusal."""

    form: TimetableForm
    shown: Shown | None = None
    done: str = ""
    refusal: Refused | None = None

    @property
    def status(self) -> int:
        """Of the page that shows it."""
        if self.refusal:
            return 409 if self.refusal.code == "timetable_changed" else 422
        return 200 if self.shown else 422


def is_asked(request: HttpRequest) -> bool:
    """Whether a button about start times was pressed."""
    return request.method == "POST" and (TRY in request.POST or FILL in request.POST)


def answer(request: HttpRequest, meet: Meet) -> Answer:
    """Show how the timetable would be filled, or fill it as it was shown."""
    form = TimetableForm(request.POST, meet=meet, read=times_of(meet))
    if not form.is_valid():
        return Answer(form)
    wishes = form.wishes()
    try:
        if FILL in request.POST:
            seen, by = form.cleaned_data["seen"], user_of(request)
            return Answer(
                form, done=_done(fill_timetable(meet=meet, wishes=wishes, seen=seen, by=by, at=timezone.now()))
            )
        check_days(meet, filled(meet, form.read, wishes))
        refusal = None
    except Refused as refused:
        refusal = refused
    found = filled(meet, times_of(meet), wishes)
    form.remember(found.token)
    return Answer(form, shown(meet, found, went_out=meet.has_start_lists), refusal=refusal)


def untouched(meet: Meet, read: list[RaceTimes]) -> Answer:
    """The form as it is now."""
    return Answer(TimetableForm(None, meet=meet, read=read))


def _done(found: Filled) -> str:
    if not found.changed and not found.left_over:
        return _("スタート時刻に変更はありません。")
    return _("%(count)s組のスタート時刻をつけました。") % {"count": len(found.changed)}
