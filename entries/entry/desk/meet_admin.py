"""The desk's pages of meets and races, with what a save and a step mean for the queues."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from entries.entry import pausing, places, queue_actions
from entries.meet.admin import MeetAdmin, RaceAdmin
from entries.meet.forms import MoveForm, PauseForm, UndoForm
from entries.meet.models import STATE_ORDER, Meet, Race, State
from entries.meet.rules import BACK, next_move
from tenants.admin_base import user_of
from tenants.admin_confirm import Rows, WhyForm, confirmed


@admin.register(Meet)
class MeetDeskAdmin(MeetAdmin):
    """Meets, with their races as a table and their steps as one button."""

    actions = ("advance", "undo", "pause_entries", "resume_entries", "copy")

    def lock(self, obj: Any) -> None:
        """The queues first, then the row: submissions lock in this order too."""
        queue_actions.hold_queues(obj.pk)
        super().lock(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the action that keeps the queues right; rows of the table as well."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        fields = form.saved_fields()
        before = {name: form[name].initial for name in fields}
        save = {"fields": fields, "before": before, "by": user_of(request), "at": timezone.now()}
        if isinstance(obj, Race):
            queue_actions.change_race(obj, **save)
        else:
            queue_actions.change_meet(obj, **save)

    @confirmed(
        gettext_lazy("次の段階へ進める"),
        form=MoveForm,
        single=True,
        when=lambda meet: next_move(meet) is not None,
        title=lambda meet: move.label if (move := next_move(meet)) else _("次の段階へ進める"),
    )
    def advance(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        self._move(request, rows, form)

    @confirmed(
        gettext_lazy("前の段階に戻す"),
        form=UndoForm,
        single=True,
        when=lambda meet: meet.state in BACK,
        title=lambda meet: _("「%(state)s」に戻す") % {"state": BACK[meet.state].label} if meet.state in BACK else "",
        danger=True,
    )
    def undo(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        self._move(request, rows, form)

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
    def pause_entries(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        """Take no entries for now, or change what is said."""
        values = {name: form.cleaned_data[name] for name in ("note", "why")}
        pausing.pause(meet=rows[0], by=user_of(request), at=timezone.now(), **values)
        said = _("「%(meet)s」の申込を一時停止しました。") % {"meet": rows[0]}
        self.message_user(request, said, messages.SUCCESS)

    @confirmed(
        gettext_lazy("申込を再開"),
        text=gettext_lazy("申込期間のうちであれば、ふたたび申込を受け付けます。"),
        form=WhyForm,
        single=True,
        when=lambda meet: meet.entries_paused_at is not None,
    )
    def resume_entries(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        pausing.resume(meet=rows[0], by=user_of(request), why=form.cleaned_data["why"])
        said = _("「%(meet)s」の申込を再開しました。") % {"meet": rows[0]}
        self.message_user(request, said, messages.SUCCESS)

    def _move(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        why, to = form.cleaned_data.get("why", ""), form.cleaned_data["to"]
        meet = queue_actions.move_state(meet=rows[0], to=to, by=user_of(request), at=timezone.now(), why=why)
        said = _("「%(meet)s」は「%(state)s」になりました。") % {"meet": meet, "state": meet.get_state_display()}
        self.message_user(request, said, messages.SUCCESS)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """With the way the meet has come, and links to what hangs on it."""
        meet = kwargs.get("obj")
        if meet is not None:
            here = STATE_ORDER.index(meet.state)
            context["steps"] = [
                (state.label, (place > here) - (place < here)) for place, state in enumerate(STATE_ORDER)
            ]
            context["links"] = [
                {
                    "label": pgettext("heading", "種目"),
                    "address": f"{reverse('admin:entries_race_changelist')}?meet={meet.pk}",
                },
                {"label": _("申込"), "address": f"{reverse('admin:entries_entry_changelist')}?meet={meet.pk}"},
            ]
            if meet.is_public:
                page = f"/meets/{meet.tenant.slug}/{meet.slug}/"
                context["links"].append({"label": _("公開ページ"), "address": page})
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Race)
class RaceDeskAdmin(RaceAdmin):
    """Races. Places and waiting list go through `changes.change_places`."""

    def lock(self, obj: Any) -> None:
        """Lock the race's queue before the row, as every writer of places does."""
        places.lock_races([obj.pk])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the action that keeps every place that was given."""
        if not change or not isinstance(obj, Race):
            super().save_model(request, obj, form, change)
            return
        fields = form.saved_fields()
        before = {name: form[name].initial for name in fields}
        queue_actions.change_race(obj, fields=fields, before=before, by=user_of(request), at=timezone.now())
