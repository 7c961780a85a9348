"""What this room adds to the desk's pages of meets and races: what a save and a step mean for the queues."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.entry import pausing, places, queue_actions
from entries.entry.desk.place_views import add_place
from entries.entry.desk.queries import places_by_meet
from entries.meet import steps
from entries.meet.desk import MEETS, RACES, Attention, needs_attention
from entries.meet.forms import MoveForm, PauseForm, UndoForm
from entries.meet.models import Meet, Race, State
from entries.meet.rules import next_move, state_before
from entries.meet.steps import Standing
from tenants.desk.base import user_of
from tenants.desk.composed import ComposedAdmin, Link
from tenants.desk.confirm import Rows, WhyForm, confirmed

MEETS.save_with(Meet, queue_actions.change_meet)
MEETS.save_with(Race, queue_actions.change_race)
RACES.save_with(Race, queue_actions.change_race)
RACES.page("place", "<path:object_id>/place/", add_place)
RACES.tool("admin/add_place.html")
steps.figure("places", places_by_meet)


@MEETS.hold
def queues(meet: Meet) -> None:
    """Of all its races: submissions lock in this order too."""
    queue_actions.hold_queues(meet.pk)


@RACES.hold
def queue(race: Race) -> None:
    """Its own."""
    places.lock_races([race.pk])


@MEETS.button(before="copy")
@confirmed(
    gettext_lazy("次の段階へ進める"),
    form=MoveForm,
    single=True,
    when=lambda meet: next_move(meet) is not None,
    title=lambda meet: move.label if (move := next_move(meet)) else _("次の段階へ進める"),
)
def advance(desk: ComposedAdmin, request: HttpRequest, rows: Rows, form: Any) -> None:
    """One step."""
    _move(desk, request, rows, form)


@MEETS.button(before="copy")
@confirmed(
    gettext_lazy("前の段階に戻す"),
    form=UndoForm,
    single=True,
    when=lambda meet: state_before(meet) is not None,
    title=lambda meet: _("「%(state)s」に戻す") % {"state": before.label} if (before := state_before(meet)) else "",
    danger=True,
)
def undo(desk: ComposedAdmin, request: HttpRequest, rows: Rows, form: Any) -> None:
    """One step back."""
    _move(desk, request, rows, form)


def _move(desk: ComposedAdmin, request: HttpRequest, rows: Rows, form: Any) -> None:
    why, to = form.cleaned_data.get("why", ""), form.cleaned_data["to"]
    meet = queue_actions.move_state(meet=rows[0], to=to, by=user_of(request), at=timezone.now(), why=why)
    said = _("「%(meet)s」は「%(state)s」になりました。") % {"meet": meet, "state": meet.get_state_display()}
    desk.message_user(request, said, messages.SUCCESS)


@MEETS.button(before="copy")
@confirmed(
    gettext_lazy("申込を一時停止"),
    text=gettext_lazy(
        "この大会のすべての種目で、新しい申込を受け付けません。申込済みの枠、取り消し、繰り上げはそのまま続きます。"
    ),
    form=PauseForm,
    single=True,
    when=lambda meet: meet.state == State.PUBLISHED,
    title=lambda meet: _("一時停止の案内を変える") if meet.entries_paused_at else _("申込を一時停止"),
    danger=True,
)
def pause_entries(desk: ComposedAdmin, request: HttpRequest, rows: Rows, form: Any) -> None:
    """Take no entries for now, or change what is said."""
    values = {name: form.cleaned_data[name] for name in ("note", "why")}
    pausing.pause(meet=rows[0], by=user_of(request), at=timezone.now(), **values)
    said = _("「%(meet)s」の申込を一時停止しました。") % {"meet": rows[0]}
    desk.message_user(request, said, messages.SUCCESS)


@MEETS.button(before="copy")
@confirmed(
    gettext_lazy("申込を再開"),
    text=gettext_lazy("申込期間のうちであれば、ふたたび申込を受け付けます。"),
    form=WhyForm,
    single=True,
    when=lambda meet: meet.entries_paused_at is not None,
)
def resume_entries(desk: ComposedAdmin, request: HttpRequest, rows: Rows, form: Any) -> None:
    """Take entries again."""
    pausing.resume(meet=rows[0], by=user_of(request), why=form.cleaned_data["why"])
    said = _("「%(meet)s」の申込を再開しました。") % {"meet": rows[0]}
    desk.message_user(request, said, messages.SUCCESS)


def entries_address(meet: Meet) -> str:
    """The list of a meet's entries."""
    return f"{reverse('admin:entries_entry_changelist')}?meet={meet.pk}"


@MEETS.link
def entries(request: HttpRequest, meet: Meet) -> list[Link]:
    """What was entered."""
    return [Link(_("申込"), entries_address(meet))]


@needs_attention
def waiting(now: Standing) -> Iterator[Attention]:
    """Entries that wait to move up."""
    if count := sum(places.waiting for places in now.figures.of("places", now.meet, {}).values()):
        yield Attention(
            "wait", _("補欠待ち"), _("繰り上げを待つ申込"), count, f"{entries_address(now.meet)}&state=waitlisted"
        )
