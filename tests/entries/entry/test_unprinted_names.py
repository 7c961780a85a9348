"""A letter that will not stand on paper is said wherever a name is typed: by the same rule, in the same sentence."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.entries.entry.sheets import address
from tests.entries.roster.test_registration import ALONE, CONFIRM, TEAM, URL, token

pytestmark = pytest.mark.django_db
BOX = "\U0002a6d6"
SAID = f"「{BOX}」は印刷できない文字です。プログラムなどの紙面では□になります。"
PLAIN = "「邉」は、印刷では標準の字体になります。入力どおりに保存します。"
NAME = "渡邉\U000e0101"
RACE = "男子5000m"


def bodies(client: Client, typed: dict[str, str]) -> list[str]:
    """What is shown after a registration was typed, and before it is confirmed."""
    sent = client.post(URL, typed)
    assert sent.status_code == 200
    return [sent.content.decode(), client.get(CONFIRM, {"token": token()}).content.decode()]


def test_a_registration_alone_says_it_when_it_is_typed_and_when_it_is_confirmed(client: Client) -> None:
    for page in bodies(client, ALONE | {"family_name": NAME, "given_name": BOX}):
        assert SAID in page
        assert PLAIN in page
    client.post(CONFIRM, {"token": token()})
    assert Athlete.objects.get().family_name == NAME


def test_the_registration_of_a_team_says_it_of_both_its_names(client: Client) -> None:
    for page in bodies(client, TEAM | {"team_name": f"{BOX}大学", "short_name": NAME}):
        assert SAID in page
        assert PLAIN in page


def test_who_can_be_printed_hears_nothing(client: Client) -> None:
    for page in bodies(client, ALONE) + bodies(client, TEAM):
        assert "印刷" not in page


@pytest.mark.parametrize("door", ["/teams/new", "/teams/%s/edit"])
def test_a_teams_form_saves_and_says_it(client: Client, baba: User, kita: Team, door: str) -> None:
    client.force_login(baba)
    typed = {"kind": "university", "name": f"{BOX}大学", "short_name": NAME, "contact_name": "馬場"}
    page = client.post(door % kita.pk if "%" in door else door, typed, follow=True).content.decode()
    assert SAID in page
    assert PLAIN in page
    assert Team.objects.filter(name=f"{BOX}大学").exists()


def test_a_file_of_entries_says_it_of_those_who_come_with_it(
    client: Client, meet: Meet, race: Race, baba: User, kita: Team
) -> None:
    client.force_login(baba)
    book = Workbook()
    roster, sheet = book.worksheets[0], book.create_sheet("申込")
    for cells in (["氏名", "フリガナ", "性別", "生年月日"], [f"{BOX} 一", "タ ハジメ", "男", "2004/4/2"]):
        roster.append(cells)
    for cells in (["氏名", "種目", "タイム"], [f"{BOX} 一", race.name, "14:30"]):
        sheet.append(cells)
    out = io.BytesIO()
    book.active = 1
    book.move_sheet("申込", -1)
    book.save(out)
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("a.xlsx", out.getvalue())})["Location"]
    page = client.get(there).content.decode()
    assert "1名加えて申し込みます" in page
    assert SAID in page
    assert client.post(there)["Location"].startswith("/orders/")
    again = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("a.xlsx", out.getvalue())})["Location"]
    assert SAID not in client.get(again).content.decode(), "who is on the roster was looked at there"


def test_the_desks_new_athlete_is_saved_and_said(client: Client, aoki: User, race: Race) -> None:
    client.force_login(aoki)
    typed: dict[str, Any] = {
        "race": race.pk, "family_name": BOX, "given_name": "一", "family_kana": "タ", "given_kana": "ハジメ", "sex": race.sex or "M",
        "birth_date": "2004/4/2", "nationality": "JPN", "printed": NAME,
    }  # fmt: skip
    page = client.post("/admin/entries/entry/add/new", typed, follow=True).content.decode()
    assert Athlete.objects.get().family_name == BOX
    assert SAID in page
    assert PLAIN in page
