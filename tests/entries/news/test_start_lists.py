"""Start lists in public: what contract 7 promises, and nothing before they are out."""

import csv
import io
import re
from datetime import datetime
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from entries.entry.models import Entry
from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.board_actions import move
from entries.heat.models import Bib, RaceSeeding, Start
from entries.heat.publication import publish, put_out
from entries.heat.start_list import start_list_of
from entries.marks import format_time
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.news import start_list_views
from entries.news.page_cache import PAGES
from entries.report.start_list_csv import COLUMNS, start_list_csv
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import open_meet, race_of
from tests.entries.heat.casts import enter

pytestmark = pytest.mark.django_db
LISTS = "/meets/nittai/ld326/start-lists/"
START = re.compile(
    r'data-start="(\d+)" data-race="(\d+)" data-heat="(\d+)" data-hip="(\d*)" data-bib="(\d*)" data-state="(\w+)"'
)


@pytest.fixture(autouse=True)
def _forget_pages() -> None:
    PAGES.clear()


@pytest.fixture
def race(meet: Meet, kita: Team, minami: Team, now: datetime, in_nittai: None) -> Race:
    """Five of kita and one of minami in heats of two, and their lists are out."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
    meet.refresh_from_db()
    race = race_of(meet, starters_per_heat=2, name_en="Men 5000 m")
    enter(race, kita, [90_000, 90_100, 90_200, 90_300, 90_400], now)
    enter(race, minami, [90_050], now)
    seed_heats(meet=meet, by=None, at=now)
    Meet.objects.filter(pk=meet.pk).update(state=State.START_LISTS_OUT)
    return race


def test_a_race_that_is_not_of_the_meet_is_said(client: Client, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    other = race_of(open_meet(race.meet.tenant, "other"), "男子1500m")
    wrong = (f"race={other.pk}", "race=x", "race=99999999999999999999")
    for query, is_said in (*((one, True) for one in wrong), (f"race={race.pk}", False), ("race=+", False)):
        for whole in (start_list_views.WHOLE, 3):  # of a large meet one race is shown at a time
            PAGES.clear()
            monkeypatch.setattr(start_list_views, "WHOLE", whole)
            text = client.get(f"{LISTS}?{query}").content.decode()
            assert ("指定された種目はこの大会にありません" in text) == is_said, query
            assert len(START.findall(text)) == 6


def found(client: Client, address: str) -> list[tuple[str, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return START.findall(answer.content.decode())


def test_each_start_is_one_element_in_order(client: Client, race: Race) -> None:
    starts = Start.objects.order_by("heat__number", "hip_number")
    wanted = [
        (f"{start.pk}", f"{race.pk}", f"{start.heat.number}", f"{start.hip_number}", "", "listed") for start in starts
    ]
    assert found(client, LISTS) == wanted


@pytest.mark.parametrize(
    "path", ["start-lists/", "start-lists/mine/", "start-lists/{}/", "start-lists.csv", "start-lists.pdf"]
)
def test_nothing_is_there_before_they_are_out(client: Client, race: Race, baba: User, path: str) -> None:
    client.force_login(baba)
    address = f"/meets/nittai/ld326/{path.format(Start.objects.first().pk)}"  # type: ignore[union-attr]
    assert client.get(address).status_code == 200
    assert "スタートリスト" in client.get("/meets/nittai/ld326/").content.decode()
    for state in (State.DRAFT, State.PUBLISHED, State.ENTRIES_CLOSED):
        Meet.objects.update(state=state)
        PAGES.clear()
        assert client.get(address).status_code == 404, state


def test_another_meets_start_is_not_found(client: Client, race: Race, now: datetime) -> None:
    open_meet(race.meet.tenant, slug="other", state=State.START_LISTS_OUT)
    start = Start.objects.first()
    assert start
    assert client.get(f"/meets/nittai/other/start-lists/{start.pk}/").status_code == 404
    assert client.get(f"{LISTS}999999999/").status_code == 404
    assert client.get(f"{LISTS}{'9' * 30}/").status_code == 404


def test_name_team_and_bib_are_found_and_lead_to_the_whole_heat(client: Client, race: Race, minami: Team) -> None:
    athlete = Entry.objects.get(seed_time=90_200).athlete
    Bib.objects.create(tenant_id=race.tenant_id, meet=race.meet, athlete=athlete, number=417)
    [hit] = found(client, f"{LISTS}?q=417")
    assert hit[4] == "417"
    assert f'href="{LISTS}#h{race.pk}-{hit[2]}"' in client.get(f"{LISTS}?q=417").content.decode()
    assert len(found(client, f"{LISTS}?q={quote(minami.name)}")) == 1
    assert found(client, f"{LISTS}?q=nobody-at-all") == []
    assert found(client, f"{LISTS}?race={race.pk}&q=417") == [hit]


def test_a_withdrawal_is_struck_and_stays(client: Client, race: Race, now: datetime) -> None:
    before = found(client, LISTS)
    entry = Entry.objects.get(seed_time=90_100)
    Entry.objects.filter(pk=entry.pk).update(withdrawn_at=now)
    PAGES.clear()
    after = found(client, LISTS)
    assert [one[:5] for one in after] == [one[:5] for one in before]
    start = Start.objects.get(entry=entry)
    assert [one[0] for one in after if one[5] == "withdrawn"] == [f"{start.pk}"]


def test_one_athlete_has_a_page_of_all_starts(client: Client, race: Race, now: datetime) -> None:
    other = race_of(race.meet, "男子10000m", position=2)
    mine = Start.objects.select_related("entry__athlete", "entry__submission").get(entry__seed_time=90_200)
    entry = Entry.objects.create(
        tenant_id=race.tenant_id,
        submission=mine.entry.submission,
        race=other,
        athlete=mine.entry.athlete,
        entered_at=now,
    )
    Meet.objects.update(state=State.ENTRIES_CLOSED)
    seed_heats(meet=Meet.objects.get(pk=race.meet.pk), by=None, at=now, races=[other.pk])
    Meet.objects.update(state=State.START_LISTS_OUT)
    second = Start.objects.get(entry=entry)
    assert [one[0] for one in found(client, f"{LISTS}{mine.pk}/")] == [f"{mine.pk}", f"{second.pk}"]


def test_a_coach_sees_their_own_team_with_reasons(client: Client, race: Race, baba: User, kita: Team) -> None:
    assert client.get(f"{LISTS}mine/").status_code == 302
    client.force_login(baba)
    answer = client.get(f"{LISTS}mine/")
    text = answer.content.decode()
    assert len(START.findall(text)) == 5
    assert "6名中1番目のタイム15:00.00" in text
    assert "no-store" in answer["Cache-Control"]
    assert "番目のタイム" not in client.get(LISTS).content.decode()


def test_the_csv_says_the_same(client: Client, race: Race, now: datetime) -> None:
    TimetableSlot.objects.create(
        tenant_id=race.tenant_id, race=race, number=1, starts_at=datetime.fromisoformat("2027-05-01T09:30:00+09:00")
    )
    Athlete.objects.filter(pk=Entry.objects.get(seed_time=90_400).athlete_id).update(family_name="=cmd()")
    answer = client.get("/meets/nittai/ld326/start-lists.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["heat"], row["hip_number"]) for row in rows] == [one[2:4] for one in found(client, LISTS)]
    assert rows[0]["starts_at"] == "2027-05-01T09:30+09:00"
    assert [row["seed_time"] for row in rows if row["name"].startswith("'=cmd()")] == ["15:04.00"]


def test_the_table_is_what_lists_say(race: Race, minami: Team, aoki: User, now: datetime) -> None:
    """It is read by a way of its own: every cell is compared, of starts that were out, came later, withdrew or pace."""
    put_out(race.meet, by=aoki, at=now, mail=False)
    set_ranges(meet=race.meet, rows=[{"first": 7, "last": 9}, {"first": 101, "last": 199}], by=aoki)
    assign_bibs(meet=race.meet, by=aoki)
    late = enter(race, minami, [None, 90_001], now, pacemaker=True, personal_best=360_000)
    move(race=race, entries=[one.pk for one in late], heat=1, version=1, by=aoki, at=now)
    Athlete.objects.filter(pk=late[0].athlete_id).update(given_name="", grade="M1")
    Athlete.objects.exclude(pk=late[0].athlete_id).update(family_name="後", grade="9")
    Entry.objects.filter(seed_time=90_100).update(withdrawn_at=now)
    rows = list(csv.reader(io.StringIO(start_list_csv(race.meet).decode("utf-8-sig"), newline="")))
    said = [
        [race.name, one.heat, "", one.hip_number, one.bib or "", one.name, one.kana, one.team, one.grade,
         format_time(one.seed_time), format_time(one.personal_best), one.note]
        for one in start_list_of(race.meet)
    ]  # fmt: skip
    assert len(said) == 8
    assert rows[1:] == [[str(cell) for cell in row] for row in said]


def test_the_table_costs_the_same_for_any_field(race: Race, minami: Team, now: datetime, aoki: User) -> None:
    with CaptureQueriesContext(connection) as few:
        start_list_csv(race.meet)
    more = enter(race, minami, [91_000 + n for n in range(20)], now)
    move(race=race, entries=[one.pk for one in more], heat=1, version=1, by=aoki, at=now)
    with CaptureQueriesContext(connection) as many:
        start_list_csv(race.meet)
    assert len(few) == len(many) == 4


@pytest.mark.parametrize("path", [LISTS, "/meets/nittai/ld326/start-lists.csv"])
def test_it_names_no_birth_date_and_no_contact(client: Client, race: Race, kita: Team, path: str) -> None:
    kita.contact_email, kita.contact_phone = "secret-contact@example.com", "090-0000-1234"
    kita.save()
    athlete = Athlete.objects.filter(team=kita).first()
    assert athlete
    text = client.get(path).content.decode()
    for secret in (
        "secret-contact",
        "0000-1234",
        athlete.birth_date.isoformat(),
        athlete.birth_date.strftime("%Y/%-m/%-d"),
    ):
        assert secret not in text


def test_anybody_may_keep_it_for_a_second_and_no_search_engine(client: Client, race: Race, baba: User) -> None:
    stranger = client.get(LISTS)
    assert stranger["X-Robots-Tag"] == "noindex"
    assert stranger["Cache-Control"].startswith("public, max-age=1")
    PAGES.clear()
    client.force_login(baba)
    assert client.get(LISTS).content == stranger.content


def test_the_queries_do_not_grow(
    client: Client, race: Race, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    PAGES.clear()
    with django_assert_max_num_queries(7):
        assert client.get(LISTS).status_code == 200


def test_a_large_meet_shows_one_race_at_a_time(
    client: Client, race: Race, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(start_list_views, "WHOLE", 5)
    women = race_of(race.meet, "女子5000m", sex="F", position=3)
    assert len(found(client, LISTS)) == 6
    assert found(client, f"{LISTS}?race={women.pk}") == []
    monkeypatch.setattr(start_list_views, "WHOLE", 3)
    assert len(found(client, f"{LISTS}?q={quote('北大学')}")) == 3


def test_english_pages_stay_english(client: Client, race: Race) -> None:
    text = client.get(f"{LISTS}?lang=en").content.decode()
    assert "Start lists" in text
    assert "Men 5000 m" in text
    assert re.search(rf'href="{LISTS}\d+/\?lang=en"', text)


def test_a_receipt_says_heat_hip_number_and_time(client: Client, race: Race, baba: User, now: datetime) -> None:
    at = datetime.fromisoformat("2027-05-01T09:30:00+09:00")
    TimetableSlot.objects.create(tenant_id=race.tenant_id, race=race, number=1, starts_at=at)
    start = (
        Start.objects.select_related("entry__submission")
        .filter(heat__number=1, entry__submission__team__name="北大学")
        .first()
    )
    assert start
    client.force_login(baba)
    address = f"/orders/{start.entry.submission.reference}/"
    said = f"1組 腰ナンバー{start.hip_number} 5/1 (土) 09:30"
    assert said in client.get(address).content.decode()
    Meet.objects.update(state=State.ENTRIES_CLOSED)
    assert "腰ナンバー" not in client.get(address).content.decode()


def test_a_page_counts_the_changes_of_its_own_starts_and_says_that_there_are_newer_ones(
    client: Client, race: Race, minami: Team, aoki: User, now: datetime
) -> None:
    other = race_of(race.meet, "男子1500m")
    enter(other, minami, [24_000], now)
    meet = Meet.objects.get(pk=race.meet_id)
    seed_heats(meet=meet, by=None, at=now, recut=True)
    put_out(meet, by=aoki, at=now)
    first = Start.objects.filter(heat__race=race, heat__number=1).in_order()[0]
    race.meet = meet
    version = RaceSeeding.objects.get(race=race).version
    move(race=race, entries=[first.entry_id], heat=3, version=version, by=aoki, at=now)
    said = "この版の後に変更があります"
    for address, is_newer in ((LISTS, True), (f"{LISTS}?race={race.pk}", True), (f"{LISTS}?race={other.pk}", False)):
        PAGES.clear()
        assert (said in client.get(address).content.decode()) == is_newer, address
    publish(meet=meet, by=aoki, at=now)
    for address, is_told in ((f"{LISTS}?race={race.pk}", True), (f"{LISTS}?race={other.pk}", False)):
        PAGES.clear()
        page = client.get(address).content.decode()
        assert ("前の版からの変更" in page, said in page) == (is_told, False), address
