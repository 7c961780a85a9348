"""Entries on the organizer's desk."""

import csv
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from entries.entry import actions
from entries.entry.desk.queries import MOST_PEOPLE
from entries.entry.lines import Line
from entries.entry.models import Entry, Submission
from entries.marks import parse_time
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Membership, Team
from tenants.files.sheets import read_sheets
from tenants.models import AuditRecord, OutboxMail, Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import athletes_of, open_meet, race_of, states
from tests.pageform import form_on

pytestmark = pytest.mark.usefixtures("in_nittai")
LIST = "/admin/entries/entry/"


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


@pytest.fixture
def small(meet: Meet) -> Race:
    """A race of two places."""
    return race_of(meet, "女子800m", places=2, sex="X")


def enter(race: Race, team: Team, by: User, at: datetime, how_many: int = 1, key: str = "k") -> list[Entry]:
    """New athletes of the team, entered with one submission."""
    with tenant_scope(race.tenant_id):
        lines = [Line(n, athlete.pk, race.pk, 87_000) for n, athlete in enumerate(athletes_of(team, how_many))]
        meet = Meet.objects.get(pk=race.meet_id)
        return list(actions.submit(meet=meet, team=team, lines=lines, key=key, by=by, at=at).entries.order_by("pk"))


@pytest.fixture
def four(small: Race, kita: Team, baba: User, now: datetime) -> list[Entry]:
    Race.objects.filter(pk=small.pk).update(distance_m=5000)
    return enter(small, kita, baba, now, 4)


def act(desk: Client, name: str, *entries: Entry, **more: Any) -> Any:
    values = {"action": name, "_selected_action": [entry.pk for entry in entries], "confirmed": "1", **more}
    return desk.post(LIST, values, follow=True)


def test_the_list_says_who_waits_at_which_position(desk: Client, four: list[Entry]) -> None:
    page = desk.get(LIST).content.decode()
    assert page.count("chip--ok") == 2
    assert "補欠待ち 1番目" in page
    assert "補欠待ち 2番目" in page


@pytest.mark.parametrize(("state", "found"), [("accepted", 2), ("waitlisted", 2), ("withdrawn", 0), ("nonsense", 4)])
def test_the_list_is_narrowed_by_state(desk: Client, four: list[Entry], state: str, found: int) -> None:
    assert len(desk.get(f"{LIST}?state={state}").context["cl"].result_list) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [("鈴木", 4), ("スズキ 一郎2", 1), ("北大学", 4), ("誰か", 0), ("%", 0), ("𠮷", 0), ("'; --", 0), ("\\", 0)],
)
def test_the_list_is_searched_by_name_kana_and_team(desk: Client, four: list[Entry], words: str, found: int) -> None:
    assert len(desk.get(LIST, {"q": words}).context["cl"].result_list) == found


def test_the_list_is_searched_by_reference(desk: Client, four: list[Entry]) -> None:
    assert len(desk.get(LIST, {"q": four[0].submission.reference}).context["cl"].result_list) == 4


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("鈴木", 4),
        ("すずき 一郎2", 1),
        ("北大学 ｽｽﾞｷ", 4),
        ("北大学", 4),
        ("北大学 誰か", 0),
        ("誰か", 0),
        ("・", 4),
        ("'; --", 0),
    ],
)
def test_a_platform_admin_finds_entries_of_all_hosts_by_name_and_team(
    client: Client, four: list[Entry], admin: User, words: str, found: int
) -> None:
    client.force_login(admin)
    assert len(client.get(LIST, {"q": words}).context["cl"].result_list) == found


@pytest.mark.parametrize("change", [str, str.lower, lambda reference: reference[:5]])
def test_a_platform_admin_finds_a_receipts_entries_by_its_number(
    client: Client, four: list[Entry], admin: User, change: Callable[[str], str]
) -> None:
    client.force_login(admin)
    assert len(client.get(LIST, {"q": change(four[0].submission.reference)}).context["cl"].result_list) == 4


