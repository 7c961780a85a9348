"""Putting notices out and taking them back."""

from datetime import datetime

from django.db import transaction

from entries.news.models import Notice
from tenants.audit.actions import record
from tenants.models import User


@transaction.atomic
def set_out(*, notice: Notice, out: bool, by: User, at: datetime) -> bool:
    """Publish a notice or take it back; its text stays. Whether that changed anything."""
    row = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if (row.published_at is not None) == out:
        return False
    row.published_at = at if out else None
    row.save(update_fields=["published_at"])
    record("notice.published" if out else "notice.taken_back", row, by=by)
    return True
