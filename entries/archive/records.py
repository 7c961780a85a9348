"""What of this room is a meet's and a person's, and how the archive ends both; with the records of the apps before it."""

from collections.abc import Iterator
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entries.archive import retention
from entries.archive.erasing import replay_subject
from entries.archive.models import ArchivePiece, MeetArchive
from entries.archive.purging import replay_meet
from entries.archive.upstream import account_records, catalog_records
from entries.records.coverage import is_part_of
from entries.records.meets import PurgeStep, meets_naming, register_purge, taken_out
from entries.records.person import Person
from entries.records.retention import register_clear
from entries.records.texts import GONE
from entries.records.traces import Trace, register_traces, register_words
from tenants.audit.models import AuditRecord
from tenants.models import User
from tenants.privacy import replay
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES, before

__all__ = ["account_records", "catalog_records"]


def _archives(person: Person) -> Iterator[Trace]:
    """Files of whole meets that were not fetched yet: they are made anew in a minute. They name who runs, who sent a
    sheet, and who did what for the host."""
    named = [user for user in person.of(User) if user.name != GONE]
    holding = Q(tenant__in=AuditRecord.objects.filter(actor__in=named).values("tenant"))
    for meets in meets_naming(person):
        holding |= Q(meet__in=meets)
    for archive in MeetArchive.objects.filter(holding, with_personal=True).order_by("pk"):
        yield Trace(MeetArchive, archive.pk, None, {"id": archive.pk, "meet_id": archive.meet_id})


register_purge(PurgeStep("archives", lambda meet, today: MeetArchive.objects.filter(meet=meet), taken_out, position=30))
register_traces(MeetArchive, _archives, position=200)
register_words(MeetArchive, _("記録保存用ファイル"), _("削除します。もう一度書き出せます"))
is_part_of(ArchivePiece, MeetArchive)
register(
    RetentionClass(
        "archives", _("記録保存用ファイル"), _("作成してから"), GOES, 1, least=1, most=14,
        overdue=before(MeetArchive, "created_at"), is_short_lived=True, batch=20,
    )
)  # fmt: skip
register_clear("athlete", retention.erased)
register_clear("meet", retention.purged)
replay.register("athlete", partial(replay_subject, "athlete"))
replay.register("user", partial(replay_subject, "user"))
replay.register("meet", replay_meet)
