"""Columns in which people write what they like, where a name may stand; later rooms add theirs."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

from catalog.drafting.models import ProductDraft
from catalog.importing.models import ImportRun
from catalog.overrides.models import ProductOverride
from entries.archive.person import Person
from entries.meet.models import Meet
from entries.roster.models import Team
from tenants.audit.models import AuditRecord
from tenants.incidents.models import Incident, IncidentContact
from tenants.models import Tenant
from tenants.outbox.models import MailEvent, OutboxMail
from tenants.privacy.models import Erasure
from tenants.switches.models import Switch

WINDOW = 20_000
"""Rows in which one statement looks for texts: far below the time that a statement may take."""
FREE_TEXTS: list[tuple[type[models.Model], tuple[str, ...]]] = [
    (AuditRecord, ("target_name", "why", "before", "after")),
    (Incident, ("title", "note")),
    (Erasure, ("why",)),
    (OutboxMail, ("context", "last_error")),
    (MailEvent, ("to", "reason")),
    (Meet, ("summary", "pause_note")),
    (Team, ("contact_name",)),
    (Tenant, ("payment_note",)),
    (IncidentContact, ("name", "note")),
    (Switch, ("message",)),
    (ProductOverride, ("why",)),
    (ProductDraft, ("note", "text")),
    (ImportRun, ("file_name",)),
]


def register_text(model: type[models.Model], *fields: str) -> None:
    """Columns of a later room in which a name may stand."""
    if (model, fields) not in FREE_TEXTS:
        FREE_TEXTS.append((model, fields))


def mentioning(model: type[models.Model], fields: Sequence[str], person: Person) -> Iterator[Any]:
    """Rows that may hold a text of theirs, also within JSON, window by window of a long table."""
    casts = {
        f"{name}_text": models.functions.Cast(name, models.TextField())
        for name in fields
        if isinstance(model._meta.get_field(name), models.JSONField)
    }
    asked = [f"{name}_text" if f"{name}_text" in casts else name for name in fields]
    rows = model._default_manager.order_by("pk")
    last = rows.aggregate(last=models.Max("pk"))["last"] or 0
    for start in range(0, last + 1 if person.texts else 0, WINDOW):
        window = rows.filter(pk__gte=start, pk__lt=start + WINDOW)
        yield from window.annotate(**casts).filter(person.mentioned(*asked))
