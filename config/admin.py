"""Django admin as the organizer's desk."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from entries.desk import desk_of
from tenants.desk.base import DeskAdmin, user_of


class DeskSite(AdminSite):
    """The admin. Its door is `tenants.middleware.ScopeMiddleware`; signing in is `/auth/login`, with its limits."""

    site_header = "NIT-SYS"
    site_title = "NIT-SYS"
    index_title = _("運営デスク")
    index_template = "admin/desk.html"
    enable_nav_sidebar = False
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        """Without Django's "delete selected": it goes around the actions, and so around the trail."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what stands behind the wall: Django's own page of groups does not, and there are no groups here."""
        if admin_class is not None and issubclass(admin_class, DeskAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """With the platform admin's pages about backups and about what is alive."""
        from config.ops.backups.admin import urls_of
        from config.ops.status.admin import urls_of as status

        return [*urls_of(self), *status(self), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What needs attention today; the list of tables is at its foot."""
        return super().index(request, {**desk_of(user_of(request)), **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Already signed in when the door let the request through: go to the desk."""
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        """There is one page for one's own password."""
        return HttpResponseRedirect(reverse("auth:password_change"))

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        return HttpResponseRedirect(reverse("auth:account"))

    def logout(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        """There is one way out, a POST."""
        return HttpResponseRedirect(reverse("auth:account"))
