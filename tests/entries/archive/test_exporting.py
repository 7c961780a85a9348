"""The archive of a meet: whole, checked, and readable without us."""

import csv
import json
import os
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from entries.archive.exporting import write_archive
from entries.entry import actions, entry_actions
from entries.entry.lines import Line
from entries.entry.models import Entry
from entries.meet.models import Meet, Race, TimetableSlot
from entries.records import tables
from entries.records.tables import register_table
from entries.roster.models import Team
from tenants.models import AuditRecord, OpsRun, User
from tenants.scope import tenant_scope
from tests.conftest import athletes_of, race_of
from tests.entries.archive.canaries import child_of
from tests.entries.archive.reading import sums_hold, unpacked, violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(kita: Team, baba: User, aoki: User, meet: Meet, now: datetime) -> Race:
    """A race with one in, one withdrawn, two who wait, an invitation; and the traces of a child."""
    race = race_of(meet, places=2, standard=90_000, standard_from=date(2026, 1, 1))
    who = athletes_of(kita, 5)
    with tenant_scope(meet.tenant_id):
        lines = [Line(0, one.pk, race.pk, 85_000 + number) for number, one in enumerate(who[:4])]
        submission = actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=now)
        entry_actions.withdraw(entry=submission.entries.order_by("pk")[0], by=baba, at=now)
        entry_actions.invite(race=race, athlete=who[4], seed_time=None, by=aoki, at=now)
        TimetableSlot.objects.create(tenant_id=meet.tenant_id, race=race, number=1, starts_at=now)
    child_of(kita, baba, race_of(meet, "男子10000m"), now)
    return race


def exported(meet: Meet, tmp_path: Path, *options: str) -> Path:
    path = tmp_path / "meet.zip"
    call_command("export_meet", f"{meet.tenant.slug}/{meet.slug}", "--output", str(path), *options, stdout=StringIO())
    return unpacked(path, tmp_path / "out")


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_sums_hold_and_the_data_fits_its_schema(full: Race, meet: Meet, tmp_path: Path) -> None:
    folder = exported(meet, tmp_path)
    assert sums_hold(folder)
    data, schema = (json.loads((folder / name).read_text()) for name in ("data.json", "schema.json"))
    assert violations(data, schema) == []
    assert violations({**data, "races": [{"id": "x"}]}, schema) != []
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["counts"] == {name: len(rows) for name, rows in data.items() if isinstance(rows, list)}
    for name, count in manifest["counts"].items():
        assert len(rows_of(folder, name)) == count
    (folder / "csv" / "races.csv").write_text("x")
    assert not sums_hold(folder)


def test_entries_stand_as_the_lists_had_them(full: Race, meet: Meet, tmp_path: Path) -> None:
    data = json.loads((exported(meet, tmp_path) / "data.json").read_text())
    mine = [row for row in data["entries"] if row["race_id"] == full.pk]
    assert [(row["state"], row["ticket"], row["waiting_position"]) for row in mine] == [
        ("withdrawn", 1, None),
        ("accepted", 2, None),
        ("accepted", 3, None),
        ("waitlisted", 4, 1),
        ("accepted", None, None),
    ]
    assert mine[1]["seed_hundredths"] == 85_001
    assert mine[1]["seed_time"].startswith("14:1")
    assert (mine[4]["seed_time"], mine[4]["seed_hundredths"]) == ("NT", None)
    race = next(row for row in data["races"] if row["id"] == full.pk)
    assert (race["accepted"], race["waitlisted"], race["withdrawn"], race["standard"]) == (3, 1, 1, "15:00.00")
    assert {row["verb"] for row in data["trail"]} >= {
        "entry.submitted",
        "entry.withdrawn",
        "entry.invited",
        "entry.promoted",
    }
    assert {row["kind"] for row in data["mails"]} >= {"entry.received"}
    assert data["meet"]["slug"] == meet.slug


def test_it_holds_no_birth_date_guardian_or_address(full: Race, meet: Meet, tmp_path: Path) -> None:
    folder = exported(meet, tmp_path)
    whole = "".join(path.read_text("utf-8-sig") for path in folder.rglob("*") if path.is_file())
    assert "早乙女丸" in whole
    assert [text for text in ("1999-12-31", "蝶野保護者", "baba@example.com") if text in whole] == []


def test_without_personal_data_nobody_is_named(full: Race, meet: Meet, tmp_path: Path) -> None:
    folder = exported(meet, tmp_path, "--without-personal")
    data = json.loads((folder / "data.json").read_text())
    assert violations(data, json.loads((folder / "schema.json").read_text())) == []
    whole = "".join(path.read_text("utf-8-sig") for path in folder.rglob("*") if path.is_file())
    assert [text for text in ("早乙女丸", "鈴木", "baba", "北大学") if text in whole] == []
    assert next(row for row in data["races"] if row["id"] == full.pk)["accepted"] == 3


