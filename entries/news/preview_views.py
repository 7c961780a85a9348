"""A draft as the public will see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from entries.meet.desk import meet_at_desk
from entries.meet.models import Meet, State
from entries.news.views import page_of
from tenants.desk.composed import ComposedAdmin


@require_safe
def _preview(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    meet = meet_at_desk(desk, request, object_id, meets=Meet.objects.with_clock(), only_look=True)
    if meet.state == State.DRAFT:
        meet.state = State.PUBLISHED  # as it will be; nothing is saved
    return render(request, "news/preview.html", page_of(meet))


def preview(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The public page of a meet that is not public yet, for who may see it on the desk."""
    return _preview(request, desk, object_id)
