"""The platform admin's page of backups and restore drills."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.ops.backups import drill
from config.ops.backups.errors import BackupError
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.models import AuditRecord, OpsRun, User

pytestmark = pytest.mark.django_db
PAGE, PROGRESS = "/admin/backups/", "/admin/backups/progress"
PROVED = {"file": "nit-sys-dev-20261123T020000Z.zip.age", "bytes": 5_600_000, "rows": 110_000, "rto_seconds": 2.85,
          "rpo_seconds": 7200, "problems": []}  # fmt: skip


@pytest.fixture
def client(admin: User) -> Client:
    found = Client()
    found.force_login(admin)
    return found


@pytest.fixture
def ran(now: datetime) -> Callable[..., OpsRun]:
    def make(kind: str, *, ago: timedelta = timedelta(hours=1), succeeded: bool | None = True, **facts: Any) -> OpsRun:
        return OpsRun.objects.create(kind=kind, started_at=now - ago, finished_at=now, succeeded=succeeded, facts=facts)

    return make


def text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_that_nothing_was_done_yet(client: Client) -> None:
    page = text(client)
    assert "バックアップがまだありません。" in page
    assert "復元演習はまだ行われていません。" in page
    assert "記録はまだありません。" in page
    assert page.count('class="button button--next"') == 1


def test_it_shows_the_last_proof_with_its_figures(client: Client, ran: Callable[..., OpsRun]) -> None:
    ran("backup", bytes=5_600_000, rows=110_000)
    ran("verify_backup", **PROVED)
    page = text(client)
    assert '<span class="chip chip--ok">成功</span> 最後の復元演習は1時間前で、成功しました。' in page
    assert '<span class="chip chip--ok">あり</span> 最後のバックアップは1時間前です。' in page
    for figure in ("2.85", "2時間", "110,000", "5.60"):
        assert figure in page


def test_what_is_late_or_failed_is_said_with_word_and_shape(client: Client, ran: Callable[..., OpsRun]) -> None:
    ran("backup", ago=timedelta(hours=27))
    ran("verify_backup", ago=timedelta(days=9), **PROVED)
    page = text(client)
    assert '<span class="chip chip--bad">古い</span> 最後のバックアップは1日3時間前です。' in page
    assert '<span class="chip chip--wait">古い</span> 最後の復元演習は9日前' in page
    ran("verify_backup", succeeded=False, problems=["typo.zip: there is no such file"], latest=False)
    assert "最後の復元演習は9日前" in text(client), "a file that somebody named is not the site's"
    ran("verify_backup", succeeded=False, problems=["x.zip: damaged <b>or</b> cut short"], latest=True)
    page = text(client)
    assert '<span class="chip chip--bad">失敗</span> 最後の復元演習は失敗しました。' in page
    assert "damaged &lt;b&gt;or&lt;/b&gt; cut short" in page


def test_runs_of_other_kinds_are_not_shown(client: Client, ran: Callable[..., OpsRun]) -> None:
    ran("weekly_check", file="other")
    assert "記録はまだありません。" in text(client)


def test_the_list_costs_the_same_for_any_number_of_runs(
    client: Client, ran: Callable[..., OpsRun], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 30):
        for _ in range(number):
            ran("verify_backup", **PROVED)
        with django_assert_num_queries(5):
            text(client)


def test_a_drill_is_asked_for_once_and_done_by_the_worker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.post(PAGE).status_code == 303
    assert client.post(PAGE).status_code == 303
    job = Job.objects.get()
    assert "復元演習はすでに進行中です。" in text(client)
    assert "順番を待っています" in client.get(PROGRESS).content.decode()
    assert AuditRecord.objects.get(verb="backups.drill_asked").target_id == str(job.pk)
    claimed = work.claim(at=timezone.now())
    assert claimed is not None
    Job.objects.update(done=2, total=4)
    assert "使い捨てのデータベースに復元しています。" in client.get(PROGRESS).content.decode()
    monkeypatch.setattr(drill, "drill", lambda asked, step: step(4, 4))
    work.run(claimed)
    assert client.get(PROGRESS)["HX-Refresh"] == "true"
    assert "いま演習する" in text(client)


def test_a_drill_that_finds_a_bad_backup_is_no_fault_of_the_worker(
    monkeypatch: pytest.MonkeyPatch, admin: User
) -> None:
    def bad(*arguments: Any, **options: Any) -> None:
        raise BackupError("x.zip: damaged or cut short")

    monkeypatch.setattr(drill, "prove", bad)
    asked = drill.ask(by=admin)
    claimed = work.claim(at=timezone.now())
    assert claimed == asked
    assert claimed is not None
    work.run(claimed)
    assert Job.objects.get().failed_at is None
    assert OpsRun.objects.get(kind="verify_backup").succeeded is False


@pytest.mark.parametrize("who", ["aoki", "endo", "baba"])
def test_nobody_else_sees_or_starts_anything(who: str, request: pytest.FixtureRequest) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))
    for address in (PAGE, PROGRESS):
        assert client.get(address).status_code == 403
    assert client.post(PAGE).status_code == 403
    assert not Job.objects.exists()
    assert Client().get(PAGE)["Location"].startswith("/auth/login?next=")


def test_other_methods_are_refused(client: Client) -> None:
    for method in ("PUT", "DELETE"):
        assert client.generic(method, PAGE).status_code == 405
