"""What the mails about notices say. Registered when the app starts; they run in the worker."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.news.models import Notice
from tenants.outbox.contents import Letter, content_of, inert


@content_of("news.notice")
def notice(context: dict[str, Any]) -> Letter | None:
    """What the host tells everybody entered, as the page of the meet has it. None once it was taken back.

    Line by line inert, like all that somebody typed: links stand on the page of the meet, to which the mail leads.
    """
    row = Notice.objects.select_related("meet__tenant").filter(pk=context["notice"]).first()
    if row is None or row.published_at is None or row.published_at > timezone.now():
        return None
    values = {
        "meet": inert(row.meet.name),
        "title": inert(row.title),
        "body": "\n".join(inert(line) for line in row.body.splitlines()),
        "host": inert(row.meet.tenant.name),
        "address": settings.BASE_URL + reverse("news:meet", args=[row.meet.tenant.slug, row.meet.slug]),
    }
    return Letter(_("【%(meet)s】%(title)s") % values, render_to_string("mail/news_notice.txt", values))
