"""A race of another competition says so: on the programme, on sheets, in the table, for the timing system, to the public."""

import csv
import io
from datetime import datetime

import pytest
from django.test import Client
from pypdf import PdfReader

from entries.heat.actions import seed_heats
from entries.meet.competition import Competition
from entries.meet.models import Meet, Race, State
from entries.news.page_cache import PAGES
from entries.report.lynx import lynx_files
from entries.report.papers import make
from entries.report.start_list_csv import COLUMNS, OF_SEVERAL, start_list_csv
from entries.roster.models import Team
from tests.conftest import race_of
from tests.entries.heat.casts import enter

TITLE, CODE = "第14回NCG", "26500123"


@pytest.fixture
def meet_of_two(meet: Meet, kita: Team, now: datetime, in_nittai: None) -> Meet:
    """A race of the meet's own, and one of another competition; lists are out."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED, code="26500122")
    meet.refresh_from_db()
    other = Competition.objects.create(tenant_id=meet.tenant_id, meet=meet, title=TITLE, title_en="14th NCG", code=CODE)
    plain = race_of(meet)
    elite = race_of(meet, "男子10000m", competition=other, position=1, distance_m=10_000, name_en="Men 10000 m")
    enter(plain, kita, [90_000], now)
    enter(elite, kita, [180_000], now)
    seed_heats(meet=meet, by=None, at=now)
    Meet.objects.filter(pk=meet.pk).update(state=State.START_LISTS_OUT)
    meet.refresh_from_db()
    PAGES.clear()
    return meet


def text_of(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_cover_names_both_and_a_heat_says_which_it_is_of(meet_of_two: Meet, now: datetime) -> None:
    cover, *pages = text_of(make("programme", meet_of_two, at=now))
    assert f"兼{TITLE}（コード{CODE}）" in cover
    assert "競技会コード26500122" in cover
    assert "".join(pages).count(TITLE) == 1


@pytest.mark.parametrize("kind", ["roll-call", "result-sheets", "finish-order", "announcer", "lap-sheets"])
def test_each_sheet_of_its_heats_says_so(meet_of_two: Meet, now: datetime, kind: str) -> None:
    own, other = text_of(make(kind, meet_of_two, at=now))
    assert (TITLE in own, f"{TITLE}（コード{CODE}）" in other) == (False, True)


def test_the_table_files_each_start_under_one(meet_of_two: Meet) -> None:
    rows = list(csv.DictReader(io.StringIO(start_list_csv(meet_of_two).decode("utf-8-sig"))))
    assert list(rows[0]) == [*COLUMNS, *OF_SEVERAL]
    assert [(row["race"], row["competition"], row["competition_code"]) for row in rows] == [
        ("男子5000m", meet_of_two.name, "26500122"), ("男子10000m", TITLE, CODE),
    ]  # fmt: skip


def test_the_table_of_one_competition_keeps_its_columns(meet_of_two: Meet) -> None:
    Race.objects.filter(meet=meet_of_two).update(competition=None)
    rows = list(csv.reader(io.StringIO(start_list_csv(meet_of_two).decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}


@pytest.mark.parametrize(("latin", "name"), [(False, f"{TITLE} 男子10000m 1"), (True, "14th NCG Men 10000 m 1")])
def test_the_timing_system_reads_the_title_in_the_events_name(meet_of_two: Meet, latin: bool, name: str) -> None:
    meet_of_two.timing_romaji = latin
    rows = csv.reader(io.StringIO(lynx_files(meet_of_two).files["lynx.evt"].decode("utf-8-sig"), newline=""))
    assert [row[3] for row in rows if row[0]] == ["男子5000m 1", name]


def test_the_public_reads_it_at_the_race_and_on_the_meets_page(client: Client, meet_of_two: Meet) -> None:
    page = client.get("/meets/nittai/ld326/start-lists/").content.decode()
    assert page.count(f"{TITLE}（コード {CODE}）") == 1
    assert f"兼 {TITLE}" in client.get("/meets/nittai/ld326/").content.decode()
    assert "with 14th NCG" in client.get("/meets/nittai/ld326/", {"lang": "en"}).content.decode()
