"""The desk's pages of entries and submissions."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entries.entry import entry_actions
from entries.entry.desk.export import export_view
from entries.entry.desk.filters import EntryMeetFilter, RaceFilter, ShoeFilter, StateFilter
from entries.entry.desk.forms import CorrectForm, MoveEntriesForm
from entries.entry.desk.invite_views import invite_view
from entries.entry.desk.new_athlete_views import new_athlete_view
from entries.entry.desk.queries import MOST_PEOPLE, of_every_host
from entries.entry.desk.shoes import ShoeMarks
from entries.entry.models import Entry, EntryState, Submission
from entries.marks import format_time
from entries.meet.filters import MeetFilter
from entries.meet.wording import short_moment
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, DeskInline, ReadOnly, is_id, user_of
from tenants.desk.confirm import Rows, WhyForm, confirmed, each
from tenants.refusal import Refused

STATE_CHIPS = {EntryState.ACCEPTED: "ok", EntryState.WAITLISTED: "wait", EntryState.WITHDRAWN: "off"}


def state_chip(entry: Entry) -> SafeString:
    """The state, with the position of those who wait; an invited entry says so."""
    state = EntryState(entry.state)
    word = str(state.label)
    if state == EntryState.WAITLISTED:
        word = _("%(state)s %(position)s番目") % {"state": word, "position": entry.waiting_position}
    elif state == EntryState.ACCEPTED and entry.ticket is None:
        word = _("%(state)s（主催者枠）") % {"state": word}
    return chip(STATE_CHIPS[state], word)


@admin.register(Entry)
class EntryAdmin(ShoeMarks, ReadOnly, DeskAdmin):
    """Entries. Nothing is typed over: each change is an action with its rule, its mail and its line in the trail."""

    list_display = ("who", "team", "race", "seed", "state_chip", "ticket", "shoe_mark", "entered", "reference")
    list_filter = (EntryMeetFilter, RaceFilter, StateFilter, ShoeFilter)
    search_fields = ("athlete__search_key", "submission__team__search_key", "submission__reference")
    search_help_text = gettext_lazy("氏名、フリガナ、チーム名、受付番号（空白区切りで絞り込み）")
    ordering = ("-entered_at", "-pk")
    fields = (
        "who", "team", "meet", "race", "state_chip", "ticket", "seed", "best", "pacemaker", "shoe_mark", "fee",
        "entered_at", "withdrawn_at", "reference",
    )  # fmt: skip
    actions = ("withdraw", "move", "correct")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """With state and position, and all that a row shows."""
        rows = Entry.objects.with_state().with_position().order_by(*self.ordering)
        return rows.select_related("race__meet", "athlete", "submission__team")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """As any list; over every host's entries by a bounded number of people, and the page says when that was reached."""
        if not search_term.strip() or not self._reads_every_host(request):
            return super().get_search_results(request, queryset, search_term)
        found, is_cut = of_every_host(queryset, search_term)
        if is_cut:
            said = _(
                "あてはまる選手が多いため、登録が新しい%(most)d名分だけを表示しています。言葉を足すか、大会を選んでください。"
            )
            messages.info(request, said % {"most": MOST_PEOPLE})
        return found, False

    def _reads_every_host(self, request: HttpRequest) -> bool:
        return user_of(request).is_platform_admin and not is_id(request.GET.get("meet", ""))

    def headline(self, obj: Any) -> str:
        return f"{obj.athlete.full_name} – {obj.race.name_here}"

    def told_of(self, obj: Any) -> list[Model]:
        """An entry's history begins with the sheet on which it came."""
        return [obj, obj.submission]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Organizers enter guests outside the places here; teams use the sheet."""
        return self.owns(request, None)

    @admin.display(description=gettext_lazy("選手"), ordering="athlete__family_kana")
    def who(self, entry: Entry) -> SafeString:
        return format_html(
            '<span class="who"><span class="who__kana">{}</span>{}</span>',
            entry.athlete.name_beside,
            entry.athlete.name_here,
        )

    @admin.display(description=gettext_lazy("チーム"), ordering="submission__team__name_kana")
    def team(self, entry: Entry) -> str:
        return entry.submission.team.printed_name

    @admin.display(description=gettext_lazy("大会"))
    def meet(self, entry: Entry) -> str:
        return entry.race.meet.name

    @admin.display(description=gettext_lazy("申告タイム"), ordering="seed_time")
    def seed(self, entry: Entry) -> str:
        return format_time(entry.seed_time) or "NT"

    @admin.display(description=gettext_lazy("自己ベスト"))
    def best(self, entry: Entry) -> str:
        return format_time(entry.personal_best) or "–"

    @admin.display(description=gettext_lazy("状態"), ordering="state")
    def state_chip(self, entry: Entry) -> SafeString:
        """With the position of those who wait."""
        return state_chip(entry)

    @admin.display(description=gettext_lazy("申込日時"), ordering="entered_at")
    def entered(self, entry: Entry) -> str:
        return short_moment(entry.race.meet, entry.entered_at)

    @admin.display(description=gettext_lazy("受付番号"), ordering="submission__reference")
    def reference(self, entry: Entry) -> str:
        return entry.submission.reference

    @confirmed(
        gettext_lazy("申込を取り消す"),
        text=gettext_lazy("空いた枠は補欠待ちの先頭に回り、それぞれにメールが届きます。取り消しは元に戻せません。"),
        form=WhyForm,
        when=lambda entry: entry.withdrawn_at is None,
        danger=True,
    )
    def withdraw(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        """One by one: what one refuses does not stop the others."""
        me, now, why = user_of(request), timezone.now(), form.cleaned_data["why"]
        act = lambda row: entry_actions.withdraw(entry=row, by=me, at=now, by_organizer=True, why=why)  # noqa: E731
        each(
            self,
            request,
            rows,
            act,
            lambda n: ngettext("%(count)d件の申込を取り消しました。", "%(count)d件の申込を取り消しました。", n),
        )

    @confirmed(
        gettext_lazy("別の種目に移す"),
        text=gettext_lazy(
            "出場可の申込は移動先でも出場可のままです（満員なら主催者枠）。補欠待ちの申込は移動先の最後尾に並びます。"
        ),
        form=MoveEntriesForm,
        when=lambda entry: entry.withdrawn_at is None,
    )
    def move(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        """Move these entries to another race, all or none. Withdrawn ones are left out."""
        live = [row for row in rows if row.withdrawn_at is None]
        if not live:
            raise Refused("already_withdrawn")
        to, why = form.cleaned_data["to"], form.cleaned_data["why"]
        entry_actions.move(entries=live, to=to, by=user_of(request), at=timezone.now(), why=why)
        said = ngettext(
            "%(count)d件を「%(race)s」に移しました。", "%(count)d件を「%(race)s」に移しました。", len(live)
        ) % {"count": len(live), "race": to.name}
        self.message_user(request, said, messages.SUCCESS)

    @confirmed(
        gettext_lazy("申告タイムを変更する"),
        text=gettext_lazy("受付順と状態は変わりません。"),
        form=CorrectForm,
        single=True,
        when=lambda entry: entry.withdrawn_at is None,
    )
    def correct(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        """The declared time and the personal best."""
        times = {name: form.cleaned_data[name] for name in ("seed_time", "personal_best")}
        me, now = user_of(request), timezone.now()
        entry_actions.correct_times(entry=rows[0], by=me, at=now, by_organizer=True, **times)
        self.message_user(request, _("申告タイムを変更しました。"), messages.SUCCESS)

    def get_urls(self) -> list[Any]:
        """With the list as a file, and host entries of who is on no roster."""
        export = self.admin_site.admin_view(lambda request: export_view(self, request))
        new = self.admin_site.admin_view(lambda request: new_athlete_view(self, request))
        return [
            path("export", export, name="entries_entry_export"),
            path("add/new", new, name="entries_entry_new_athlete"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """An invited entry, past the line."""
        return invite_view(self, request)


class EntryInline(ReadOnly, DeskInline):
    model = Entry
    fields = ("athlete", "race", "seed_time", "state_chip")
    readonly_fields = fields
    show_change_link = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        rows = super().get_queryset(request).with_state().with_position().order_by("pk")  # type: ignore[attr-defined]
        return rows.select_related("race", "athlete")

    @admin.display(description=gettext_lazy("状態"))
    def state_chip(self, entry: Entry) -> SafeString:
        return state_chip(entry)


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, DeskAdmin):
    """What teams sent. Nothing here can be changed."""

    list_display = ("reference", "meet", "team", "source", "submitted_by", "submitted")
    list_select_related = ("meet", "team", "submitted_by")
    list_filter = (MeetFilter, "source")
    search_fields = ("reference", "team__search_key")
    search_help_text = gettext_lazy("受付番号、チーム名")
    ordering = ("-submitted_at", "-pk")
    fields = ("reference", "meet", "team", "source", "submitted_by", "submitted")
    inlines = (EntryInline,)

    @admin.display(description=gettext_lazy("受付日時"), ordering="submitted_at")
    def submitted(self, submission: Submission) -> str:
        return short_moment(submission.meet, submission.submitted_at)