def test_a_search_of_all_hosts_stops_at_so_many_people_and_says_so(
    client: Client, four: list[Entry], admin: User, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entries.entry.desk.queries.MOST_PEOPLE", 3)
    client.force_login(admin)
    shown = {}
    for asked in ({"q": "鈴木"}, {"q": "鈴木 一郎2"}, {"q": "・"}, {"q": "鈴木", "meet": str(meet.pk)}):
        answer = client.get(LIST, asked)
        is_cut = "あてはまる選手が多いため" in answer.content.decode()
        shown[asked["q"], "meet" in asked] = (len(answer.context["cl"].result_list), is_cut)
    assert shown == {
        ("鈴木", False): (3, True),
        ("鈴木 一郎2", False): (1, False),
        ("・", False): (4, False),
        ("鈴木", True): (4, False),
    }


def test_a_search_of_all_hosts_asks_for_people_first(client: Client, four: list[Entry], admin: User) -> None:
    """A name is never compared with the rows of entries: they come by the numbers of who was found, and what can be no
    receipt's number is not looked for among receipts."""
    client.force_login(admin)
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST, {"q": "鈴木 北大学"})
    of_entries = [one["sql"] for one in asked if 'FROM "entries_entry"' in one["sql"]]
    assert of_entries
    assert not [sql for sql in of_entries if 'search_key" LIKE' in sql or 'search_key"::text LIKE' in sql]
    people = [one["sql"] for one in asked if one["sql"].startswith('SELECT "entries_athlete"')]
    assert people
    assert all(f"LIMIT {MOST_PEOPLE + 1}" in sql for sql in people)
    assert not [one["sql"] for one in asked if one["sql"].startswith('SELECT "entries_submission"')]


@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "1 OR 1=1", "٣"])
def test_a_filter_with_nonsense_finds_nothing(desk: Client, four: list[Entry], value: str, meet: Meet) -> None:
    for asked in ({"meet": value}, {"meet": str(meet.pk), "race": value}):
        assert len(desk.get(LIST, asked).context["cl"].result_list) == 0


def test_withdrawing_promotes_the_first_who_waits_and_mails_both(desk: Client, four: list[Entry], small: Race) -> None:
    act(desk, "withdraw", four[0], why="けが")
    assert [state for _ticket, state in states(small)] == ["withdrawn", "accepted", "accepted", "waitlisted"]
    assert {"entry.withdrawn", "entry.promoted"} <= set(OutboxMail.objects.values_list("kind", flat=True))
    assert AuditRecord.objects.get(verb="entry.withdrawn").why == "けが"


def test_of_many_the_refused_ones_are_said_and_the_others_done(desk: Client, four: list[Entry]) -> None:
    act(desk, "withdraw", four[0])
    page = act(desk, "withdraw", *four[:2]).content.decode()
    assert "1件の申込を取り消しました" in page
    assert "すでに取り消されています" in page


def test_an_entry_is_moved_to_another_race_of_its_meet(desk: Client, four: list[Entry], meet: Meet) -> None:
    other = race_of(meet, "別の種目", sex="X", places=9)
    act(desk, "move", four[0], to=other.pk, why="希望")
    four[0].refresh_from_db()
    assert (four[0].race, four[0].ticket) == (other, 1)


@pytest.mark.parametrize("where", ["other meet", "other host", "same", "women", "nothing"])
def test_an_entry_is_not_moved_where_it_cannot_run(
    desk: Client, four: list[Entry], small: Race, nittai: Tenant, chuo: Tenant, where: str
) -> None:
    targets: dict[str, Callable[[], Any]] = {
        "other meet": lambda: race_of(open_meet(nittai, "spring"), sex="X").pk,
        "same": lambda: small.pk,
        "other host": lambda: race_of(open_meet(chuo), sex="X").pk,
        "nothing": lambda: "",
        "women": lambda: race_of(small.meet, "女子", sex="F").pk,
    }
    assert act(desk, "move", four[0], to=targets[where]()).status_code == 422
    four[0].refresh_from_db()
    assert four[0].race_id == small.pk


