"""What this room adds to the desk's page of a meet."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from entries.meet.desk import MEETS
from entries.meet.models import Meet
from entries.news.admin import NoticeAdmin
from entries.news.models import Notice
from entries.news.preview_views import preview
from tenants.desk.composed import Link
from tenants.desk.confirm import buttons_of

NOTICES_SHOWN = 10

MEETS.page("preview", "<path:object_id>/preview/", preview)


@MEETS.link
def public_page(request: HttpRequest, meet: Meet) -> list[Link]:
    """What everybody sees of it, or will see."""
    if not meet.is_public:
        return [Link(_("プレビュー"), reverse("admin:entries_meet_preview", args=[meet.pk]))]
    return [Link(_("公開ページ"), reverse("news:meet", args=[meet.tenant.slug, meet.slug]))]


@MEETS.section("notices", "admin/meet_notices.html")
def notices(request: HttpRequest, meet: Meet) -> dict[str, Any]:
    """Its newest notices with what can be done with each, and the form of the desk's page that adds one."""
    desk = cast(NoticeAdmin, admin.site.get_model_admin(Notice))
    rows = list(
        Notice.objects.filter(meet=meet).select_related("meet").order_by("-created_at", "-pk")[: NOTICES_SHOWN + 1]
    )
    return {
        "rows": [(row, desk.state(row), desk.published(row), desk.mailed(row), buttons_of(desk, request, row))
                 for row in rows[:NOTICES_SHOWN]],
        "more": len(rows) > NOTICES_SHOWN,
        "form": desk.get_form(request)(auto_id="notice_%s", initial={"meet": meet.pk}),
    }  # fmt: skip
