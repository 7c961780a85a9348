"""Telling people of an alarm: by mail through the outbox, and past it when nobody else empties it."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.ops.alarms.wording import about, name_of, what_to_do
from tenants.incidents.models import IncidentContact
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter, content_of
from tenants.outbox.delivery import Postman, ServiceDown
from tenants.upkeep.models import Alarm

log = logging.getLogger(__name__)

KIND = "ops.alarm"
NOBODY_SENDS = "worker_silent"


def recipients() -> list[str]:
    """ALARM_EMAILS, else the people who run the installation, in the order of calling."""
    if settings.ALARM_EMAILS:
        return list(settings.ALARM_EMAILS)
    people = IncidentContact.objects.filter(tenant__isnull=True).exclude(email="").order_by("position", "pk")
    return list(dict.fromkeys(people.values_list("email", flat=True)))


def send_mails(alarm: Alarm, *, at: datetime, is_over: bool = False) -> None:
    """One mail to each; the key keeps a second look from sending it again."""
    told = recipients()
    if not told:
        log.warning("nobody to tell: set ALARM_EMAILS, or enter the incident contacts")
    for address in told:
        key = f"alarm{'.over' if is_over else ''}:{alarm.pk}"
        enqueue(KIND, to=address, key=key, context={"alarm": alarm.pk, "over": is_over}, at=at, language="ja")
    if alarm.name == NOBODY_SENDS and not is_over:
        _send_ourselves(at)


def _send_ourselves(at: datetime) -> None:
    """The worker is silent, so whoever noticed sends these mails. What fails stays in the outbox."""
    postman = Postman()
    try:
        while postman.deliver_next(at=at, kind=KIND):
            pass
    except ServiceDown as down:
        log.warning("the alarm could not be mailed: %s", type(down.__cause__).__name__)
    finally:
        postman.hang_up()


@content_of(KIND)
def letter(context: dict[str, Any]) -> Letter | None:
    """What happened, since when, and what to do."""
    alarm = Alarm.objects.filter(pk=context["alarm"]).first()
    if alarm is None:
        return None
    name, since = name_of(alarm.name), date_format(timezone.localtime(alarm.raised_at), "Y-m-d H:i")
    page = settings.BASE_URL + reverse("admin:status")
    values = {"name": name, "since": since, "page": page, "site": settings.APP_ENV}
    if context.get("over"):
        until = date_format(timezone.localtime(alarm.cleared_at), "Y-m-d H:i") if alarm.cleared_at else since
        text = _(
            "警報が解消しました。\n\n%(name)s\n発生: %(since)s\n解消: %(until)s\n環境: %(site)s\n\n動作状況: %(page)s\n"
        )
        return Letter(_("【NIT-SYS】警報の解消: %(name)s") % values, text % {**values, "until": until})
    text = _(
        "警報が発生しました。\n\n%(name)s\n%(about)s\n発生: %(since)s\n環境: %(site)s\n\n対応:\n%(todo)s\n\n動作状況: %(page)s\n"
    )
    more = {"about": about(alarm), "todo": what_to_do(alarm.name)}
    return Letter(_("【NIT-SYS】警報: %(name)s") % values, text % {**values, **more})
