"""After a meet: what only the meet needed goes, the record stays (requirement P2; seed 002, 大会後)."""

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.models import MasterProduct
from entries.archive import purging, rules
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, Erasure, OutboxMail, User
from tenants.privacy.replay import replay
from tenants.privacy.retention import change_days
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tests.conftest import open_meet, race_of, states
from tests.entries.archive.canaries import Child, child_of, found

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(kita: Team, baba: User, race: Race, now: datetime) -> Child:
    """A meet that ended two months ago, with everything in it, its mails sent."""
    child = child_of(kita, baba, race, now)
    with across_tenants():
        Meet.objects.update(starts_on=now.date() - timedelta(days=61), ends_on=now.date() - timedelta(days=60))
        shoe = MasterProduct.objects.create(tenant=race.tenant, brand="ASICS", reference="1")
        Entry.objects.update(shoe=shoe, shoe_declared="ASICS 1")
    OutboxMail.objects.update(sent_at=now)
    child.meet.refresh_from_db()
    return child


def purge(*options: str) -> str:
    out = StringIO()
    call_command("purge_meet", "nittai/ld326", *options, stdout=out)
    return out.getvalue()


def refused(*options: str) -> str:
    with pytest.raises(CommandError) as wrong:
        purge(*options)
    assert len(str(wrong.value).splitlines()) == 1
    return str(wrong.value)


def record_of(race: Race) -> Any:
    with across_tenants():
        rows = Entry.objects.filter(race=race).order_by("pk")
        columns = (
            "pk",
            "athlete__family_name",
            "athlete__grade",
            "ticket",
            "seed_time",
            "fee",
            "submission__reference",
        )
        return states(race), list(rows.values_list(*columns))


def test_what_only_the_meet_needed_goes_and_the_record_stays(over: Child, aoki: User, now: datetime) -> None:
    before = record_of(over.race)
    expected = purging.preview(over.meet, at=now)
    counts = purging.purge_meet(over.meet, by=aoki, at=now, why="x", without_export=True)
    assert counts == expected
    assert counts == {"drafts": 1, "uploads": 1, "archives": 0, "hashes": 1, "shoes": 1, "guardians": 1, "mails": 1}
    with across_tenants():
        assert not SheetDraft.objects.exists()
        assert not EntryUpload.objects.exists()
        assert Submission.objects.get().body_hash == ""
        entry = Entry.objects.get()
    assert (entry.shoe, entry.shoe_declared, entry.personal_best) == (None, "", None)
    assert record_of(over.race) == before
    mail = OutboxMail.objects.get(kind="entry.received")
    assert (mail.to, mail.context) == (f"erased-{mail.pk}@erased.invalid", {})
    account = [f"tenants.User.{column}: baba@example.com" for column in ("email", "search_key")]
    assert found(["蝶野保護者", "baba@example.com"]) == account + [
        hit for hit in found(["蝶野保護者"]) if "AuditRecord" in hit
    ]


def test_a_purge_is_noted_once_and_a_second_one_changes_nothing(over: Child, aoki: User, now: datetime) -> None:
    purging.purge_meet(over.meet, by=aoki, at=now, why="終了", without_export=True)
    over.meet.refresh_from_db()
    assert over.meet.purged_at == now
    assert not any(purging.purge_meet(over.meet, by=aoki, at=now, without_export=True).values())
    row = Erasure.objects.get()
    assert (row.subject, row.by, row.why) == (f"meet:{over.meet.pk}", aoki, "終了")
    assert AuditRecord.objects.filter(verb="meet.purged").count() == 1


def test_other_meets_keep_theirs(over: Child, kita: Team, baba: User, now: datetime) -> None:
    other = race_of(open_meet(over.meet.tenant, "ld327"))
    with across_tenants():
        SheetDraft.objects.create(tenant=other.tenant, meet=other.meet, team=kita, rows=[{"athlete": "1"}])
    purging.purge_meet(over.meet, by=None, at=now, without_export=True)
    with across_tenants():
        assert SheetDraft.objects.get().meet == other.meet


def test_a_guardian_stays_while_a_child_needs_one(over: Child, now: datetime) -> None:
    Athlete.objects.update(birth_date=now.date() - timedelta(days=15 * 365))
    purging.purge_meet(over.meet, by=None, at=now, without_export=True)
    assert Athlete.objects.get().guardian_name == "蝶野保護者"


def test_a_guardian_stays_while_the_athlete_is_in_a_meet_to_come(
    over: Child, kita: Team, baba: User, now: datetime
) -> None:
    from entries.entry import actions
    from entries.entry.lines import Line

    other = race_of(open_meet(over.meet.tenant, "ld327"))
    with across_tenants():
        actions.submit(
            meet=other.meet, team=kita, lines=[Line(0, over.athlete.pk, other.pk, 90_000)], key="2", by=baba, at=now
        )
    assert purging.preview(over.meet, at=now)["guardians"] == 0


def test_the_command_is_a_dry_run_unless_told(over: Child, tmp_path: Path) -> None:
    said = purge()
    assert "dry run: nothing was written" in said
    assert "--apply would be refused now" in said
    assert "shoes             1" in said
    with across_tenants():
        assert SheetDraft.objects.exists()
        assert Meet.objects.get().purged_at is None
    assert not Erasure.objects.exists()
    assert "has not been exported" in refused("--apply")
    assert "--why" in refused("--apply", "--without-export")
    call_command("export_meet", "nittai/ld326", "--output", str(tmp_path / "x.zip"), stdout=StringIO())
    assert "removed: drafts 1" in purge("--apply")
    assert "removed: nothing" in purge("--apply")


def test_an_export_without_personal_data_is_none(over: Child, tmp_path: Path) -> None:
    call_command(
        "export_meet", "nittai/ld326", "--without-personal", "--output", str(tmp_path / "x.zip"), stdout=StringIO()
    )
    assert "has not been exported" in refused("--apply")


def test_it_is_refused_until_the_meet_is_over_by_its_own_calendar(meet: Meet, admin: User) -> None:
    meet.ends_on = date(2027, 5, 2)
    at = datetime.fromisoformat("2027-05-15T23:59:59+09:00")
    with across_tenants():
        with pytest.raises(Refused, match="purge_not_over"):
            rules.check_may_purge(meet, at=at, without_export=True)
        rules.check_may_purge(meet, at=at + timedelta(seconds=1), without_export=True)
        change_days("meets_rest", 30, by=admin)
        with pytest.raises(Refused, match="purge_not_over"):
            rules.check_may_purge(meet, at=at + timedelta(seconds=1), without_export=True)


def test_after_a_restore_it_is_purged_again(over: Child, now: datetime) -> None:
    purging.purge_meet(over.meet, by=None, at=now, without_export=True)
    with across_tenants():
        Entry.objects.update(shoe_declared="ASICS 1")
        Meet.objects.update(purged_at=None)
    assert replay(f"meet:{over.meet.pk}", at=now) == {"shoes": 1}
    assert replay(f"meet:{over.meet.pk}", at=now) == {}
    assert replay("meet:99999", at=now) == {}
    assert Erasure.objects.count() == 1


def test_a_purge_that_broke_off_goes_on(over: Child, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **values: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(purging, "_note", broken)
        with pytest.raises(OSError):
            purging.purge_meet(over.meet, by=None, at=now, without_export=True)
    over.meet.refresh_from_db()
    assert over.meet.purged_at is None
    purging.purge_meet(over.meet, by=None, at=now, without_export=True)
    assert Erasure.objects.get().subject == f"meet:{over.meet.pk}"
