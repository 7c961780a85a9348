"""Django admin behind the wall between tenants: every model admin of the site derives from `DeskAdmin`.

Who may is decided by role and tenant; there are no permission tables. Rows come through the scope that the middleware
opened, so list, search, filters, choices, autocomplete and history see one tenant. What is saved goes through
`tenants.actions`, with its line in the trail.
"""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tenants import actions
from tenants.audit.models import AuditRecord
from tenants.audit.queries import about, visible_to
from tenants.audit.reading import lines_of
from tenants.desk.confirm import FILTERS, buttons_of
from tenants.desk.forms import OVERRIDES, DeskForm, LanesFormSet
from tenants.desk.lists import DeskList
from tenants.models import User
from tenants.refusal import Refused
from tenants.wording import say

LOOKUPS = frozenset({"exact", "isnull", "in", "gt", "gte", "lt", "lte"})
TRAIL_SHOWN = 100


def is_id(text: str) -> bool:
    """Whether this can be a primary key: 18 digits are within the database's bigint."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


def user_of(request: HttpRequest) -> User:
    """Who asks. The admin's door let nobody in who is not signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class ByRole(BaseModelAdmin):
    """Permissions and fields of model admins and inlines alike."""

    formfield_overrides = OVERRIDES
    form: Any = DeskForm

    def owns(self, request: HttpRequest, obj: Any) -> bool:
        """Whether the row is the user's tenant's; platform admins own all."""
        user = user_of(request)
        return user.is_platform_admin or (user.is_staff and (obj is None or obj.tenant_id == user.tenant_id))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Organizers see their tenant's rows, platform admins all."""
        return self.owns(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.owns(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.owns(request, None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.owns(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the icons that open other tables in a window of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class DeskAdmin(ByRole, DeskList):
    """Base of the site's model admins."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    hosted = False
    """Whether a platform admin has to say whose a new row is (`HostedForm`)."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The list of tables shows what may be seen."""
        return self.has_view_permission(request)

    def get_urls(self) -> list[Any]:
        """Without the address of old that leads from `/1/` to `/1/change/`, also for rows that are not there."""
        return super().get_urls()[:-1]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the offered filters: `?athlete__team__contact_email__startswith=` would answer questions
        (requirement T3)."""
        offered = {self.date_hierarchy}
        for item in self.get_list_filter(request) if request is not None else self.list_filter:
            item = item[0] if isinstance(item, list | tuple) else item
            offered.add(item if isinstance(item, str) else getattr(item, "parameter_name", None))
        path, _sep, last = lookup.rpartition("__")
        return lookup in offered or (path in offered and last in LOOKUPS)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Under the name of what it lists. Chosen rows that can be no rows are left out."""
        if request.method == "POST":
            posted: Any = request.POST.copy()
            posted.setlist(ACTION_CHECKBOX_NAME, [row for row in posted.getlist(ACTION_CHECKBOX_NAME) if is_id(row)])
            request.POST = posted
        if "lang" in request.GET:  # LanguageMiddleware has read it; Django's list would take it for a filter
            asked: Any = request.GET.copy()
            del asked["lang"]
            request.GET = asked
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )

    def home_of(self, obj: Any, asked_from: str) -> str:
        """The row's own page; what is part of another row's page says where when `asked_from` is `HOME`."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def headline(self, obj: Any) -> str:
        """The name of a row's page."""
        return str(obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A form that knows who types."""
        made = super().get_form(request, obj, change=change, **kwargs)
        made.request = request  # type: ignore[attr-defined]
        return made

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the host first where a platform admin has to choose it."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.hosted or obj is not None or user_of(request).tenant_id is not None:
            return fieldsets
        return [(None, {"fields": ["host"]}), *fieldsets]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; when it is about to be saved, as it is once everybody else's save is through."""
        obj = super().get_object(request, object_id, from_field or None)
        if obj is not None and request.method == "POST":
            self.lock(obj)
            obj = super().get_object(request, object_id, from_field or None)
        return obj

    def lock(self, obj: models.Model) -> None:
        """Hold the row, in a way that still lets others refer to it, until the transaction ends."""
        held = type(obj)._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=obj.pk)
        held.values_list("pk").first()

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404  # contract 4: the same page for what does not exist and for what is somebody else's

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """As Django's, in the row's own zone; what an action refuses becomes an error of the form, all typed kept."""
        view = super().changeform_view
        with timezone.override(self.zone(request, object_id)):
            try:
                response = view(request, object_id, form_url, extra_context)
            except Refused as refusal:
                request.refusal = refusal  # type: ignore[attr-defined]
                response = view(request, object_id, form_url, extra_context)
            except IntegrityError:  # somebody else saved the same a moment ago
                request.refusal = Refused("already_there")  # type: ignore[attr-defined]
                response = view(request, object_id, form_url, extra_context)
            return response.render() if isinstance(response, TemplateResponse) else response

    def zone(self, request: HttpRequest, object_id: str | None) -> tzinfo | None:
        """The zone in which times of this row are shown and typed; None for the site's."""
        return None

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """With the actions that make sense for this row as buttons."""
        obj = kwargs.get("obj")
        context["subtitle"] = None
        context["list_filters"] = request.GET.get(FILTERS, "")
        if obj is None:
            context["title"] = _("%(name)sを追加") % {"name": self.opts.verbose_name}
        else:
            context["title"] = self.headline(obj)
            context["buttons"] = buttons_of(self, request, obj)
        response = super().render_change_form(request, context, *args, **kwargs)
        if request.method == "POST":
            response.status_code = 422
        return response

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the actions: with its line in the trail, and only what was changed."""
        fields = form.saved_fields()
        if not change:
            actions.add_row(obj, by=user_of(request), fields=fields)
            return
        before = {name: form[name].initial for name in fields}
        actions.change_row(obj, fields=fields, before=before, by=user_of(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        actions.delete_row(obj, by=user_of(request))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """As Django's; what came to hang on the row since the page was shown keeps it."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except models.ProtectedError:
            self.message_user(request, say(Refused("still_used")), messages.ERROR)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[unquote(object_id)]))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows of inlines, like any other row."""
        formset.save(commit=False)
        for row in formset.deleted_objects:
            actions.delete_row(row, by=user_of(request))
        for row_form in formset.saved_forms:
            row, is_old = row_form.instance, row_form.instance.pk is not None
            row.tenant_id = form.instance.tenant_id
            self.save_model(request, row, row_form, change=is_old)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """There is one trail, and `tenants.actions` writes it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """There is one trail, and `tenants.actions` writes it."""

    @method_decorator(require_safe)
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Our own trail of the row, in place of Django's log. It is only read: a POST would lock outside a transaction."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        records = about(visible_to(user_of(request)), self.told_of(obj))[:TRAIL_SHOWN]
        with timezone.override(self.zone(request, object_id)):
            return TemplateResponse(request, "admin/trail.html", self._trail(request, obj, records)).render()

    def told_of(self, obj: Any) -> list[models.Model]:
        """The rows whose changes the history of this row tells: itself, and what it came with."""
        return [obj]

    def _trail(self, request: HttpRequest, obj: Any, records: Iterable[AuditRecord]) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": _("変更履歴: %(name)s") % {"name": self.headline(obj)},
            "trail": lines_of(list(records)),
            "object": obj,
            "name": self.headline(obj),
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
        }


class DeskInline(ByRole, admin.TabularInline):
    template = "admin/edit_inline/lanes.html"
    formset = LanesFormSet
    extra = 0
    most = 200
    """Rows on one page. What posts more is refused before it costs time."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Hand the forms the request, so that they know who types."""
        made = super().get_formset(request, obj, **{"max_num": self.most, "absolute_max": self.most, **kwargs})
        made.form.request = request  # type: ignore[attr-defined]
        return made


class ReadOnly:
    """Mixin for rows that only the site itself writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
