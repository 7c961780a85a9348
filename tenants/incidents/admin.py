"""The desk's pages for the night: whom to call, what to do, and what was noted."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.chips import chip
from tenants.desk.base import DeskAdmin, user_of
from tenants.desk.confirm import Rows, confirmed
from tenants.incidents import actions, guide, queries
from tenants.incidents.forms import ContactForm, IncidentForm, NoteForm
from tenants.incidents.models import Incident, IncidentContact


@admin.register(IncidentContact)
class ContactAdmin(DeskAdmin):
    """Platform admins look after all of them, organizers after their own host's; they read the installation's too."""

    form = ContactForm
    list_display = ("position", "role", "name", "phone", "email", "on_meet_day", "host")
    list_display_links = ("role",)
    ordering = ("position", "pk")

    @admin.display(description=gettext_lazy("主催団体"), ordering="tenant__name")
    def host(self, contact: IncidentContact) -> str:
        return str(contact.tenant) if contact.tenant else _("システム全体")

    def get_queryset(self, request: HttpRequest) -> QuerySet[IncidentContact]:
        return queries.contacts_for(user_of(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The own ones, and those of the installation."""
        user = user_of(request)
        return super().has_view_permission(request, obj) or (user.is_staff and obj is not None and obj.tenant is None)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose it is says a platform admin."""
        fields = ("tenant", "position", "role", "name", "phone", "email", "on_meet_day", "note")
        return fields if user_of(request).is_platform_admin else fields[1:]


@admin.register(Incident)
class IncidentAdmin(DeskAdmin):
    """Noted by platform admins; organizers read the page of contacts and steps, with titles and states."""

    form = IncidentForm
    list_display = ("opened_at", "level", "title", "state_chip", "closed_at")
    list_display_links = ("title",)
    ordering = ("-opened_at", "-pk")
    actions = ("add_note", "close")
    fields = ("level", "title", "state_chip", "note", "opened_at", "closed_at", "event_id", "by")

    @admin.display(description=gettext_lazy("状態"))
    def state_chip(self, incident: Incident) -> SafeString:
        return chip("ok", _("解消")) if incident.closed_at else chip("bad", _("対応中"))

    def owns(self, request: HttpRequest, obj: Any) -> bool:
        """Platform admins only: incidents are about the installation, not about a host."""
        return user_of(request).is_platform_admin

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is typed over: notes are added."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one has no history yet."""
        return self.fields if obj is not None else ("level", "title", "note")

    def get_urls(self) -> list[Any]:
        """With the page of contacts and steps."""
        return [
            path("guide", self.admin_site.admin_view(self.guide_view), name="tenants_incident_guide"),
            *super().get_urls(),
        ]

    def guide_view(self, request: HttpRequest) -> HttpResponse:
        """Whom to call and what to do, on screen and on paper."""
        user = user_of(request)
        contacts = list(queries.contacts_for(user))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("障害対応"),
            "contacts": [contact for contact in contacts if contact.tenant_id is None],
            "hosts": [contact for contact in contacts if contact.tenant_id is not None],
            "calls": guide.CALLS,
            "levels": guide.LEVELS,
            "incidents": queries.incidents_shown(),
            "everybody": user.is_platform_admin,
        }
        return TemplateResponse(request, "admin/incidents/guide.html", context)

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if user_of(request).is_platform_admin else {}

    def save_model(self, request: HttpRequest, obj: Incident, form: Any, change: bool) -> None:
        """Note it, and tell Sentry once it is stored."""
        if change:
            raise PermissionDenied
        typed = {name: form.cleaned_data[name] for name in ("level", "title", "note")}
        made = actions.open_incident(**typed, by=user_of(request), at=timezone.now())
        obj.__dict__ |= made.__dict__
        transaction.on_commit(partial(actions.tell_sentry, made))

    @confirmed(gettext_lazy("経過を追記"), form=NoteForm, single=True)
    def add_note(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        actions.add_note(rows[0], text=form.cleaned_data["text"], by=user_of(request), at=timezone.now())
        self.message_user(request, _("経過を追記しました。"), messages.SUCCESS)

    @confirmed(
        gettext_lazy("解消にする"),
        text=gettext_lazy(
            "障害が解消した日時を記録します。停止した機能の再開と、関係者への報告も忘れずに行ってください。"
        ),
        single=True,
        when=lambda incident: incident.closed_at is None,
    )
    def close(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        actions.close(rows[0], by=user_of(request), at=timezone.now())
        self.message_user(request, _("解消を記録しました。"), messages.SUCCESS)
