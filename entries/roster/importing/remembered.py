"""Columns that were chosen by hand once for a team's files."""

from django.utils.functional import SimpleLazyObject

from entries.roster.models import ColumnMemory, Team
from tenants.files.grid import Columns, Remembered

MOST = 30
"""Headers that are kept for a team and a kind of file; the one that was used longest ago goes."""


def remembered(team: Team, kind: ColumnMemory.Kind) -> Remembered:
    """Looks headers up by their key. One query, the first time that it is asked."""
    rows = SimpleLazyObject(
        lambda: dict(ColumnMemory.objects.filter(team=team, kind=kind).values_list("key", "columns"))
    )

    def look(key: str) -> Columns | None:
        found = rows.get(key)
        return {int(place): name for place, name in found.items()} if found else None

    return look
