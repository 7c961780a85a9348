"""An athlete of another nationality may have one name only."""

from datetime import date

import pytest
from django.test import Client

from entries.roster.athlete_fields import check_whole
from entries.roster.models import Athlete, Team
from entries.roster.person import of_athlete
from tenants.models import User
from tests.entries.roster.test_import import counts, csv_of, preview, reasons

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 30)
ONE = {
    "family_name": "スカルノ",
    "family_kana": "スカルノ",
    "sex": "M",
    "birth_date": date(2004, 4, 2),
    "nationality": "IDN",
}


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({}, set()), ({"nationality": "JPN"}, {"given_name", "given_kana"}), ({"nationality": ""}, {"given_name", "given_kana"}),
        ({"given_name": "アフマド"}, {"given_kana"}), ({"given_kana": "アフマド"}, {"given_name"}),
        ({"given_name": "アフマド", "given_kana": "アフマド"}, set()), ({"family_name": ""}, {"family_name"}),
    ],
)  # fmt: skip
def test_who_may_have_one(more: dict[str, str], wrong: set[str]) -> None:
    assert set(check_whole({**ONE, **more}, today=TODAY)) == wrong


def test_the_form_takes_one_and_every_list_shows_it(client: Client, kita: Team, baba: User) -> None:
    client.force_login(baba)
    typed = {**ONE, "birth_date": "2004/4/2", "family_romaji": "", "given_name": "", "given_kana": ""}
    page = client.post(f"/teams/{kita.pk}/athletes/new", typed, follow=True).content.decode()
    assert "スカルノさんを名簿に登録しました" in page
    athlete = Athlete.objects.get()
    assert (athlete.full_name, athlete.full_kana, athlete.full_romaji) == ("スカルノ", "スカルノ", "SUKARUNO")
    assert athlete.search_key
    again = client.post(f"/teams/{kita.pk}/athletes/new", {**typed, "nationality": "JPN"})
    assert again.status_code == 422
    assert "国籍を入力すると空欄にできます" in again.content.decode()


def test_a_file_takes_one_in_one_column_or_two(client: Client, kita: Team, baba: User) -> None:
    client.force_login(baba)
    header = ["氏名", "フリガナ", "性別", "生年月日", "国籍"]
    people = [["スカルノ", "スカルノ", "男", "2004/4/2", "IDN"], ["鈴木一郎", "スズキイチロウ", "男", "2004/4/3", "JPN"],
              ["鈴木二郎", "スズキジロウ", "男", "2004/4/4", ""]]  # fmt: skip
    row = preview(client, f"/teams/{kita.pk}/athletes/import", csv_of(*people, header=header))
    assert counts(row) == (1, 0, 0, 2)
    assert {each[2] for each in reasons(row)} == {"athlete_name_together"}
    header = ["姓", "名", "姓フリガナ", "名フリガナ", "性別", "生年月日", "国籍"]
    row = preview(
        client,
        f"/teams/{kita.pk}/athletes/import",
        csv_of(["スカルノ", "", "スカルノ", "", "男", "2004/4/2", "IDN"], header=header),
    )
    assert counts(row) == (1, 0, 0, 0)


def test_lines_about_somebody_with_one_name_are_found_when_they_are_erased(kita: Team) -> None:
    athlete = Athlete.objects.create(team=kita, **ONE)
    person = of_athlete(athlete)
    assert ("スカルノ",) in person.names
    assert person.is_line({"氏名": "スカルノ"})
    assert person.phrases == ()
