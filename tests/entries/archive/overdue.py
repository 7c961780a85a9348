"""One row of every class of data that is kept for a time, each long past it."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session as OldSession
from django.utils.timezone import localdate

from catalog.models import ImportFile, ImportRun
from entries.archive.models import MeetArchive
from entries.entry.models import EntryUpload, SheetDraft
from entries.meet.models import Meet
from entries.report.models import PrintedPaper
from entries.roster.models import Athlete, RosterUpload, Team
from tenants.models import (
    Alarm,
    AuditRecord,
    DeadAddress,
    Job,
    MailEvent,
    OneTimeLink,
    OpsRun,
    OutboxMail,
    Tenant,
    Throttle,
    Timing,
)
from tenants.scope import across_tenants
from tenants.signin.models import Session


def sign_in_rows(at: datetime) -> None:
    """Sessions, links and the throttle."""
    for table in (Session, OldSession):
        table.objects.create(session_key="s", session_data="x", expire_date=at)
    for number, purpose in enumerate(("reset", "register")):
        OneTimeLink.objects.create(purpose=purpose, token_hash=str(number), email="x@example.com", expires_at=at)
    Throttle.objects.create(key="t", window_ends_at=at)


def mail_rows(at: datetime, now: datetime) -> None:
    """A mail that loses its text, one that goes with its row, and what its server said."""
    half = now - timedelta(days=200)
    OutboxMail.objects.create(
        key="m", kind="x", to="old@canary.example", next_attempt_at=at, sent_at=half, context={"a": 1}
    )
    OutboxMail.objects.create(key="m2", kind="x", to="older@canary.example", next_attempt_at=at, sent_at=at)
    MailEvent.objects.create(esp="x", event_id="1", kind="x", to="old@canary.example", at=at)
    DeadAddress.objects.create(address="dead@canary.example", since_at=at)


def ops_rows(at: datetime) -> None:
    """The trail, jobs and the signs of life."""
    AuditRecord.objects.create(
        verb="x", target_type="athlete", target_id="1", target_name="canaryname", before={"a": 1}
    )
    AuditRecord.objects.update(at=at)
    Job.objects.create(kind="x", finished_at=at)
    Timing.objects.create(hour=at, kind="query", name="x")
    OpsRun.objects.create(kind="x", started_at=at, finished_at=at)
    Alarm.objects.create(name="x", raised_at=at, cleared_at=at)


def meet_rows(host: Tenant, meet: Meet, team: Team, at: datetime) -> None:
    """A meet long gone with its archive and an upload, a draft of a meet to come, and an import."""
    with across_tenants():
        gone = Meet.objects.create(
            tenant=host,
            slug="old",
            name="x",
            starts_on=localdate(at),
            ends_on=localdate(at),
            entries_open_at=at,
            entries_close_at=at + timedelta(days=1),
        )
        SheetDraft.objects.create(tenant=host, meet=meet, team=team)
        SheetDraft.objects.update(updated_at=at)
        EntryUpload.objects.create(tenant=host, meet=gone, team=team, file_name="x")
        EntryUpload.objects.update(created_at=at)
        MeetArchive.objects.create(tenant=host, meet=gone)
        PrintedPaper.objects.create(tenant=host, meet=meet, kind="programme", asked_at=at)
        MeetArchive.objects.update(created_at=at)
        run = ImportRun.objects.create(tenant=host, source="csv", file_name="x", size=1, sha256="x", state="previewed")
        ImportFile.objects.create(tenant=host, run=run, content=b"x", grid={}, rows=[{"s": "new"}])
        ImportRun.objects.update(created_at=at)


def roster_rows(team: Team, at: datetime) -> None:
    """An upload that nobody confirmed, and an athlete who left."""
    RosterUpload.objects.create(team=team, file_name="x")
    RosterUpload.objects.update(created_at=at)
    person = {"family_kana": "ア", "given_kana": "イ", "sex": "M", "birth_date": at.date()}
    Athlete.objects.create(team=team, family_name="canaryleft", given_name="x", left_at=at, **person)
    Athlete.objects.update(updated_at=at)
