"""A draft as the public will see it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from entries.meet.models import Meet, State
from entries.news.views import page_of
from tenants.desk.base import is_id
from tenants.desk.composed import ComposedAdmin


@require_safe
def _preview(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    found = Meet.objects.with_clock().select_related("tenant")
    meet = found.filter(pk=int(object_id)).first() if is_id(object_id) else None
    if meet is None or not desk.has_view_permission(request, meet):
        raise Http404
    if meet.state == State.DRAFT:
        meet.state = State.PUBLISHED  # as it will be; nothing is saved
    return render(request, "news/preview.html", page_of(meet))


def preview(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The public page of a meet that is not public yet, for who may see it on the desk."""
    return _preview(request, desk, object_id)
