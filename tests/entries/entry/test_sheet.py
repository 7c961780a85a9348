"""The entry sheet: all rows or none, everything typed is kept, and it says what it took (contract 5)."""

import gzip
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import MasterProduct
from entries.entry.models import Entry, Source, Submission
from entries.entry.sheet.printing import athlete_options
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team, TeamKind
from tenants.models import Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import athletes_of, open_meet, race_of, team_of
from tests.entries.entry.sheets import address, entries, posted, row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


def submission() -> Submission:
    with across_tenants():
        return Submission.objects.select_related("team").get()


def test_one_submission_enters_twenty_athletes_in_two_races(coach: Client, meet: Meet, kita: Team) -> None:
    runners = athletes_of(kita, 20)
    five, ten = race_of(meet), race_of(meet, "男子10000m", distance_m=10_000)
    rows = [row(one, five) for one in runners] + [row(one, ten, "30'05\"32") for one in runners]
    response = send(coach, meet, kita, rows)
    assert response.status_code == 303
    assert response["Location"] == f"/orders/{submission().reference}/"
    assert len(entries()) == 40
    assert {time for _, race, time in entries() if race == ten.pk} == {180_532}


@pytest.mark.parametrize(
    "typed", ["14:05.32", "14.05.32", "14'05\"32", "14分05秒32", "１４：０５．３２", "140532", " 14:05.32 "]
)
def test_every_way_of_writing_a_time_is_read(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], typed: str
) -> None:
    assert send(coach, meet, None, [row(runners[0], race, typed, personal_best=typed)]).status_code == 303
    with across_tenants():
        assert Entry.objects.values_list("seed_time", "personal_best").get() == (84_532, 84_532)


