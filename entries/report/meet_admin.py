"""What this room adds to the desk's page of a meet."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from entries.meet.desk import MEETS
from entries.meet.models import Meet, State
from entries.report.paper_views import papers
from entries.report.starts_views import starts_file
from tenants.desk.composed import Link

MEETS.page("papers", "<path:object_id>/papers/", papers)
MEETS.page("starts_file", "<path:object_id>/starts-file/", starts_file)


@MEETS.link
def papers_desk(request: HttpRequest, meet: Meet) -> list[Link]:
    """Where its papers are printed; not before anybody can enter."""
    if meet.state == State.DRAFT:
        return []
    return [Link(_("印刷物"), reverse("admin:entries_meet_papers", args=[meet.pk]))]
