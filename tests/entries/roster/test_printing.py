"""A letter that will not stand on paper as it was typed is said at once, and never refused."""

import pytest
from django.test import Client

from entries.roster.importing import import_plan
from entries.roster.importing.import_plan import ImportRow
from entries.roster.models import Athlete, Team
from entries.roster.printing import BEYOND, unprinted
from tenants.models import User
from tests.conftest import athletes_of


@pytest.mark.parametrize(
    "name",
    [
        "髙橋",
        "𠮷田",
        "𣘺本",
        "渡邉",
        "神\ufa19",
        "葛\U000e0100城",
        "山﨑",
        "草彅",
        "O’Brien",
        "Özil",
        "Nguyễn",
        "佐々木",
        "ｱﾍﾞ",
    ],
)
def test_what_the_fonts_have_is_printed(name: str) -> None:
    assert unprinted(name) == ([], [])


def test_what_they_lack_is_a_box_and_another_variant_its_plain_form() -> None:
    assert unprinted("김\U0002a6d6金김") == (["김", "\U0002a6d6"], [])
    assert unprinted("田\U0001f600\ue000") == (["\U0001f600", "\ue000"], [])
    assert unprinted("渡邉\U000e0101太\U000e0102") == ([], ["邉", "太"])
    assert unprinted("\U000e0101") == ([], [])
    assert len([letter for letter in BEYOND if ord(letter) > 0x3000]) == 599


@pytest.mark.django_db
def test_the_form_saves_and_says_it(client: Client, kita: Team, baba: User) -> None:
    client.force_login(baba)
    typed = {
        "family_name": "渡邉\U000e0101", "given_name": "\U0002a6d6", "family_kana": "ワタナベ", "given_kana": "リュウ", "sex": "M",
        "birth_date": "2004/4/2", "nationality": "JPN",
    }  # fmt: skip
    page = client.post(f"/teams/{kita.pk}/athletes/new", typed, follow=True).content.decode()
    assert "「\U0002a6d6」は印刷できない文字です" in page
    assert "「邉」は、印刷では標準の字体になります" in page
    assert Athlete.objects.get().full_name == "渡邉\U000e0101 \U0002a6d6"


@pytest.mark.django_db
def test_the_import_says_it_beside_the_row(kita: Team) -> None:
    [runner] = athletes_of(kita, 1)
    values = {
        "family_name": "김", "given_name": "太郎", "family_kana": "キム", "given_kana": "タロウ", "sex": "M",
        "birth_date": runner.birth_date.replace(year=2003), "grade": "1",
    }  # fmt: skip
    [row] = import_plan.plan([ImportRow(2, values)], [runner], today=runner.created_at.date())
    assert row.state == import_plan.NEW
    assert row.warnings == [["family_name", "athlete_boxes", {"letters": "김"}]]
