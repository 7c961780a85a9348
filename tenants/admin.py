"""The desk's pages about hosts, people and the trail."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants import actions
from tenants.audit.models import AuditRecord
from tenants.audit.queries import visible_to
from tenants.audit.reading import changes_of
from tenants.audit.verbs import name_of
from tenants.chips import chip
from tenants.desk.base import DeskAdmin, ReadOnly, user_of
from tenants.desk.composed import ComposedAdmin
from tenants.desk.confirm import Rows, confirmed, each
from tenants.desk.people import PEOPLE, PersonForm, RoleFilter
from tenants.models import HOST_ROLES, Tenant, User
from tenants.rooms import ROOMS, discover
from tenants.rules import may_manage

discover("tenants", ROOMS, "admin")


@admin.register(Tenant)
class TenantAdmin(DeskAdmin):
    """Hosts. Platform admins manage them; an organizer looks after the own one's contacts."""

    list_display = ("name", "slug", "plan", "is_active", "contact_email")
    search_fields = ("search_key",)
    fields = (
        "name",
        "slug",
        "plan",
        "is_active",
        "contact_email",
        "contact_phone",
        "payment_note",
        "elite_name",
        "elite_short",
    )

    def owns(self, request: HttpRequest, obj: Any) -> bool:
        """A host's organizers see their host."""
        user = user_of(request)
        return user.is_platform_admin or (user.is_staff and (obj is None or obj.pk == user.tenant_id))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        """All for platform admins, the own one for organizers."""
        user, hosts = user_of(request), super().get_queryset(request).order_by("name", "pk")
        return hosts if user.is_platform_admin else hosts.filter(pk=user.tenant_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What addresses and contracts hang on is the platform's."""
        return () if user_of(request).is_platform_admin else ("slug", "plan", "is_active")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return user_of(request).is_platform_admin

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a host is made inactive, its meets' history stays."""
        return False


@admin.register(User)
class PersonAdmin(ComposedAdmin):
    """People. Nobody is deleted: accounts are deactivated, so that the trail keeps its names."""

    desk = PEOPLE
    form = PersonForm
    list_display = ("name", "email", "role_name", "tenant", "state")
    list_select_related = ("tenant",)
    list_filter = (RoleFilter, "is_active")
    search_fields = ("search_key",)
    search_help_text = gettext_lazy("氏名またはメールアドレス")
    ordering = ("tenant", "-is_active", "role", "name", "pk")

    @admin.display(description=gettext_lazy("役割"), ordering="role")
    def role_name(self, person: User) -> str:
        return person.get_role_display()

    @admin.display(description=gettext_lazy("状態"), ordering="is_active")
    def state(self, person: User) -> SafeString:
        return chip("ok", _("有効")) if person.is_active else chip("off", _("無効"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Everybody for platform admins; for organizers those who work for the own host."""
        user, people = user_of(request), super().get_queryset(request)
        if user.is_platform_admin:
            return people
        return people.filter(tenant_id=user.tenant_id, role__in=HOST_ROLES)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What an organizer adds is staff of the own host."""
        first = ("email", "name", "phone", "language")
        if obj is not None:
            return (*first, "role_name" if not self._may_have_other_role(request, obj) else "role", "tenant", "state")
        return (*first, "role", "tenant") if user_of(request).is_platform_admin else first

    @staticmethod
    def _may_have_other_role(request: HttpRequest, obj: User) -> bool:
        return user_of(request).is_platform_admin and obj.role in HOST_ROLES

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody changes hosts; the state has its own buttons."""
        return ("role_name", "tenant", "state") if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An organizer changes staff and sees organizers."""
        return super().has_change_permission(request, obj) and (obj is None or may_manage(user_of(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated, never deleted: the trail names them."""
        return False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """No buttons on the page of somebody whom one may not manage."""
        response = super().render_change_form(request, context, *args, **kwargs)
        obj = kwargs.get("obj")
        if obj is not None and (not may_manage(user_of(request), obj) or obj.pk == user_of(request).pk):
            response.context_data["buttons"] = []
        return response

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """A new person gets a temporary password, which the next page shows once."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            request.temporary_password = actions.add_person(obj, by=user_of(request))  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Show the temporary password this once; it is stored only as a hash."""
        word = request.temporary_password  # type: ignore[attr-defined]
        return self._password_page(request, [(obj, word)])

    def _password_page(self, request: HttpRequest, people: list[tuple[User, str]]) -> HttpResponse:
        title = _("仮パスワードを発行しました")
        context = {**self.admin_site.each_context(request), "title": title, "people": people, "opts": self.opts}
        return TemplateResponse(request, "admin/password_once.html", context, headers={"Cache-Control": "no-store"})

    @confirmed(
        gettext_lazy("無効にする"),
        text=gettext_lazy(
            "サインインできなくなり、いまの画面からも次の操作でサインアウトします。あとで有効に戻せます。"
        ),
        when=lambda person: person.is_active,
        danger=True,
    )
    def deactivate(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me = user_of(request)
        each(
            self,
            request,
            rows,
            lambda row: actions.set_active(row, active=False, by=me),
            lambda n: ngettext("%(count)d名を無効にしました。", "%(count)d名を無効にしました。", n),
        )

    @confirmed(
        gettext_lazy("有効にする"),
        text=gettext_lazy("ふたたびサインインできるようになります。有効なスタッフは主催団体ごとに5名以内です。"),
        when=lambda person: not person.is_active,
    )
    def activate(self, request: HttpRequest, rows: Rows, form: Any) -> None:
        me = user_of(request)
        each(
            self,
            request,
            rows,
            lambda row: actions.set_active(row, active=True, by=me),
            lambda n: ngettext("%(count)d名を有効にしました。", "%(count)d名を有効にしました。", n),
        )

    @confirmed(
        gettext_lazy("仮パスワードを発行"),
        text=gettext_lazy(
            "現在のパスワードは使えなくなり、すべての端末からサインアウトします。新しい仮パスワードは次の画面に一度だけ表示されます。"
        ),
        when=lambda person: person.is_active,
        single=True,
    )
    def give_new_password(self, request: HttpRequest, rows: Rows, form: Any) -> HttpResponse:
        return self._password_page(request, [(rows[0], actions.give_new_password(rows[0], by=user_of(request)))])


@admin.register(AuditRecord)
class AuditAdmin(ReadOnly, DeskAdmin):
    """The trail: read only, an organizer's own host's."""

    list_display = ("at", "tenant", "actor", "verb_name", "target_name", "why")
    list_select_related = ("tenant", "actor")
    list_display_links = ("at",)
    search_fields = ("target_name", "why", "actor__search_key")
    search_help_text = gettext_lazy("対象、理由、操作した人の氏名")
    ordering = ("-at", "-pk")
    fields = ("at", "tenant", "actor", "verb_name", "target_name", "changes", "why", "request_number")

    @admin.display(description=gettext_lazy("操作"), ordering="verb")
    def verb_name(self, record: AuditRecord) -> str:
        return name_of(record.verb)

    def headline(self, obj: Any) -> str:
        """What was done, to what."""
        return f"{name_of(obj.verb)}: {obj.target_name}"

    @admin.display(description=gettext_lazy("リクエスト番号"))
    def request_number(self, record: AuditRecord) -> str:
        return record.request_id or "–"

    @admin.display(description=gettext_lazy("変更内容"))
    def changes(self, record: AuditRecord) -> str:
        return "\n".join(f"{row.field}: {row.before} → {row.after}" for row in changes_of(record)) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditRecord]:
        return visible_to(user_of(request)).order_by("-at", "-pk")
