"""Archives that are asked for on the desk: made by the worker, fetched once or twice, gone after a day."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import get_language

from entries.archive import exporting
from entries.archive.models import ArchivePiece, MeetArchive
from entries.meet.models import Meet
from tenants.audit.actions import record
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.models import User
from tenants.privacy.classes import days_of
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tenants.signin.actions import check_password

MAKE = "entries.make_archive"
PIECE = 1024 * 1024


def ask_password_again(request: HttpRequest, user: User, *, password: str, at: datetime) -> None:
    """Before personal data leaves in bulk, or is gone for good (requirement P5). Counted like a sign-in.

    Raises Refused("password_again_wrong"), attempts.TooMany. Call it outside of a transaction.
    """
    try:
        found = check_password(request, email=user.email, password=password, at=at)
    except Refused:
        raise Refused("password_again_wrong") from None
    if found.pk != user.pk:
        raise Refused("password_again_wrong")


def ask_for(meet: Meet, *, with_personal: bool, by: User) -> MeetArchive:
    """A new archive, which the worker will make."""
    with transaction.atomic(), tenant_scope(meet.tenant_id):
        archive = MeetArchive(tenant_id=meet.tenant_id, meet=meet, with_personal=with_personal, by=by)
        archive.save()
        archive.job = work.enqueue(MAKE, tenant=meet.tenant, by=by, archive=archive.pk, language=get_language() or "")
        archive.save(update_fields=["job"])
        record("meet.archive_asked", meet, by=by, after={"archive": archive.pk, "with_personal": with_personal})
    return archive


def make(job: Job, report: work.Report) -> None:
    """The job. Done twice it replaces what the first time left; nothing is kept of an archive that was taken out."""
    assert job.tenant_id is not None  # noqa: S101 - `ask_for` always gives one
    language = job.args.get("language") or settings.LANGUAGE_CODE
    with tenant_scope(job.tenant_id), translation.override(language), tempfile.TemporaryFile() as out:
        archive = MeetArchive.objects.select_related("meet__tenant", "by").filter(pk=job.args["archive"]).first()
        if archive is None or archive.made_at is not None:
            return
        made = exporting.build(archive.meet, out, with_personal=archive.with_personal, at=timezone.now(), report=report)
        out.seek(0)
        with transaction.atomic():
            _keep(archive, iter(lambda: out.read(PIECE), b""), made)


def _keep(archive: MeetArchive, pieces: Iterator[bytes], made: exporting.Archive) -> None:
    """Unless it was taken out meanwhile, for example because somebody in it was erased."""
    if not MeetArchive.objects.select_for_update(of=("self",)).filter(pk=archive.pk).exists():
        return
    ArchivePiece.objects.filter(archive=archive).delete()
    for number, content in enumerate(pieces):
        ArchivePiece.objects.create(tenant_id=archive.tenant_id, archive=archive, number=number, content=content)
    archive.size, archive.sha256, archive.counts, archive.made_at = made.size, made.sha256, made.counts, timezone.now()
    archive.save(update_fields=["size", "sha256", "counts", "made_at"])
    exporting.note(archive.meet, made, with_personal=archive.with_personal, by=archive.by)


def fetch(archive: MeetArchive, *, by: User, at: datetime) -> Iterator[bytes]:
    """The bytes, piece by piece, after the trail has its line. Raises Refused("archive_expired")."""
    if archive.made_at is None or archive.created_at < at - timedelta(days=days_of("archives")):
        raise Refused("archive_expired")
    with transaction.atomic():
        record("meet.archive_fetched", archive.meet, by=by, after={"archive": archive.pk, "bytes": archive.size})
    return _pieces(archive.tenant_id, archive.pk)


def _pieces(tenant_id: int, archive: int) -> Iterator[bytes]:
    """The request's own scope is closed when the server asks for them."""
    number = 0
    while True:
        with tenant_scope(tenant_id):
            row = ArchivePiece.objects.filter(archive=archive, number=number).first()
        if row is None:
            return
        yield bytes(row.content)
        number += 1
