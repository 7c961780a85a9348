"""Something to leak: two hosts and two teams that have one of everything, with names that are found again anywhere."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils import timezone

from catalog.models import ImportFile, ImportRun, MasterProduct, ProductDraft, ShoeLimit
from entries.archive.models import MeetArchive
from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.meet.models import Meet, Race
from entries.news.models import Notice
from entries.roster.actions import invite
from entries.roster.importing.actions import keep_upload
from entries.roster.models import Athlete, Membership, RosterUpload, Team
from tenants.audit.actions import record
from tenants.files.grid import grid_of
from tenants.models import IncidentContact, OneTimeLink, OutboxMail, Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import open_meet, race_of, team_of


@dataclass(frozen=True)
class Own:
    """What one team has: its own rows and what it did in the host's meet."""

    team: Team
    athlete: Athlete
    member: Membership
    upload: RosterUpload
    link: OneTimeLink
    meet: Meet
    race: Race
    submission: Submission
    entry: Entry
    entry_upload: EntryUpload
    product: MasterProduct
    draft: ProductDraft
    notice: Notice
    secrets: tuple[str, ...]
    secrets_of_the_host: tuple[str, ...]


def own(host: Tenant, coach: User, staff: User, canary: str) -> Own:
    """A team with one of everything, all of it named after `canary`, which no other row's text holds."""
    now = timezone.now()
    team = team_of(coach, f"{canary}大学")
    athlete = Athlete.objects.create(
        team=team, family_name=f"{canary}姓", given_name="走", family_kana="カナ", given_kana="ハシル", sex="M",
        birth_date=date(2004, 4, 2), jaaf_id="",
    )  # fmt: skip
    today = timezone.localdate()
    upload = keep_upload(team, by=coach, file_name=f"{canary}.xlsx", grid=grid_of(None, []), at=now, today=today)
    link = invite(team, email=f"{canary}@example.com", by=coach, at=now).link
    meet = open_meet(host, "ld326", name=f"{canary}記録会")
    race = race_of(meet, f"{canary}男子5000m")
    with tenant_scope(host.pk):
        submission = actions.submit(
            meet=meet, team=team, lines=[Line(0, athlete.pk, race.pk, 87_000)], key=canary, by=coach, at=now
        )
        entry = submission.entries.get()
        SheetDraft.objects.create(tenant=host, meet=meet, team=team, rows=[{"seed_time": canary}], updated_by=coach)
        entry_upload = EntryUpload.objects.create(
            tenant=host, meet=meet, team=team, by=coach, file_name=f"{canary}.csv"
        )
        product = MasterProduct.objects.create(tenant=host, brand="BRAND", reference=f"{canary}-1", name=canary)
        run = ImportRun.objects.create(
            tenant=host, source="csv", file_name=f"{canary}商品.csv", size=1, sha256=canary, state="previewed", by=staff,
            counts={"read": 1, "new": 0, "changed": 0, "unchanged": 0, "rejected": 1, "conflicts": 0},
        )  # fmt: skip
        ImportFile.objects.create(
            tenant=host, run=run, content=canary.encode(), rejected=f"1,x,{canary}商品.csv".encode()
        )
        draft = ProductDraft.objects.create(tenant=host, product=product, text=f"{canary}の文", state="done")
        ShoeLimit.objects.create(tenant=host, event="track", most_stack_mm=Decimal(20), source=f"{canary}要項")
        MeetArchive.objects.create(tenant=host, meet=meet, by=staff)
        notice = Notice.objects.create(tenant=host, meet=meet, title=f"{canary}のお知らせ")
    record("meet.changed", meet, by=staff, after={"name": canary})
    OutboxMail.objects.create(key=canary, kind="entry.received", to=coach.email, tenant=host, next_attempt_at=now)
    IncidentContact.objects.create(tenant=host, role="大会運営責任者", name=f"{canary}の担当", phone="090-0000-0000")
    member = Membership.objects.get(team=team)
    return Own(
        team, athlete, member, upload, link, meet, race, submission, entry, entry_upload, product, draft, notice,
        secrets=(f"{canary}姓", f"{canary}商品.csv", f"{canary}の文", f"{canary}.xlsx", f"{canary}.csv", f"{canary}@example.com"),
        secrets_of_the_host=(f"{canary}-1", f"{canary}要項", f"{canary}の担当"),
    )  # fmt: skip


def rows_of(*without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for sessions and counters and the tables named."""
    skipped = {"sessions.session", "tenants.session", "tenants.throttle", "contenttypes.contenttype", *without}
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=repr)
        for model in apps.get_models()
        if model._meta.label_lower not in skipped
    }


def object_of(pattern: str, mine: Own, organizer: User) -> Any:
    """The primary key of a row that belongs to `mine`, for this address of the admin; 1 where no row is anybody's."""
    app, name = pattern.split("/")[1:3]
    if name == "user":
        return organizer.pk
    if name == "athlete":
        return mine.athlete.pk
    if name == "tenant":
        return mine.meet.tenant_id
    model = apps.get_model(app, name)
    if not hasattr(model, "tenant"):
        return 1
    return model._base_manager.filter(tenant_id=mine.meet.tenant_id).values_list("pk", flat=True).first() or 1