def test_a_time_is_corrected_and_keeps_its_ticket(desk: Client, four: list[Entry]) -> None:
    act(desk, "correct", four[2], seed_time="14分05秒32", personal_best="")
    four[2].refresh_from_db()
    assert (four[2].seed_time, four[2].personal_best, four[2].ticket) == (84_532, None, 3)


@pytest.mark.parametrize("typed", ["14:61", "速い", "0:50.00", "1:59:59", "\x00"])
def test_a_time_that_cannot_be_is_refused(desk: Client, four: list[Entry], typed: str) -> None:
    assert act(desk, "correct", four[0], seed_time=typed).status_code == 422
    four[0].refresh_from_db()
    assert four[0].seed_time == 87_000


def test_entries_are_never_typed_over(desk: Client, four: list[Entry], race: Race) -> None:
    before = Entry.objects.filter(pk=four[0].pk).values().get()
    assert desk.post(f"{LIST}{four[0].pk}/change/", {"race": race.pk, "ticket": 1}).status_code == 403
    assert desk.post(f"{LIST}{four[0].pk}/delete/", {"post": "yes"}).status_code == 403
    assert Entry.objects.filter(pk=four[0].pk).values().get() == before


def invite(desk: Client, race: Race, athlete: Athlete, **more: Any) -> Any:
    return desk.post(f"{LIST}add/", {"race": race.pk, "words": "鈴木", "athlete": athlete.pk, **more})


def test_an_invited_entry_is_past_the_line_and_takes_nobodys_place(
    desk: Client, four: list[Entry], small: Race, kita: Team
) -> None:
    guest = athletes_of(kita, 1)[0]
    assert invite(desk, small, guest, seed_time="14:00", pacemaker="on", why="招待").status_code == 302
    entry = Entry.objects.with_state().get(athlete=guest)
    assert (entry.ticket, entry.state, entry.pacemaker, entry.seed_time) == (None, "accepted", True, 84_000)
    assert [state for ticket, state in states(small) if ticket] == ["accepted"] * 2 + ["waitlisted"] * 2
    assert "主催者枠" in desk.get(LIST).content.decode()


def test_an_athlete_is_invited_once(desk: Client, four: list[Entry], small: Race) -> None:
    page = invite(desk, small, four[0].athlete)
    assert page.status_code == 422
    assert "申込済み" in page.content.decode()


def test_only_athletes_of_teams_that_entered_here_are_found(
    desk: Client, small: Race, kita: Team, minami: Team, chiba: User, chuo: Tenant, now: datetime
) -> None:
    """Minami's team has entered another host's meet only: this host does not know that it exists."""
    [stranger] = enter(race_of(open_meet(chuo)), minami, chiba, now)
    page = desk.get(f"{LIST}add/", {"race": str(small.pk), "words": "鈴木"}).content.decode()
    assert "見つかりませんでした" in page
    assert "南高" not in page
    assert invite(desk, small, stranger.athlete).status_code == 422
    assert not Entry.objects.exists()


def test_no_race_of_another_host_is_offered(desk: Client, chuo: Tenant, four: list[Entry]) -> None:
    theirs = race_of(open_meet(chuo, name="中央記録会"))
    assert "中央記録会" not in desk.get(f"{LIST}add/").content.decode()
    assert invite(desk, theirs, four[0].athlete).status_code == 422


@pytest.mark.parametrize("words", ["", " ", "x" * 500, "\x00", "%", "𠮷"])
def test_odd_words_are_answered(desk: Client, small: Race, words: str) -> None:
    assert desk.post(f"{LIST}add/", {"race": small.pk, "words": words}).status_code == 422


