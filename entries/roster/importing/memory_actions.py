"""Remembering which column of a team's files is what."""

from datetime import datetime

from django.db import transaction

from entries.roster.importing.remembered import MOST
from entries.roster.models import ColumnMemory, Team
from tenants.files.grid import Columns


@transaction.atomic
def remember(team: Team, kind: ColumnMemory.Kind, *, key: str, columns: Columns, at: datetime) -> None:
    """Read a header with this key by these columns from now on. It leaves no trail: it changes nothing but what is proposed."""
    ColumnMemory.objects.update_or_create(team=team, kind=kind, key=key, defaults={"columns": columns, "used_at": at})
    kept = ColumnMemory.objects.filter(team=team, kind=kind).order_by("-used_at", "-pk").values_list("pk", flat=True)
    ColumnMemory.objects.filter(team=team, kind=kind).exclude(pk__in=list(kept[:MOST])).delete()