def test_the_page_has_the_fields_of_the_contract(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    page = coach.get(address(meet)).content.decode()
    for name in (
        "submission_key",
        "csrfmiddlewaretoken",
        "rows-INITIAL_FORMS",
        "rows-MIN_NUM_FORMS",
        "rows-MAX_NUM_FORMS",
    ):
        assert f'name="{name}"' in page
    assert f'name="rows-TOTAL_FORMS" value="{len(runners) + 5}"' in page
    for number, athlete in enumerate(runners):
        assert re.search(rf'<input type="hidden" name="rows-{number}-athlete"[^>]* value="{athlete.pk}"', page)
        assert all(
            f'name="rows-{number}-{name}"' in page for name in ("race", "seed_time", "personal_best", "pacemaker")
        )
    assert re.search(rf'<option value="{race.pk}">[^<]*男子5000m', page)
    assert re.search(rf'<select name="rows-{len(runners)}-athlete"', page)


def test_each_page_has_a_key_of_its_own(coach: Client, meet: Meet, runners: list[Athlete]) -> None:
    keys = [
        re.search(r'name="submission_key" value="([^"]+)"', coach.get(address(meet)).content.decode()) for _ in "12"
    ]
    assert keys[0]
    assert keys[1]
    assert keys[0][1] != keys[1][1]


def test_rows_without_a_race_and_gaps_are_skipped(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    body = posted(None, [row(runners[0], ""), row(runners[1], race)])
    body |= {"rows-TOTAL_FORMS": 9, "rows-7-athlete": runners[2].pk, "rows-7-race": race.pk}
    assert coach.post(address(meet), body).status_code == 303
    assert [athlete for athlete, _, _ in entries()] == [runners[1].pk, runners[2].pk]


def test_rows_beyond_the_total_are_no_rows(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    body = posted(None, [row(one, race) for one in runners]) | {"rows-TOTAL_FORMS": 2}
    assert coach.post(address(meet), body).status_code == 303
    assert len(entries()) == 2


def test_one_wrong_row_takes_none_and_keeps_everything_typed(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    rows = [row(runners[0], race, "14.31.07"), row(runners[1], race, "約15分", personal_best="１５：００")]
    response = send(coach, meet, None, rows)
    page = response.content.decode()
    assert response.status_code == 422
    assert entries() == []
    for typed in ("14.31.07", "約15分", "１５：００", "key-1"):
        assert f'value="{typed}"' in page
    assert re.search(
        r'id="id_rows-1-seed_time"[^>]*aria-describedby="[^"]*id_rows-1-seed_time_error"[^>]*aria-invalid="true"', page
    )
    assert "タイムを読み取れません" in page[page.index('id="id_rows-1-seed_time_error"') :]
    assert 'href="#id_rows-1-seed_time"' in page
    assert page.count(f'<option value="{race.pk}" selected>') == 2


def test_the_rows_of_an_athlete_stay_together_when_the_page_comes_back(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    ten = race_of(meet, "男子10000m", distance_m=10_000)
    rows = [row(one, race) for one in runners] + [row(runners[0], ten, "x")]
    page = send(coach, meet, None, rows).content.decode()
    block = re.search(rf'<tbody class="athlete" data-athlete="{runners[0].pk}">.*?</tbody>', page, re.DOTALL)
    assert block is not None
    assert re.findall(r'<option value="(\d+)" selected>', block[0]) == [str(race.pk), str(ten.pk)]
    assert 'id="id_rows-1-seed_time_error"' in block[0]


def test_shape_and_rules_are_told_together(coach: Client, meet: Meet, runners: list[Athlete]) -> None:
    women = race_of(meet, "女子5000m", sex="F")
    page = send(coach, meet, None, [row(runners[0], women), row(runners[1], women, "?")]).content.decode()
    assert page.count("申し込めるのは女子の選手です") == 4  # each beside its field and in the summary
    assert "タイムを読み取れません" in page
    assert "タイムがなければ空欄にしてください" in page


def test_what_is_no_race_is_refused_and_kept(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    for wrong in ("abc", "-1", "9" * 30, "0", "１", "\x00"):
        response = send(coach, meet, None, [row(runners[0], wrong)])
        assert response.status_code == 422
        assert "この大会にない種目です" in response.content.decode()


def test_a_spare_row_without_athlete_is_refused_beside_it(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    page = send(coach, meet, None, [row("", race, "14:44.44")]).content.decode()
    assert "選手を選んでください。" in page
    assert 'value="14:44.44"' in page


def test_an_empty_sheet_is_refused(coach: Client, meet: Meet, runners: list[Athlete]) -> None:
    response = send(coach, meet, None, [row(runners[0], "")])
    assert response.status_code == 422
    assert "選手と種目を1つ以上" in response.content.decode()


@pytest.mark.parametrize("total", ["", "x", "-1", "99999999999", "1e3"])
def test_a_page_that_lost_its_bookkeeping_takes_nothing_and_keeps_all(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], total: str
) -> None:
    body = posted(None, [row(runners[0], race, "14:33.33")]) | {"rows-TOTAL_FORMS": total}
    response = coach.post(address(meet), body)
    assert response.status_code == 422
    assert entries() == []
    assert 'value="14:33.33"' in response.content.decode()


@pytest.mark.parametrize("key", ["", " ", "a" * 65, "鍵", "a\x00b"])
def test_without_a_usable_key_nothing_is_taken_and_a_fresh_one_is_given(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], key: str
) -> None:
    response = send(coach, meet, None, [row(runners[0], race)], key=key)
    fresh = re.search(r'name="submission_key" value="([^"]+)"', response.content.decode())
    assert response.status_code == 422
    assert fresh
    assert len(fresh[1]) >= 20
    assert entries() == []


def test_the_same_key_again_leads_to_the_first_receipt(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    first, second = (send(coach, meet, None, [row(runners[0], race)]) for _ in "12")
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert len(entries()) == 1


def test_the_same_key_leads_to_the_first_receipt_also_after_the_close(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    first = send(coach, meet, None, [row(runners[0], race)])
    close(meet)
    assert send(coach, meet, None, [row(runners[0], race)])["Location"] == first["Location"]


def test_the_same_key_with_another_body_says_where_the_first_receipt_is(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    first = send(coach, meet, None, [row(runners[0], race)])
    second = send(coach, meet, None, [row(runners[1], race, "14:55.55")])
    page = second.content.decode()
    assert second.status_code == 409
    assert first["Location"] in page
    assert 'value="14:55.55"' in page
    assert 'value="key-1"' not in page
    assert len(entries()) == 1


def close(meet: Meet) -> None:
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(
            entries_close_at=meet.clock if hasattr(meet, "clock") else meet.created_at
        )


def test_a_late_post_keeps_what_was_typed(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    close(meet)
    response = send(coach, meet, None, [row(runners[0], race, "14:12.12")])
    page = response.content.decode()
    assert response.status_code == 422
    assert "に締め切りました" in page
    assert 'value="14:12.12"' in page
    assert 'id="sheet-send"' not in page


def test_before_the_opening_the_sheet_can_be_prepared(coach: Client, nittai: Tenant, kita: Team, baba: User) -> None:
    meet = open_meet(nittai, "later")
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_open_at=meet.entries_close_at.replace(hour=0))
    race, runner = race_of(meet), athletes_of(kita, 1)[0]
    assert 'id="sheet-send"' in coach.get(address(meet)).content.decode()
    response = send(coach, meet, None, [row(runner, race)])
    assert response.status_code == 422
    assert "申込開始は" in response.content.decode()


def test_a_draft_meet_is_unknown(coach: Client, nittai: Tenant) -> None:
    assert coach.get(address(open_meet(nittai, "hidden", state=State.DRAFT))).status_code == 404


def test_who_has_no_team_is_led_to_make_one(client: Client, meet: Meet, aoki: User, endo: User, chiba: User) -> None:
    for user in (aoki, endo, chiba):
        client.force_login(user)
        assert client.get(address(meet))["Location"].startswith("/teams/new?next=")


def test_who_is_not_signed_in_signs_in_first(client: Client, meet: Meet) -> None:
    assert client.get(address(meet))["Location"].startswith("/auth/login?next=")


def test_of_several_teams_one_is_chosen(coach: Client, meet: Meet, race: Race, baba: User, kita: Team) -> None:
    other = team_of(baba, "一部クラブ")
    runner = athletes_of(other, 1)[0]
    assert f'data-athlete="{runner.pk}"' in coach.get(f"{address(meet)}?team={other.pk}").content.decode()
    assert send(coach, meet, other, [row(runner, race)]).status_code == 303
    assert submission().team == other


def test_only_races_of_the_athletes_sex_are_offered(coach: Client, meet: Meet, race: Race, kita: Team) -> None:
    woman = athletes_of(kita, 1, sex="F")[0]
    mixed, women = race_of(meet, "オープン3000m", sex="X"), race_of(meet, "女子5000m", sex="F")
    page = coach.get(address(meet)).content.decode()
    block = re.search(rf'data-athlete="{woman.pk}">.*?</tbody>', page, re.DOTALL)
    assert block is not None
    assert {int(pk) for pk in re.findall(r'<option value="(\d+)"', block[0])} == {mixed.pk, women.pk}


def test_what_is_entered_already_is_shown_beside_the_athlete(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    receipt = send(coach, meet, None, [row(runners[0], race)])["Location"]
    page = coach.get(address(meet)).content.decode()
    assert (
        receipt in page[page.index(f'data-athlete="{runners[0].pk}"') : page.index(f'data-athlete="{runners[1].pk}"')]
    )


def test_the_last_meet_fills_the_sheet_but_enters_nobody(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, chuo: Tenant, runners: list[Athlete]
) -> None:
    other = open_meet(chuo, "spring")
    there = race_of(other, "5000m 男子")
    assert send(coach, other, None, [row(runners[0], there, "14:01.23"), row(runners[1], there, "")]).status_code == 303
    page = coach.get(f"{address(meet)}?from=last").content.decode()
    assert page.count(f'<option value="{race.pk}" selected>') == 2
    assert 'value="14:01.23"' in page
    assert len(entries()) == 2


def test_two_rows_for_each_athlete_can_be_asked_for(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    assert 'name="rows-TOTAL_FORMS" value="15"' in coach.get(f"{address(meet)}?rows=2").content.decode()
    assert 'name="rows-TOTAL_FORMS" value="20"' in coach.get(f"{address(meet)}?rows=999").content.decode()


def test_shoes_are_asked_for_when_the_host_has_some(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, runners: list[Athlete]
) -> None:
    assert 'name="rows-0-shoe"' not in coach.get(address(meet)).content.decode()
    with tenant_scope(nittai.pk):
        shoe = MasterProduct.objects.create(
            tenant=nittai, brand="ASICS", reference="REF001", name="スパイク", category="shoe"
        )
    page = coach.get(address(meet)).content.decode()
    assert 'name="rows-0-shoe"' in page
    assert "REF001" not in page
    assert send(coach, meet, None, [row(runners[0], race, shoe=shoe.pk, pacemaker="on")]).status_code == 303
    with across_tenants():
        entry = Entry.objects.get()
    assert (entry.shoe_id, entry.shoe_declared, entry.pacemaker) == (shoe.pk, "ASICS REF001 スパイク", True)


def test_fields_that_are_none_of_the_sheets_change_nothing(
    coach: Client, meet: Meet, chuo: Tenant, runners: list[Athlete]
) -> None:
    """Requirement T9: mass assignment."""
    race = race_of(meet, places=1, waiting_places=None)
    names = {field.name for model in (Entry, Submission, Meet, Race) for field in model._meta.get_fields()}
    extra = dict.fromkeys((names | {"fee", "is_staff", "paid"}) - {"team"}, "7")
    rows = [
        row(runners[1], race),
        row(
            runners[0],
            race,
            **dict.fromkeys(names - {"athlete", "race", "shoe"} - {"seed_time", "personal_best", "pacemaker"}, "7"),
        ),
    ]
    assert coach.post(address(meet), {**extra, **posted(None, rows)}).status_code == 303
    with across_tenants():
        stored: Any = Entry.objects.with_state().order_by("ticket")
        taken = list(stored.values_list("ticket", "fee", "state", "withdrawn_at"))
        submission = Submission.objects.get()
    assert taken == [(1, 1000, "accepted", None), (2, 1000, "waitlisted", None)]
    assert (submission.source, submission.tenant_id, submission.meet_id) == (Source.SHEET, meet.tenant_id, meet.pk)


def queries_of_a_post(client: Client, meet: Meet, team: Team, rows: list[dict[str, object]], key: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert send(client, meet, team, rows, key=key).status_code == 303
    return len([query for query in caught if not re.match(r"BEGIN|COMMIT|SAVEPOINT|RELEASE", query["sql"])])


def test_a_submission_costs_the_same_queries_for_any_number_of_rows(
    coach: Client, meet: Meet, race: Race, kita: Team
) -> None:
    runners = athletes_of(kita, 21)
    one = queries_of_a_post(coach, meet, kita, [row(runners[0], race)], "one")
    twenty = queries_of_a_post(coach, meet, kita, [row(runner, race) for runner in runners[1:]], "twenty")
    assert one == twenty
    if connection.vendor == "postgresql":
        assert twenty <= 5


def test_the_page_costs_the_same_queries_for_any_number_of_athletes(
    coach: Client, meet: Meet, race: Race, kita: Team
) -> None:
    counts = []
    for more in (1, 29):
        runners = athletes_of(kita, more)
        send(coach, meet, None, [row(runner, race) for runner in runners], key=f"key-{more}")
        with CaptureQueriesContext(connection) as caught:
            assert coach.get(address(meet)).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 9


def test_a_page_of_thousands_of_rows_is_read_when_few_are_filled(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    body = posted(None, [row(runners[0], race)]) | {"rows-TOTAL_FORMS": 2_005}
    body |= {"rows-2004-athlete": runners[1].pk, "rows-2004-race": race.pk}
    assert coach.post(address(meet), body).status_code == 303
    assert [athlete for athlete, _, _ in entries()] == [runners[0].pk, runners[1].pk]
    assert (
        coach.post(
            address(meet), posted(None, [row(runners[2], race)], key="k2") | {"rows-TOTAL_FORMS": 5_001}
        ).status_code
        == 422
    )


def test_a_team_without_athletes_is_led_to_its_roster(coach: Client, meet: Meet, kita: Team) -> None:
    page = coach.get(address(meet)).content.decode()
    assert f"/teams/{kita.pk}/athletes/new" in page
    assert 'id="sheet-send"' not in page


def test_a_blank_time_is_asked_about_once_by_the_pages_button_and_by_nothing_else(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    """A program that posts a blank time presses no button, and is taken at once (contract 5)."""
    asked = send(coach, meet, None, [row(runners[0], race, ""), row(runners[1], race)], ask_no_time="1")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "申告タイムが空欄の申込が1件あります" in page
    assert 'name="ask_no_time"' not in page
    assert entries() == []
    assert send(coach, meet, None, [row(runners[0], race, ""), row(runners[1], race)]).status_code == 303
    assert send(coach, meet, None, [row(runners[2], race)], key="2", ask_no_time="1").status_code == 303
    assert 'name="ask_no_time"' in coach.get(address(meet)).content.decode()


def test_the_sheet_opens_with_six_queries_and_a_large_one_is_small_on_the_wire(
    coach: Client, meet: Meet, race: Race, kita: Team
) -> None:
    athletes_of(kita, 15)
    coach.get(address(meet))
    with CaptureQueriesContext(connection) as caught:
        page = coach.get(address(meet)).content.decode()
    assert page.count('class="athlete"') >= 15
    assert len(caught) <= 6
    athletes_of(kita, 2_000 - kita.athletes.count())
    answer = coach.get(address(meet), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) <= 400_000
    assert gzip.decompress(answer.content).count(b'class="athlete"') == 2_000


def test_who_enters_alone_gets_a_form_of_one_athlete_with_the_races_they_may_enter(
    client: Client, meet: Meet, race: Race, chiba: User
) -> None:
    race_of(meet, "女子3000m", sex="F")
    alone = team_of(chiba, "千葉 花", TeamKind.INDIVIDUAL)
    [me] = athletes_of(alone, 1)
    client.force_login(chiba)
    page = client.get(address(meet)).content.decode()
    assert "page--one" in page
    assert page.count('type="hidden" name="rows-') >= 3
    block = page.split(f'data-athlete="{me.pk}"')[1].split("</tbody>")[0]
    assert block.count("男子5000m") == 1
    assert "女子3000m" not in block
    assert "Excel・CSVで申し込む" not in page
    assert send(client, meet, alone, [row(me, race)]).status_code == 303
    athletes_of(alone, 1)
    assert "page--one" not in client.get(address(meet)).content.decode()


@pytest.mark.parametrize(("limit", "lines"), [(None, [3, 3]), (2, [2, 1]), (1, [1, 1])])
def test_who_enters_alone_gets_as_many_lines_as_races_they_may_still_choose(
    client: Client, meet: Meet, chiba: User, limit: int | None, lines: list[int]
) -> None:
    races = [race_of(meet, f"男子{distance}m") for distance in (800, 1500, 3000, 5000)]
    Meet._base_manager.filter(pk=meet.pk).update(races_per_athlete=limit)
    alone = team_of(chiba, "千葉 花", TeamKind.INDIVIDUAL)
    [me] = athletes_of(alone, 1)
    client.force_login(chiba)
    shown = []
    for _ in lines:
        page = client.get(address(meet)).content.decode()
        shown.append(page.split(f'data-athlete="{me.pk}"')[1].split("</tbody>")[0].count("data-row="))
        send(client, meet, alone, [row(me, races[0])])
    assert shown == lines


def test_who_enters_alone_is_called_as_the_reader_reads(client: Client, meet: Meet, race: Race, chiba: User) -> None:
    athletes_of(team_of(chiba, "鈴木 一郎", TeamKind.INDIVIDUAL), 1)
    client.force_login(chiba)
    assert "<h1>Entries of Ichiro SUZUKI</h1>" in client.get(address(meet), {"lang": "en"}).content.decode()


def test_the_choice_of_athlete_names_everyone_safely_and_keeps_what_is_no_longer_there() -> None:
    athletes = [Athlete(pk=number, family_name=name) for number, name in ((7, "<b>山田"), (8, "林"))]
    here, lost = athlete_options(athletes, "7"), athlete_options(athletes, "9")
    assert '<option value="7" selected>&lt;b&gt;山田</option>' in here
    assert '<option value="8">林</option>' in here
    assert here.count("selected") == 1
    assert '<option value="9" selected>' in lost
    assert lost.count("selected") == 1
    assert "selected" not in athlete_options(athletes, "")