def test_the_file_holds_no_formula_and_the_trail_who_took_it(
    desk: Client, four: list[Entry], kita: Team, meet: Meet
) -> None:
    Athlete.objects.filter(team=kita).update(family_name="=HYPERLINK(1)")
    answer = desk.get(f"{LIST}export?meet={meet.pk}")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert (len(rows), rows[0][0], rows[1][3][:2]) == (5, "種目", "'=")
    assert [row[2] for row in rows[1:]] == ["出場可", "出場可", "補欠待ち", "補欠待ち"]
    assert AuditRecord.objects.get(verb="meet.entries_exported").after == {"rows": 4}


def test_the_workbook_knows_numbers_times_and_moments_and_keeps_zeros(
    desk: Client, four: list[Entry], kita: Team, meet: Meet
) -> None:
    Athlete.objects.filter(team=kita).update(family_name="=HYPERLINK(1)", registration_number="0012")
    Athlete.objects.filter(pk=four[0].athlete_id).update(jaaf_id="00123456789")
    Entry.objects.filter(pk=four[0].pk).update(seed_time=84_532, personal_best=372_345)
    answer = desk.get(f"{LIST}export?format=xlsx&meet={meet.pk}")
    assert answer["Content-Disposition"] == 'attachment; filename="entries-ld326.xlsx"'
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    titles = [str(cell.value) for cell in sheet[1]]
    first = dict(zip(titles, sheet[2], strict=True))
    assert (first["氏名"].data_type, str(first["氏名"].value)[:2]) == ("s", "=H")
    assert (first["JAAF ID"].value, first["登録番号"].value) == ("00123456789", "0012")
    assert [first[name].value for name in ("受付順", "参加料（円）")] == [1, 1000]
    assert first["申告タイム"].number_format == "[m]:ss.00"
    [shown] = read_sheets(BytesIO(answer.content), "a.xlsx")
    times = shown.rows[1].cells[titles.index("申告タイム") :][:2]
    assert [parse_time(str(time)) for time in times] == [84_532, 372_345]
    assert first["申込日時"].number_format == "yyyy/mm/dd hh:mm:ss"
    entered = four[0].entered_at.astimezone(meet.zone)
    assert first["申込日時"].value == entered.replace(tzinfo=None, microsecond=0)


def test_no_file_of_another_hosts_meet(desk: Client, chuo: Tenant) -> None:
    for number in (open_meet(chuo).pk, 999_999, "x", "9" * 40):
        assert desk.get(f"{LIST}export?meet={number}").status_code == 404
    assert desk.get(f"{LIST}export").status_code == 302


def test_submissions_are_read_only(desk: Client, four: list[Entry]) -> None:
    order = four[0].submission
    page = desk.get(f"/admin/entries/submission/{order.pk}/change/")
    assert page.content.decode().count("補欠待ち") == 2
    assert desk.post(f"/admin/entries/submission/{order.pk}/change/", {"reference": "X"}).status_code == 403
    assert desk.get("/admin/entries/submission/add/").status_code == 403


@pytest.mark.parametrize("path", ["", "?meet={meet}&race={race}&state=accepted", "?q=鈴木"])
def test_the_list_costs_as_much_with_5_rows_as_with_1(
    desk: Client, small: Race, kita: Team, baba: User, now: datetime, queries: Callable[..., int], path: str
) -> None:
    Race.objects.filter(pk=small.pk).update(distance_m=5000)
    address = LIST + path.format(meet=small.meet_id, race=small.pk)
    enter(small, kita, baba, now)
    with_one = queries(desk, address)
    enter(small, kita, baba, now, 4, key="more")
    assert queries(desk, address) == with_one <= 7


@pytest.fixture
def queries(django_assert_max_num_queries: Any) -> Callable[[Client, str], int]:
    """How many queries a page costs a process that has shown one like it before."""

    def count(client: Client, address: str) -> int:
        client.get(address)
        with django_assert_max_num_queries(50) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    return count


