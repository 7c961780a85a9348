"""Papers made by the worker: asked for on the desk, fetched there when they are ready."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from entries.meet.models import Meet
from entries.report.emergency import COUNT, files_of
from entries.report.lynx import lynx_files
from entries.report.master import master_files
from entries.report.models import PrintedPaper
from entries.report.papers import PAPERS
from entries.report.public_programme import values_of
from entries.report.timing_files import TimingFiles
from entries.report.typesetting import typeset
from tenants.audit.actions import record
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.models import User
from tenants.refusal import Refused
from tenants.retry import retry_when_locked
from tenants.scope import tenant_scope

JOB = "report.print"
EVERYTHING, LYNX, MASTER = "emergency-set", "lynx", "master"
TITLES = {kind: paper.title for kind, paper in PAPERS.items()} | {
    LYNX: _("計時ファイル（FinishLynx）"), MASTER: _("MASTER CSV（記録処理ソフト）"), EVERYTHING: _("非常用一式（すべてのPDF・CSV・Excel）"),
}  # fmt: skip
"""Everything that the desk can be asked for, in its order."""


@retry_when_locked
@transaction.atomic
def ask(*, meet: Meet, kind: str, by: User, at: datetime) -> PrintedPaper:
    """Let the worker make it, in place of the one that was there. Raises Refused("paper_unknown"), and Refused("paper_running")
    while the last one of its kind is not through."""
    if kind not in TITLES:
        raise Refused("paper_unknown")
    row, is_new = (
        PrintedPaper.objects.defer("content")
        .select_for_update(of=("self",))
        .get_or_create(meet=meet, kind=kind, defaults={"tenant_id": meet.tenant_id, "asked_at": at, "asked_by": by})
    )
    if not is_new and is_running(row):
        raise Refused("paper_running")
    row.job = work.enqueue(JOB, tenant=meet.tenant, by=by, paper=row.pk, language=translation.get_language() or "ja")
    row.asked_by, row.asked_at, row.made_at, row.content, row.name = by, at, None, None, ""
    row.save()
    return row


def is_running(row: PrintedPaper) -> bool:
    """Whether the worker still has it."""
    return row.made_at is None and row.job is not None and row.job.failed_at is None


def make_paper(job: Job, report: work.Report) -> None:
    """The job."""
    _make(job, lambda row: _made(row.meet, row.kind, report))


def make_public_programme(job: Job, report: work.Report) -> None:
    """The job: the programme that everybody reads; its name tells what it says."""

    def made(row: PrintedPaper) -> tuple[str, bytes]:
        values, said = values_of(row.meet, at=timezone.now())
        return said, typeset(PAPERS["programme"].template, values)

    _make(job, made)


def _make(job: Job, made: Callable[[PrintedPaper], tuple[str, bytes]]) -> None:
    """A paper that was asked for again meanwhile is left to the newer job."""
    if job.tenant_id is None:
        raise ValueError("a meet has a host")
    with tenant_scope(job.tenant_id), translation.override(job.args["language"]):
        row = PrintedPaper.objects.select_related("meet__tenant").filter(pk=job.args["paper"], job=job).first()
        if row is None:
            return
        name, content = made(row)
        still = PrintedPaper.objects.filter(pk=row.pk, job=job)
        still.update(name=name, content=content, made_at=timezone.now())


OF_PROGRAMS: Mapping[str, Callable[[Meet], TimingFiles]] = {LYNX: lynx_files, MASTER: master_files}


def _made(meet: Meet, kind: str, report: work.Report) -> tuple[str, bytes]:
    if kind in OF_PROGRAMS:
        made = OF_PROGRAMS[kind](meet).with_notes()
        return f"{meet.slug}-{kind}.zip", _zipped(made.items(), report, len(made))
    files = files_of(meet, at=timezone.now(), only=() if kind == EVERYTHING else (kind,))
    if kind == EVERYTHING:
        return f"{meet.slug}-{EVERYTHING}.zip", _zipped(files, report, COUNT)
    [(name, content)] = files
    return name, content


def _zipped(files: Iterable[tuple[str, bytes]], report: work.Report, total: int) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files, start=1):
            archive.writestr(name, content)
            report(number, total)
    return out.getvalue()


def note_download(row: PrintedPaper, *, by: User) -> None:
    """Names left the site: which paper, and who took it (requirement P5)."""
    note_export(row.meet, str(TITLES[row.kind]), by=by)


def note_export(meet: Meet, what: str, *, by: User) -> None:
    """As `note_download`, of a file that is made at once."""
    record("meet.paper_downloaded", meet, by=by, after={"paper": what})
