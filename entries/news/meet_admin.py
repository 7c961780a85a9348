"""What this room adds to the desk's page of a meet."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from entries.meet.desk import MEETS
from entries.meet.models import Meet
from entries.news.preview_views import preview
from tenants.desk.composed import Link

MEETS.page("preview", "<path:object_id>/preview/", preview)


@MEETS.link
def public_page(request: HttpRequest, meet: Meet) -> list[Link]:
    """What everybody sees of it, or will see."""
    if not meet.is_public:
        return [Link(_("プレビュー"), reverse("admin:entries_meet_preview", args=[meet.pk]))]
    return [Link(_("公開ページ"), reverse("news:meet", args=[meet.tenant.slug, meet.slug]))]