def test_a_submissions_page_costs_as_much_with_5_rows_as_with_1(
    desk: Client, small: Race, kita: Team, baba: User, now: datetime, queries: Callable[..., int]
) -> None:
    Race.objects.filter(pk=small.pk).update(distance_m=5000)
    costs = []
    for key, how_many in (("one", 1), ("many", 5)):
        enter(small, kita, baba, now, how_many, key=key)
        costs.append(queries(desk, f"/admin/entries/submission/{Submission.objects.latest('pk').pk}/change/"))
    assert costs[0] == costs[1] <= 8


def test_the_lists_filters_are_kept_through_a_rows_page(desk: Client, four: list[Entry], small: Race) -> None:
    """From the narrowed list to a row, through an action of its page, and back."""
    narrowed: dict[str, Any] = {"meet": small.meet_id, "state": "waitlisted"}
    listed = desk.get(LIST, narrowed).content.decode()
    kept = f"_changelist_filters=meet%3D{small.meet_id}%26state%3Dwaitlisted"
    assert f"{LIST}{four[2].pk}/change/?{kept}" in listed
    page = desk.get(f"{LIST}{four[2].pk}/change/?{kept}")
    assert f'{LIST}?meet={small.meet_id}&amp;state=waitlisted">' in page.content.decode()
    assert f"/history/?{kept}" in page.content.decode()
    filters = f"meet={small.meet_id}&state=waitlisted"
    posted = {"action": "correct", "_selected_action": four[2].pk, "from_row": "1", "_changelist_filters": filters}
    asked = desk.post(LIST, posted).content.decode()
    assert f'name="_changelist_filters" value="{filters.replace("&", "&amp;")}"' in asked
    answer = desk.post(LIST, posted | {"confirmed": "1", "seed_time": "14:05.00"})
    assert answer["Location"] == f"{LIST}{four[2].pk}/change/?{kept}"


def test_a_saved_race_leads_back_to_the_list_of_its_meet(desk: Client, small: Race) -> None:
    address = f"/admin/entries/race/{small.pk}/change/?_changelist_filters=meet%3D{small.meet_id}"
    answer = desk.post(address, form_on(desk.get(address), "name") | {"name": "男子5000m A"})
    assert answer["Location"] == f"/admin/entries/race/?meet={small.meet_id}"


def test_a_host_entry_stays_with_the_meet_of_the_list(desk: Client, four: list[Entry], small: Race, kita: Team) -> None:
    race_of(open_meet(small.tenant, "other", name="別の大会"))
    listed = desk.get(LIST, {"meet": small.meet_id}).content.decode()
    kept = f"_changelist_filters=meet%3D{small.meet_id}"
    assert f"{LIST}add/?{kept}" in listed
    page = desk.get(f"{LIST}add/?{kept}").content.decode()
    assert "別の大会" not in page
    assert small.name in page
    assert "別の大会" in desk.get(f"{LIST}add/").content.decode()
    for page in (f"{LIST}add/?race={small.pk}&words=北&{kept}", f"{LIST}add/new?race={small.pk}&{kept}"):
        assert f'<a class="button" href="{LIST}?meet={small.meet_id}">やめる</a>' in desk.get(page).content.decode()
    answer = invite(desk, small, athletes_of(kita, 1)[0], _changelist_filters=f"meet={small.meet_id}")
    assert answer["Location"] == f"{LIST}?meet={small.meet_id}"


PERSON = {
    "family_name": "Kamau", "given_name": "Peter", "family_kana": "カマウ", "given_kana": "ピーター", "sex": "M",
    "birth_date": "2001/2/3", "nationality": "KEN", "seed_time": "13:40.00", "why": "招待",
}  # fmt: skip


def write_down(desk: Client, race: Race, query: str = "", **more: Any) -> Any:
    return desk.post(f"{LIST}add/new?race={race.pk}&{query}", {**PERSON, "race": race.pk, **more})


