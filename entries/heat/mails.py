"""What the mail about start lists says. Registered when the app starts; it runs in the worker."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from entries.heat.list_mails import KIND, is_news
from entries.heat.models import ListVersion
from entries.heat.start_list import Listed, start_list_of
from entries.heat.wording import where_and_when
from entries.meet.models import Meet, Race
from tenants.outbox.contents import Letter, content_of, inert


@content_of(KIND)
def start_list(context: dict[str, Any]) -> Letter | None:
    """The team's starts as the lists have them when the mail leaves. None once the lists are in again, for a team without any,
    and when another mail tells the same."""
    version = ListVersion.objects.select_related("meet__tenant").filter(pk=context["version"]).first()
    if version is None or not version.meet.has_start_lists:
        return None
    meet = version.meet
    starts = start_list_of(meet, only=Q(entry__submission__team=context["team"]))
    if not starts or not is_news(version, context["team"]):
        return None
    races = {race.pk: race.name_here for race in Race.objects.filter(meet=meet)}
    values = {
        "meet": inert(meet.name), "number": version.number, "team": inert(starts[0].team), "host": inert(meet.tenant.name),
        "lines": [_line(meet, races[one.race], one) for one in starts],
        "address": settings.BASE_URL + reverse("news:my_starts", args=[meet.tenant.slug, meet.slug]),
    }  # fmt: skip
    subject = (
        _("【%(meet)s】スタートリスト")
        if version.number == 1
        else _("【%(meet)s】スタートリストの変更（第%(number)s版）")
    )
    return Letter(subject % values, render_to_string("mail/start_list.txt", values))


def _line(meet: Meet, race: str, one: Listed) -> str:
    said = " ".join([inert(one.name_here), inert(race), where_and_when(meet, one.heat, one.hip_number, one.starts_at)])
    return f"{said} ({one.note})" if one.note else said
