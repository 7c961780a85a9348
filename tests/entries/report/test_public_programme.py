"""The programme that everybody reads: set by the worker, given at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

import pytest
from django.test import Client
from django.utils import timezone

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.publication import publish
from entries.meet.actions import move_state
from entries.meet.models import Meet, State
from entries.news.page_cache import PAGES
from entries.report import printing, public_programme
from entries.report.models import PrintedPaper
from entries.roster.models import Team
from tenants.jobs.models import Job
from tenants.jobs.work import claim, run
from tenants.models import User
from tests.conftest import race_of
from tests.entries.heat.casts import enter

pytestmark = pytest.mark.django_db
PDF = "/meets/nittai/ld326/start-lists.pdf"


@pytest.fixture
def set_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages in which a web process set one; each PDF is then numbered by who set it, and how many there were."""
    here = list[str]()

    def note(template: str, values: dict[str, object]) -> bytes:
        here.append(str(values["lang"]))
        return f"%PDF-web {values['lang']} {len(here)}".encode()

    monkeypatch.setattr(public_programme, "typeset", note)
    monkeypatch.setattr(public_programme, "_made", type(public_programme._made)())
    return here


@pytest.fixture
def set_by_worker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    there = list[str]()

    def note(template: str, values: dict[str, object]) -> bytes:
        there.append(str(values["lang"]))
        return f"%PDF-worker {values['lang']} {len(there)}".encode()

    monkeypatch.setattr(printing, "typeset", note)
    return there


@pytest.fixture
def out(meet: Meet, kita: Team, aoki: User, now: datetime, in_nittai: None) -> Iterator[Meet]:
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
    meet.refresh_from_db()
    enter(race_of(meet, starters_per_heat=2), kita, [90_000, 90_100, 90_200], now)
    seed_heats(meet=meet, by=None, at=now)
    yield move_state(meet=meet, to=State.START_LISTS_OUT, by=aoki, at=now)
    PAGES.clear()


def read(client: Client, language: str = "ja") -> str:
    PAGES.clear()
    answer = client.get(PDF, {"lang": language} if language != "ja" else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return answer.content.decode()


def work_through() -> None:
    while job := claim(at=timezone.now()):
        run(job)


def waiting() -> int:
    return Job.objects.filter(kind=public_programme.JOB, finished_at=None, failed_at=None).count()


def test_the_worker_sets_each_version_in_both_languages(
    client: Client, out: Meet, aoki: User, now: datetime, set_here: list[str], set_by_worker: list[str]
) -> None:
    work_through()
    assert sorted(set_by_worker) == ["en", "ja"]
    assert (read(client).split()[:2], read(client, "en").split()[:2]) == (["%PDF-worker", "ja"], ["%PDF-worker", "en"])
    Entry.objects.filter(pk=Entry.objects.order_by("pk")[0].pk).update(withdrawn_at=now)
    publish(meet=out, by=aoki, at=now)
    assert waiting() == 2
    work_through()
    assert len(set_by_worker) == 4
    assert int(read(client).split()[2]) > 2
    assert (set_here, waiting()) == ([], 0)


def test_what_changed_since_is_set_by_the_worker_while_the_last_one_is_given(
    client: Client, out: Meet, now: datetime, set_here: list[str], set_by_worker: list[str]
) -> None:
    work_through()
    old = read(client)
    Entry.objects.filter(pk=Entry.objects.order_by("pk")[0].pk).update(withdrawn_at=now)
    assert [read(client) for _ in range(3)] == [old] * 3
    assert waiting() == 1
    work_through()
    assert read(client) != old
    assert (set_here, waiting()) == ([], 0)


def test_while_there_is_none_a_web_process_sets_it_once(
    client: Client, out: Meet, set_here: list[str], set_by_worker: list[str]
) -> None:
    assert [read(client) for _ in range(3)] == ["%PDF-web ja 1"] * 3
    assert waiting() == 2  # of the version; nobody asked for more
    PrintedPaper.objects.all().delete()
    Job.objects.all().delete()
    read(client, "en")
    assert waiting() == 1
    work_through()
    assert read(client, "en").startswith("%PDF-worker en")


def test_web_processes_set_one_at_a_time(
    client: Client, out: Meet, set_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Lock()
    monkeypatch.setattr(public_programme, "_turn", taken)
    monkeypatch.setattr(public_programme, "PATIENCE", 0.01)
    with taken:
        busy = client.get(PDF)
    assert (busy.status_code, busy["Retry-After"], set_here) == (503, "30", [])
    assert read(client).startswith("%PDF-web")


def test_it_is_set_again_before_it_goes_and_a_minute_after_a_failure(
    client: Client, out: Meet, set_here: list[str], set_by_worker: list[str]
) -> None:
    work_through()
    PrintedPaper.objects.update(asked_at=timezone.now() - timedelta(hours=13))
    read(client)
    assert waiting() == 1
    Job.objects.filter(finished_at=None).update(failed_at=timezone.now())
    PrintedPaper.objects.update(made_at=None)
    read(client)
    assert waiting() == 0
    PrintedPaper.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
    read(client)
    assert waiting() == 1


def test_nothing_of_it_stands_on_the_desk(client: Client, out: Meet, aoki: User) -> None:
    work_through()
    client.force_login(aoki)
    page = f"/admin/entries/meet/{out.pk}/papers/"
    assert "作成済み" not in client.get(page).content.decode()
    assert client.post(page, {"file": "public-ja"}).status_code == 404