def test_somebody_on_no_roster_is_written_down_and_entered(desk: Client, small: Race, aoki: User) -> None:
    """As an individual of the named club, past the line, once however often the form is sent; the trail tells."""
    page = desk.get(f"{LIST}add/", {"race": str(small.pk), "words": "Kamau"}).content.decode()
    assert f"{LIST}add/new?race={small.pk}&amp;words=Kamau" in page
    assert write_down(desk, small, printed="ケニア", contact_email="kamau@example.com").status_code == 302
    [entry] = Entry.objects.with_state().select_related("athlete__team")
    assert (entry.ticket, entry.state, entry.seed_time) == (None, "accepted", 82_000)
    assert (entry.athlete.full_name, entry.athlete.nationality) == ("Kamau Peter", "KEN")
    assert (entry.athlete.team.kind, entry.athlete.team.printed_name) == ("individual", "ケニア")
    assert not entry.athlete.team.memberships.exists()
    assert OutboxMail.objects.get().to == "kamau@example.com"
    again = write_down(desk, small, printed="ケニア")
    assert again.status_code == 422
    assert "申込済み" in again.content.decode()
    assert Athlete.objects.count() == Team.objects.count() == 1
    verbs = AuditRecord.objects.filter(actor=aoki).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["team.added", "athlete.added", "entry.invited"]


def test_somebody_who_enters_alone_is_not_taken_for_a_guest(desk: Client, small: Race, race: Race, baba: User) -> None:
    """The desk goes on with guests whom it wrote down itself, not with a team that its owner manages."""
    write_down(desk, small)
    assert write_down(desk, race).status_code == 302
    assert Team.objects.count() == 1
    Membership.objects.create(team=Team.objects.get(), user=baba)
    assert write_down(desk, small).status_code == 302
    assert Team.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"birth_date": "2010/2/30"}, "読み取れません"),
        ({"birth_date": "2015/2/3"}, "保護者"),
        ({"family_kana": "kamau!"}, "カタカナ"),
        ({"sex": ""}, "選んでください"),
        ({"seed_time": "14:61"}, "59まで"),
    ],
)
def test_a_written_down_athlete_follows_the_rules_of_the_roster(
    desk: Client, small: Race, typed: dict[str, str], said: str
) -> None:
    page = write_down(desk, small, **typed)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert 'value="カマウ"' in page.content.decode() or "kamau!" in page.content.decode()
    assert not Athlete.objects.exists()
    assert not Team.objects.exists()


def test_nobody_is_written_down_for_a_race_of_another_host(desk: Client, chuo: Tenant) -> None:
    theirs = race_of(open_meet(chuo, name="中央記録会"))
    page = write_down(desk, theirs)
    assert page.status_code == 422
    assert "中央記録会" not in page.content.decode()
    assert not Athlete.objects.exists()


def test_a_woman_is_not_written_down_for_a_race_of_men(desk: Client, race: Race) -> None:
    page = write_down(desk, race, sex="F")
    assert page.status_code == 422
    assert "申し込めるのは" in page.content.decode()
    assert not Team.objects.exists()


def test_an_athlete_is_written_down_on_the_roster_of_a_team_that_entered_here(
    desk: Client, four: list[Entry], small: Race, kita: Team, minami: Team
) -> None:
    """A team that has entered no meet of this host is not offered, and not taken."""
    page = desk.get(f"{LIST}add/new", {"race": str(small.pk), "words": "北大"}).content.decode()
    assert f'<option value="{kita.pk}">' in page
    assert f'<option value="{kita.pk}">' not in desk.get(f"{LIST}add/new", {"race": str(small.pk)}).content.decode()
    assert write_down(desk, small, "words=南", team=minami.pk).status_code == 422
    assert write_down(desk, small, "words=北大", team=kita.pk).status_code == 302
    assert Athlete.objects.get(family_name="Kamau").team == kita
