"""No data is kept longer than its class allows (requirement P2), by command; and the commands of one person's
rights."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import ImportFile, ImportRun
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Membership, Team
from tenants.models import AuditRecord, Heartbeat, OpsRun, OutboxMail, RetentionRule, Tenant, User
from tenants.outbox.contents import write
from tenants.privacy import retention
from tenants.privacy.classes import classes, days_kept
from tenants.scope import across_tenants
from tests.entries.archive import overdue
from tests.entries.archive.canaries import child_of, found
from tests.entries.archive.reading import sums_hold, unpacked
from tests.world import rows_of

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=15_000)


@pytest.fixture
def old(nittai: Tenant, meet: Meet, kita: Team, make_user: Callable[..., User], now: datetime) -> datetime:
    """One overdue row of every class; returns when they were made."""
    at = now - LONG_AGO
    overdue.sign_in_rows(at)
    overdue.mail_rows(at, now)
    overdue.ops_rows(at)
    overdue.meet_rows(nittai, meet, kita, at)
    overdue.roster_rows(kita, at)
    User.objects.filter(pk=make_user("unused@canary.example").pk).update(created_at=at)
    return at


def lines(at: datetime, *, apply: bool) -> dict[str, retention.ClassRun]:
    return {line.kind: line for line in retention.run(at=at, apply=apply)}


def test_every_class_is_cleared_in_its_time_and_a_second_run_changes_nothing(old: datetime, now: datetime) -> None:
    before = lines(now, apply=False)
    first = lines(now, apply=True)
    assert before["mails"].overdue == first["mails"].overdue + 1  # the oldest went with its row
    assert {kind for kind, line in first.items() if line.overdue} == {
        kind for kind, line in before.items() if line.overdue
    }
    cleared = {kind for kind, line in first.items() if line.cleared}
    assert set(first) - cleared == {"accounts", "entries_old"}  # told first; nobody has so old an entry
    second = lines(now, apply=True)
    assert {kind: (line.overdue, line.cleared) for kind, line in second.items() if line.overdue or line.cleared} == {}
    assert found(["canaryleft", "canaryname", "old@canary", "older@canary", "dead@canary"]) == []
    with across_tenants():
        assert ImportRun.objects.get().state == "discarded"
        file = ImportFile.objects.get()
        assert (bytes(file.content), file.grid, file.rows) == (b"", None, None)
        assert Meet.objects.get(slug="old").purged_at is not None


def test_a_dry_run_writes_nothing(old: datetime, now: datetime) -> None:
    before = rows_of()
    out = StringIO()
    call_command("retention", stdout=out)
    assert rows_of() == before
    assert "dry run: nothing was written" in out.getvalue()
    assert "trail_values" in out.getvalue()


def test_what_is_young_stays(now: datetime, kita: Team, baba: User, race: Race) -> None:
    child_of(kita, baba, race, now)
    first = lines(now, apply=True)
    assert {kind for kind, line in first.items() if line.overdue} <= {"links", "registrations"}


@pytest.mark.parametrize("kind", [one.kind for one in classes() if one.overdue is not None])
def test_days_are_counted_to_the_day(kind: str, old: datetime, now: datetime, admin: User) -> None:
    """A class that is given more time than its rows are old leaves them."""
    RetentionRule.objects.create(kind=kind, days=LONG_AGO.days + 1)
    line = lines(now, apply=False)[kind]
    assert (line.days, line.overdue) == (LONG_AGO.days + 1, 0)


def test_a_silent_account_is_told_a_month_before(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user("unused@canary.example")
    User.objects.filter(pk=user.pk).update(
        created_at=now - timedelta(days=1_070), last_login=now - timedelta(days=1_066)
    )
    assert lines(now, apply=False)["accounts"].told == 1
    assert not OutboxMail.objects.exists()
    assert (lines(now, apply=True)["accounts"].told, lines(now, apply=True)["accounts"].told) == (1, 0)
    mail = OutboxMail.objects.get()
    assert (mail.kind, mail.to) == ("account.unused", "unused@canary.example")
    later = now + timedelta(days=31)
    OutboxMail.objects.update(created_at=now, sent_at=now)
    assert lines(later - timedelta(days=2), apply=True)["accounts"].cleared == 0
    assert lines(later, apply=True)["accounts"].cleared == 1
    assert found(["unused@canary.example"]) == []


def test_who_signs_in_after_the_warning_stays(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user("unused@canary.example")
    User.objects.filter(pk=user.pk).update(created_at=now - LONG_AGO)
    lines(now, apply=True)
    User.objects.filter(pk=user.pk).update(last_login=now)
    assert lines(now + timedelta(days=40), apply=True)["accounts"].cleared == 0


def test_the_warning_says_until_when(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user("unused@canary.example")
    letter = write("account.unused", {"user": user.pk, "since": now.isoformat()})
    assert letter is not None
    assert "1095日以上" in letter.body
    assert "/auth/login" in letter.body
    User.objects.filter(pk=user.pk).update(last_login=now + timedelta(days=1))
    assert write("account.unused", {"user": user.pk, "since": now.isoformat()}) is None


def test_an_athlete_of_an_orphaned_team_goes_when_nobody_enters_them(old: datetime, kita: Team, now: datetime) -> None:
    Athlete.objects.update(left_at=None)
    assert lines(now, apply=False)["athletes_gone"].overdue == 0
    Membership.objects.all().delete()
    assert lines(now, apply=False)["athletes_gone"].overdue == 1


def test_the_command_leaves_a_sign_of_life_and_its_run(old: datetime) -> None:
    out = StringIO()
    call_command("retention", "--apply", stdout=out)
    assert OpsRun.objects.get(kind="retention").facts["trail_values"] == 1
    assert Heartbeat.objects.get(name="retention").facts["cleared"] > 10
    with pytest.raises(CommandError, match="no class of data is called 'x'"):
        call_command("retention", "--only", "x", stdout=out)


def test_days_have_bounds_and_every_class_its_words() -> None:
    assert days_kept().keys() == {one.kind for one in classes()}
    for one in classes():
        assert one.least <= one.days <= one.most
        assert str(one.title)
        assert str(one.since)
        assert str(one.then)


def test_every_class_stands_in_the_guide() -> None:
    guide = Path("docs/privacy.md").read_text()
    wrong = [one.kind for one in classes() if f"| `{one.kind}` | {one.title} | {one.days}日" not in guide]
    assert wrong == []


def said(command: str, *options: str) -> str:
    out = StringIO()
    call_command(command, *options, stdout=out)
    return out.getvalue()


def test_one_athlete_is_handed_out_and_erased_by_command(
    kita: Team, baba: User, race: Race, now: datetime, tmp_path: Path
) -> None:
    child = child_of(kita, baba, race, now)
    number, path = str(child.athlete.pk), tmp_path / "person.zip"
    said("export_athlete", number, "--output", str(path), "--why", "開示請求")
    folder = unpacked(path, tmp_path / "out")
    assert sums_hold(folder)
    data: Any = json.loads((folder / "data.json").read_text())
    assert data["athlete"][0]["birth_date"] == "1999-12-31"
    assert set(data) >= {"athlete", "entry", "submission", "sheetdraft", "entryupload", "rosterupload", "auditrecord"}
    assert "他 人" not in (folder / "data.json").read_text()
    assert AuditRecord.objects.get(verb="athlete.exported").why == "開示請求"
    assert "dry run" in said("erase_athlete", number)
    with pytest.raises(CommandError, match="There are entries in") as wrong:
        said("erase_athlete", number, "--apply")
    assert len(str(wrong.value).splitlines()) == 1
    assert "erased" in said("erase_athlete", number, "--apply", "--withdraw")
    assert found() == []
    with pytest.raises(CommandError, match="already"):
        said("erase_athlete", number, "--apply")


def test_an_account_is_erased_by_command(make_user: Callable[..., User]) -> None:
    user = make_user("tsuru@canary.example")
    assert "dry run" in said("erase_user", str(user.pk))
    said("erase_user", str(user.pk), "--apply")
    assert found(["tsuru@canary.example"]) == []


@pytest.mark.parametrize("number", ["0", "x", "９", "9" * 40, "-1"])
@pytest.mark.parametrize("command", ["erase_athlete", "erase_user", "export_athlete"])
def test_an_unknown_number_is_one_line(command: str, number: str, tmp_path: Path, db: None) -> None:
    output = ["--output", str(tmp_path / "x.zip")] if command == "export_athlete" else []
    with pytest.raises(CommandError) as wrong:
        call_command(command, *output, "--", number, stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
