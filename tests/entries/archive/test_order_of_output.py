"""What leaves the house stands in one order, whichever room it is of: tables, columns, lines, classes, steps."""

import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from catalog.models import ImportRun, MasterProduct, ProductDraft, ProductOverride, SeenProduct
from entries.archive import erasing, purging
from entries.archive.exporting import write_archive
from entries.archive.models import MeetArchive
from entries.archive.subject_access import hand_out
from entries.archive.wording import lines_of
from entries.entry.models import Entry
from entries.heat.models import Bib, Heat, Start
from entries.meet.models import Meet, Race
from entries.records.traces import traces
from entries.report.models import PrintedPaper
from entries.roster.models import Team, TeamKind
from tenants.models import Erasure, IncidentContact, Switch, Tenant, User
from tenants.privacy.classes import classes
from tenants.scope import across_tenants
from tests.conftest import team_of
from tests.entries.archive.canaries import Child, address_everywhere, child_of

pytestmark = pytest.mark.django_db
NAME = "早乙女丸 鶴之助"
TABLES_OF_A_PERSON = [
    "athlete", "entry", "start", "bib", "printedpaper", "submission", "sheetdraft", "entryupload", "rosterupload", "auditrecord", "outboxmail",
    "mailevent", "deadaddress", "onetimelink", "user", "membership", "incidentcontact", "seenproduct", "session", "team",
    "tenant", "meetarchive", "incident", "erasure", "meet", "switch", "productoverride", "productdraft", "importrun",
    "notice",
]  # fmt: skip
TABLES_OF_A_MEET = [
    "races", "competitions", "timetable", "submissions", "entries", "starts", "shoes", "teams", "athletes", "trail", "mails", "notices",
]  # fmt: skip


@pytest.fixture
def everywhere_once(minami: Team, make_user: Callable[..., User], race: Race, now: datetime) -> Child:
    """Somebody who enters alone and of whom every table that may hold something does."""
    me = make_user("tsuru@canary.example", name=NAME, phone="080-9999-1234")
    child = child_of(team_of(me, "早乙女丸鶴之助", TeamKind.INDIVIDUAL), me, race, now)
    address_everywhere(me, now)
    host = race.tenant
    Team.objects.filter(pk=minami.pk).update(contact_email=me.email)
    Tenant.objects.filter(pk=host.pk).update(contact_email=me.email)
    IncidentContact.objects.create(tenant=host, role="x", name=NAME, email=me.email)
    Erasure.objects.create(subject="meet:1", at=now, why=NAME)
    Switch.objects.create(function="uploads", message=NAME)
    with across_tenants():
        Meet.objects.filter(pk=race.meet_id).update(summary=NAME)
        MeetArchive.objects.create(tenant=host, meet=race.meet)
        Bib.objects.create(tenant=host, meet=race.meet, athlete=child.athlete, number=7)
        heat = Heat.objects.create(tenant=host, race=race, number=1)
        entry = Entry.objects.filter(athlete=child.athlete).latest("pk")
        PrintedPaper.objects.create(tenant=host, meet=race.meet, kind="programme", asked_at=now)
        Start.objects.create(tenant=host, heat=heat, entry=entry, listed_name=NAME, listed_team=NAME)
        product = MasterProduct.objects.create(tenant=host, brand="B", reference="1", name="x")
        SeenProduct.objects.create(tenant=host, user=me, product=product, seen_at=now)
        ProductOverride.objects.create(tenant=host, product=product, field="name", value="y", why=NAME, made_at=now)
        ProductDraft.objects.create(tenant=host, product=product, note=NAME)
        ImportRun.objects.create(tenant=host, source="csv", file_name=f"{NAME}.csv", size=1, sha256="x", state="failed")
    return child


def tables_in(content: bytes) -> list[str]:
    with ZipFile(io.BytesIO(content)) as bundle:
        data: dict[str, Any] = json.loads(bundle.read("data.json"))
    return [name for name, rows in data.items() if isinstance(rows, list)]


def test_tables_of_a_person_stand_in_one_order(everywhere_once: Child, admin: User, now: datetime) -> None:
    assert tables_in(hand_out(everywhere_once.athlete, by=admin, at=now)) == TABLES_OF_A_PERSON
    said = erasing.preview(everywhere_once.athlete)
    assert list(said.changed) == sorted(name for name in TABLES_OF_A_PERSON if name not in ("submission", "bib"))
    lines = [(str(line.title), str(line.then)) for line in lines_of(said) if line.is_kept]
    assert lines == [("申込票", ""), ("ナンバーカード", "")]


def test_each_finder_finds_rows_of_the_table_that_it_is_registered_for(everywhere_once: Child) -> None:
    with across_tenants():
        person = erasing.person_of(everywhere_once.athlete)
        found = [(one.model, {trace.model for trace in one.find(person)}) for one in traces()]
    assert [(model, models) for model, models in found if models != {model}] == []


def test_tables_of_a_meet_stand_in_one_order(everywhere_once: Child, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "meet.zip"
    write_archive(everywhere_once.meet, path, with_personal=True, by=None, at=now)
    assert tables_in(path.read_bytes()) == TABLES_OF_A_MEET
    write_archive(everywhere_once.meet, path, with_personal=False, by=None, at=now, force=True)
    assert tables_in(path.read_bytes()) == ["races", "competitions", "timetable"]


def test_steps_of_a_purge_stand_in_one_order(everywhere_once: Child, now: datetime) -> None:
    steps = ["drafts", "uploads", "archives", "hashes", "shoes", "guardians", "mails"]
    assert list(purging.preview(everywhere_once.meet, at=now)) == steps


def test_classes_of_data_stand_in_one_order() -> None:
    assert [one.kind for one in classes()] == [
        "accounts", "alarms", "archives", "athletes_gone", "dead_addresses", "entries_old", "entry_uploads",
        "import_files", "jobs", "links", "mail_events", "mail_rows", "mails", "meets", "meets_rest", "old_sessions",
        "ops_runs", "printed_papers", "registrations", "roster_uploads", "sessions", "sheet_drafts", "throttle", "timings", "trail_values",
    ]  # fmt: skip