def test_a_spreadsheet_runs_nothing_of_it(kita: Team, baba: User, race: Race, now: datetime, tmp_path: Path) -> None:
    team = Team.objects.get(pk=kita.pk)
    team.name = "=HYPERLINK(1)"
    team.save()
    child_of(team, baba, race, now)
    assert rows_of(exported(race.meet, tmp_path), "teams")[0]["チーム名"] == "'=HYPERLINK(1)"


def test_every_export_is_noted_with_the_number_that_the_file_carries(
    full: Race, meet: Meet, aoki: User, tmp_path: Path
) -> None:
    folder = exported(meet, tmp_path, "--by", "aoki@example.com", "--why", "記録保存")
    row = AuditRecord.objects.get(verb="meet.exported")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (row.actor, row.why, row.tenant) == (aoki, "記録保存", meet.tenant)
    assert row.after["export"] == manifest["export_id"]
    assert row.after["entries"] == manifest["counts"]["entries"] == 6
    assert OpsRun.objects.get(kind="export_meet").succeeded


def test_it_overwrites_nothing_unless_told_to(race: Race, meet: Meet, tmp_path: Path) -> None:
    path = tmp_path / "meet.zip"
    path.write_text("mine")
    with pytest.raises(CommandError, match="add --force") as wrong:
        call_command("export_meet", str(meet.pk), "--output", str(path), stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1
    assert path.read_text() == "mine"
    call_command("export_meet", str(meet.pk), "--output", str(path), "--force", stdout=StringIO())
    assert path.read_bytes().startswith(b"PK")


def test_an_export_that_breaks_leaves_no_file(
    race: Race, meet: Meet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(scene: Any) -> Iterator[Any]:
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr(tables, "_tables", [tables._tables[0]._replace(rows=broken)])
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("export_meet", str(meet.pk), "--output", str(tmp_path / "meet.zip"), stdout=StringIO())
    assert list(tmp_path.iterdir()) == []
    assert not AuditRecord.objects.filter(verb="meet.exported").exists()


@pytest.mark.parametrize("meet_name", ["nobody/ld326", "x", "9" * 40, "../..", "-1"])
def test_an_unknown_meet_is_one_line(meet: Meet, meet_name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as wrong:
        call_command("export_meet", "--output", str(tmp_path / "x"), "--", meet_name, stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_printed_papers_of_later_rooms_have_their_folder(
    race: Race, meet: Meet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_files", [lambda meet: iter([("start-list.pdf", b"%PDF-1.7")])])
    folder = exported(meet, tmp_path)
    assert (folder / "pdf" / "start-list.pdf").read_bytes() == b"%PDF-1.7"
    assert sums_hold(folder)
    assert json.loads((folder / "manifest.json").read_text())["pdfs"] == 1


def test_two_tables_have_not_one_name() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register_table(tables._tables[0])


def test_it_costs_the_same_queries_for_one_entry_and_for_five(
    kita: Team, baba: User, race: Race, now: datetime, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def counted(how_many: int) -> int:
        with tenant_scope(race.tenant_id):
            lines = [Line(n, one.pk, race.pk, 90_000) for n, one in enumerate(athletes_of(kita, how_many))]
            actions.submit(meet=race.meet, team=kita, lines=lines, key=str(how_many), by=baba, at=now)
        queries = len(connection.queries_log)
        write_archive(race.meet, tmp_path / f"{how_many}.zip", with_personal=True, by=None, at=now)
        return len(connection.queries_log) - queries

    connection.force_debug_cursor = True
    try:
        assert counted(1) == counted(5) <= 45
    finally:
        connection.force_debug_cursor = False


def test_ten_thousand_entries_fit_into_bounded_memory(
    kita: Team, baba: User, race: Race, now: datetime, tmp_path: Path
) -> None:
    """By default a small meet; ARCHIVE_ENTRIES=10000 is the full measure."""
    wanted = int(os.environ.get("ARCHIVE_ENTRIES", "600"))
    with tenant_scope(race.tenant_id):
        line = Line(0, athletes_of(kita, 1)[0].pk, race.pk, 90_000)
        submission = actions.submit(meet=race.meet, team=kita, lines=[line], key="k", by=baba, at=now)
        who = athletes_of(kita, wanted)
        for start in range(0, wanted, 500):
            Entry.objects.bulk_create(
                Entry(tenant_id=race.tenant_id, submission=submission, race=race, athlete=one, seed_time=85_000 + n,
                      ticket=start + n + 2, entered_at=now + timedelta(seconds=n), fee=1000)
                for n, one in enumerate(who[start : start + 500])
            )  # fmt: skip
    tracemalloc.start()
    began = datetime.now()
    made = write_archive(race.meet, tmp_path / "big.zip", with_personal=True, by=None, at=now)
    took, (_now, peak) = (datetime.now() - began).total_seconds(), tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{made.counts['entries']} entries: peak {peak / 1e6:.1f} MB, {took:.1f} s, {made.size:,} bytes")
    assert made.counts["entries"] == wanted + 1
    assert peak < 60_000_000
