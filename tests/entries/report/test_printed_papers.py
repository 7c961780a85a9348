"""Papers on the desk: made by the worker, fetched by who may, gone after a day."""

import io
from datetime import datetime, timedelta
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from entries.heat.actions import seed_heats
from entries.heat.models import Start
from entries.meet.models import Meet, Race, State
from entries.report.models import PrintedPaper
from entries.report.papers import PAPERS
from entries.report.printing import TITLES, ask, make_paper
from entries.roster.models import Athlete, Team
from tenants.jobs.models import Job
from tenants.jobs.work import claim, run
from tenants.models import AuditRecord, User
from tenants.privacy.classes import classes
from tenants.refusal import Refused
from tests.conftest import race_of
from tests.entries.heat.casts import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime, in_nittai: None) -> Race:
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, entries_close_at=now)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=2)
    race.meet = meet
    enter(race, kita, [90_000, 90_100, 90_200], now)
    seed_heats(meet=meet, by=None, at=now)
    return race


def work_through() -> None:
    while job := claim(at=timezone.now()):
        run(job)


def page_of(race: Race) -> str:
    return f"/admin/entries/meet/{race.meet_id}/papers/"


def test_a_paper_is_asked_for_made_and_fetched(client: Client, aoki: User, race: Race) -> None:
    client.force_login(aoki)
    assert client.get(page_of(race)).content.decode().count("未作成") == len(TITLES)
    assert client.post(page_of(race), {"print": "roll-call"}).status_code == 302
    text = client.get(page_of(race)).content.decode()
    assert "作成中" in text
    assert 'hx-trigger="every 2s"' in text
    assert client.post(page_of(race), {"file": "roll-call"}).status_code == 404
    work_through()
    text = client.get(page_of(race)).content.decode()
    assert "作成済み" in text
    assert "hx-trigger" not in text
    answer = client.post(page_of(race), {"file": "roll-call"})
    assert answer.content.startswith(b"%PDF")
    assert 'filename="ld326-roll-call.pdf"' in answer["Content-Disposition"]
    assert AuditRecord.objects.get(verb="meet.paper_downloaded").actor == aoki


@pytest.mark.parametrize(("kind", "files"), [("emergency-set", len(PAPERS) + 9), ("lynx", 4), ("master", 3)])
def test_sets_are_one_archive(client: Client, aoki: User, race: Race, kind: str, files: int) -> None:
    client.force_login(aoki)
    client.post(page_of(race), {"print": kind})
    seen: list[tuple[int, int]] = []
    make_paper(Job.objects.get(kind="report.print"), lambda done, total: seen.append((done, total)))
    assert seen == [(number, files) for number in range(1, files + 1)]
    with ZipFile(io.BytesIO(client.post(page_of(race), {"file": kind}).content)) as archive:
        assert len(archive.namelist()) == files
        assert archive.testzip() is None


def test_letters_that_were_replaced_are_told_beside_the_files(client: Client, aoki: User, race: Race) -> None:
    Meet.objects.filter(pk=race.meet_id).update(timing_encoding="cp932")
    Athlete.objects.update(family_name="𠮷野")
    starts = Start.objects.count()
    client.force_login(aoki)
    for kind, name in (("lynx", "notes.txt"), ("emergency-set", "ld326-lynx-notes.txt")):
        client.post(page_of(race), {"print": kind})
        work_through()
        with ZipFile(io.BytesIO(client.post(page_of(race), {"file": kind}).content)) as archive:
            bare = f"{race.name}: ナンバーカードのない選手{starts}名はIDが0です。"
            assert archive.read(name).decode("utf-8-sig").splitlines() == [bare, "U+20BB7 𠮷 > 吉"]


def test_one_of_a_kind_is_made_at_a_time(race: Race, aoki: User, now: datetime) -> None:
    paper = ask(meet=race.meet, kind="programme", by=aoki, at=now)
    with pytest.raises(Refused, match="paper_running"):
        ask(meet=race.meet, kind="programme", by=aoki, at=now)
    with pytest.raises(Refused, match="paper_unknown"):
        ask(meet=race.meet, kind="posters", by=aoki, at=now)
    Job.objects.filter(kind="report.print").update(failed_at=now)
    assert ask(meet=race.meet, kind="programme", by=aoki, at=now).pk == paper.pk


def test_one_that_failed_says_so_with_its_number(client: Client, aoki: User, race: Race, now: datetime) -> None:
    ask(meet=race.meet, kind="programme", by=aoki, at=now)
    Job.objects.filter(kind="report.print").update(failed_at=now, error_id="abc123")
    client.force_login(aoki)
    text = client.get(page_of(race)).content.decode()
    assert "作成できませんでした" in text
    assert "abc123" in text


def test_they_are_nobody_elses(client: Client, doi: User, endo: User, race: Race) -> None:
    for user in (doi, endo):
        client.force_login(user)
        assert client.get(page_of(race)).status_code in (302, 403, 404)
        assert client.post(page_of(race), {"print": "programme"}).status_code in (302, 403, 404)
    assert not PrintedPaper.objects.exists()


def test_a_file_is_gone_after_a_day(race: Race, aoki: User, now: datetime) -> None:
    ask(meet=race.meet, kind="programme", by=aoki, at=now)
    [one] = [found for found in classes() if found.kind == "printed_papers"]
    assert one.overdue is not None
    assert one.days == 1
    assert not one.overdue(now, now).exists()
    assert one.overdue(now + timedelta(seconds=1), now).exists()
