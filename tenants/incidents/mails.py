"""What the mail about an incident says. Registered when the app starts; it runs in the worker."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.incidents.actions import PREFIX
from tenants.incidents.models import Incident
from tenants.outbox.contents import Letter, content_of, inert
from tenants.switches.wording import moment


@content_of("incident.opened")
def opened(context: dict[str, Any]) -> Letter | None:
    """To those who are called. None when it is over already: nobody shall get up for it."""
    incident = Incident.objects.filter(pk=context["incident"]).first()
    if incident is None or incident.closed_at is not None:
        return None
    values = {
        "number": incident.pk,
        "level": incident.level,
        "title": inert(incident.title),
        "opened": moment(incident.opened_at),
        "address": f"{settings.BASE_URL}{reverse('admin:tenants_incident_guide')}",
    }
    subject = _("%(prefix)s（レベル%(level)d）: %(title)s") % {"prefix": PREFIX, **values}
    return Letter(subject, render_to_string("mail/incident_opened.txt", values))
