"""The archive as the organizer gets it, and how long data is kept as the platform admin sets it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from entries.archive import actions
from entries.archive.models import ArchivePiece, MeetArchive
from entries.meet.models import Meet, Race
from entries.roster.models import Team
from tenants.jobs import work
from tenants.models import AuditRecord, Job, RetentionRule, User
from tenants.privacy.classes import days_of
from tenants.refusal import Refused
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import PASSWORD
from tests.entries.archive.canaries import child_of
from tests.entries.archive.reading import sums_hold, unpacked
from tests.pageform import form_on
from tests.visitor import client_of

pytestmark = pytest.mark.django_db


def asked(client: Client, meet: Meet, **typed: str) -> Any:
    values = {"action": "archive", "_selected_action": str(meet.pk), "confirmed": "1", "password": PASSWORD, **typed}
    return client.post("/admin/entries/meet/", values)


def work_off(now: datetime) -> None:
    job = work.claim(at=now + timedelta(seconds=1))
    assert job is not None
    work.run(job)


def page_of(archive: MeetArchive, more: str = "change/") -> str:
    return f"/admin/entries/meetarchive/{archive.pk}/{more}"


@pytest.fixture
def archive(kita: Team, baba: User, aoki: User, race: Race, now: datetime) -> MeetArchive:
    child_of(kita, baba, race, now)
    return actions.ask_for(race.meet, with_personal=True, by=aoki)


def test_an_organizer_asks_for_it_waits_and_fetches_it(
    kita: Team, baba: User, aoki: User, race: Race, now: datetime, tmp_path: Path
) -> None:
    child_of(kita, baba, race, now)
    client = client_of(aoki)
    assert "記録保存用に書き出す" in client.get(f"/admin/entries/meet/{race.meet_id}/change/").content.decode()
    answer = asked(client, race.meet, with_personal="on")
    assert answer.status_code == 302
    waiting = client.get(answer["Location"]).content.decode()
    assert "順番を待っています" in waiting
    assert "ダウンロード" not in waiting
    work_off(now)
    with across_tenants():
        made = MeetArchive.objects.get()
    assert client.get(page_of(made, "progress"))["HX-Refresh"] == "true"
    assert "ZIPファイルをダウンロード" in client.get(answer["Location"]).content.decode()
    file = client.post(page_of(made, "download"))
    content = file.getvalue()
    assert len(content) == made.size == int(file["Content-Length"])
    folder = unpacked(content, tmp_path)
    assert sums_hold(folder)
    verbs = AuditRecord.objects.filter(tenant=race.tenant, actor=aoki).values_list("verb", flat=True)
    assert {"meet.archive_asked", "meet.exported", "meet.archive_fetched"} <= set(verbs)


def test_the_password_is_asked_again(aoki: User, race: Race) -> None:
    page = asked(client_of(aoki), race.meet, password="wrong")
    assert page.status_code == 422
    assert "パスワードが正しくありません" in page.content.decode()
    assert not Job.objects.exists()


def test_a_get_fetches_nothing_and_leaves_no_line(archive: MeetArchive, aoki: User, now: datetime) -> None:
    work_off(now)
    assert client_of(aoki).get(page_of(archive, "download")).status_code == 405
    assert not AuditRecord.objects.filter(verb="meet.archive_fetched").exists()


def test_it_is_unknown_to_another_host(archive: MeetArchive, doi: User, now: datetime) -> None:
    work_off(now)
    client = client_of(doi)
    assert client.get(page_of(archive)).status_code == 404
    assert client.get(page_of(archive, "progress")).status_code == 404
    assert client.post(page_of(archive, "download")).status_code == 404


def test_after_a_day_it_is_gone(archive: MeetArchive, aoki: User, now: datetime) -> None:
    work_off(now)
    with across_tenants():
        MeetArchive.objects.update(created_at=now - timedelta(days=1, seconds=1))
        made = MeetArchive.objects.get()
    assert client_of(aoki).get(page_of(archive)).status_code == 404
    with pytest.raises(Refused, match="archive_expired"):
        actions.fetch(made, by=aoki, at=now)


def test_its_bytes_stand_in_pieces(archive: MeetArchive, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PIECE", 1_000)
    work_off(now)
    with across_tenants():
        sizes = [len(piece.content) for piece in ArchivePiece.objects.order_by("number")]
        made = MeetArchive.objects.get()
    assert len(sizes) > 5
    assert set(sizes[:-1]) == {1_000}
    assert sum(sizes) == made.size


def test_a_job_that_is_done_twice_keeps_the_first_file(archive: MeetArchive, now: datetime) -> None:
    work_off(now)
    with across_tenants():
        first = MeetArchive.objects.get().sha256
    actions.make(Job.objects.get(), lambda done, total: None)
    with across_tenants():
        assert MeetArchive.objects.get().sha256 == first
    assert AuditRecord.objects.filter(verb="meet.exported").count() == 1


def test_an_archive_that_was_taken_out_meanwhile_is_not_kept(archive: MeetArchive, now: datetime) -> None:
    def taken_out(done: int, total: int) -> None:
        MeetArchive.objects.all().delete()

    actions.make(Job.objects.get(), taken_out)
    with across_tenants():
        assert not ArchivePiece.objects.exists()
    assert not AuditRecord.objects.filter(verb="meet.exported").exists()


def test_the_list_costs_the_same_for_one_and_for_thirty(
    archive: MeetArchive, aoki: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(aoki)
    for _ in range(2):
        with django_assert_max_num_queries(6):
            assert client.get("/admin/entries/meetarchive/").status_code == 200
        with tenant_scope(archive.tenant_id):
            rows = [MeetArchive(tenant_id=archive.tenant_id, meet=archive.meet, by=aoki) for _ in range(30)]
            MeetArchive.objects.bulk_create(rows)


def test_a_platform_admin_changes_how_long_data_is_kept(admin: User) -> None:
    client = client_of(admin)
    page = client.get("/admin/tenants/retentionrule/")
    values = form_on(page, "mails")
    assert values["mails"] == "90"
    assert client.post("/admin/tenants/retentionrule/", values | {"mails": "60"}).status_code == 303
    assert (days_of("mails"), days_of("links")) == (60, 7)
    assert RetentionRule.objects.count() == 1
    row = AuditRecord.objects.get(verb="retention.changed")
    assert (row.actor, row.before, row.after) == (admin, {"days": 90}, {"days": 60})
    client.post("/admin/tenants/retentionrule/", values | {"mails": "60"})
    assert AuditRecord.objects.filter(verb="retention.changed").count() == 1


@pytest.mark.parametrize("typed", ["6", "401", "", "x", "９９９９９", "-1", "1e400", "9" * 30])
def test_days_out_of_bounds_are_refused_beside_their_field(admin: User, typed: str) -> None:
    client = client_of(admin)
    values = form_on(client.get("/admin/tenants/retentionrule/"), "mails")
    page = client.post("/admin/tenants/retentionrule/", values | {"mails": typed})
    assert page.status_code == 422
    assert not RetentionRule.objects.exists()


def test_an_organizer_does_not_see_how_long_data_is_kept(aoki: User, race: Race) -> None:
    client = client_of(aoki)
    assert client.get("/admin/tenants/retentionrule/").status_code == 403
    assert client.post("/admin/tenants/retentionrule/", {"mails": "60"}).status_code == 403
    assert "retentionrule" not in client.get("/admin/").content.decode()
