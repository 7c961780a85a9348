"""A messy workbook: its roster through one door, its entries through the other, and nothing lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entries.entry.upload import views
from entries.entry.upload.preview import preview_of
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, User
from tests.conftest import race_of
from tests.entries.entry.sheets import address, entries
from tests.messy import ENTERED, RACES, RUNNERS, messy_workbook, time_of
from tests.pageform import form_on

pytestmark = pytest.mark.django_db


def test_twenty_athletes_are_in_two_races(client: Client, meet: Meet, baba: User, kita: Team) -> None:
    client.force_login(baba)
    races = [race_of(meet, name, distance_m=metres) for name, metres in zip(RACES, (5_000, 10_000), strict=True)]
    door = f"/teams/{kita.pk}/athletes/import"
    there = client.post(door, {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})["Location"]
    page = client.get(there).content.decode()
    assert (
        f"{RUNNERS}行 = 取り込めない行 0 + 新規 {RUNNERS} + 変更 0 + 変更なし 0。ほかに表題 2行、見出し 1行。" in page
    )
    client.post(there)
    team = list(Athlete.objects.order_by("jaaf_id"))
    assert [athlete.jaaf_id for athlete in team] == [f"000{12_345_600 + number}" for number in range(RUNNERS)]
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    page = client.get(there).content.decode()
    assert f"{ENTERED + 2}行 = 要修正 2 + 申し込めます {ENTERED} + 変更なし 0。ほかに表題 1行、見出し 1行。" in page
    assert page.count("同じ選手が同じ種目に2回入力されています") == 2
    client.post(there)
    assert set(entries()) == {
        (athlete.pk, race.pk, time_of(race.name, number)) for race in races for number, athlete in enumerate(team)
    }


def test_the_roster_comes_with_the_entries_when_it_is_in_the_same_workbook(
    client: Client, meet: Meet, baba: User, kita: Team
) -> None:
    client.force_login(baba)
    for name, metres in zip(RACES, (5_000, 10_000), strict=True):
        race_of(meet, name, distance_m=metres)
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    page = client.get(there).content.decode()
    assert f"名簿のシートから{RUNNERS}名加えて申し込みます" in page
    assert f"{ENTERED}件を申し込む" in page
    assert not Athlete.objects.exists(), "nothing is written before it is confirmed"
    client.post(there, {"mend": "1", "mend-44-race": "マラソン"})
    assert client.post(there)["Location"].startswith("/orders/")
    assert (Athlete.objects.filter(team=kita).count(), len(entries())) == (RUNNERS, ENTERED)
    again = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    page = client.get(again).content.decode()
    assert "名加えて申し込みます" not in page
    assert f"変更なし {ENTERED}。" in page


def test_a_roster_that_changed_meanwhile_enters_nobody(client: Client, meet: Meet, baba: User, kita: Team) -> None:
    client.force_login(baba)
    race_of(meet, RACES[0])
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    body = "氏名,フリガナ,性別,生年月日,JAAF ID\n他 人,タ ニン,男,2004/1/1,00012345600\n"
    roster = client.post(f"/teams/{kita.pk}/athletes/import", {"file": SimpleUploadedFile("a.csv", body.encode())})[
        "Location"
    ]
    client.post(roster)
    answer = client.post(there)
    assert answer.status_code == 422
    assert "名簿が変わりました" in answer.content.decode()
    assert (Athlete.objects.count(), entries()) == (1, [])


def test_entries_that_are_refused_leave_the_roster_as_it_was(
    client: Client, meet: Meet, baba: User, kita: Team
) -> None:
    client.force_login(baba)
    for name, metres in zip(RACES, (5_000, 10_000), strict=True):
        race_of(meet, name, distance_m=metres)
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    closes = meet.entries_close_at
    Meet._base_manager.filter(pk=meet.pk).update(entries_close_at=meet.entries_open_at + timedelta(hours=1))
    answer = client.post(there)
    assert answer.status_code == 422
    assert f"名簿のシートから{RUNNERS}名加えて申し込みます" in answer.content.decode(), "the page is as it was"
    assert (Athlete.objects.count(), entries(), AuditRecord.objects.filter(verb="athlete.added").count()) == (0, [], 0)
    Meet._base_manager.filter(pk=meet.pk).update(entries_close_at=closes)
    assert client.post(there)["Location"].startswith("/orders/")
    assert (Athlete.objects.filter(team=kita).count(), len(entries())) == (RUNNERS, ENTERED)
    assert client.post(there)["Location"].startswith("/orders/"), "pressed twice, entered once"
    assert (Athlete.objects.filter(team=kita).count(), len(entries())) == (RUNNERS, ENTERED)


def test_a_race_that_filled_up_meanwhile_names_its_rows_and_leaves_the_roster(
    client: Client, meet: Meet, baba: User, kita: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(baba)
    races = [race_of(meet, name, distance_m=metres) for name, metres in zip(RACES, (5_000, 10_000), strict=True)]
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    read, reads = preview_of, []

    def then_it_fills_up(*args: Any, **options: Any) -> Any:
        shown = read(*args, **options)
        reads.append(shown)
        if len(reads) == 2:  # the one by which the entries are sent
            Race._base_manager.filter(pk=races[0].pk).update(places=0, line=0, waiting_places=0)
        return shown

    monkeypatch.setattr(views, "preview_of", then_it_fills_up)
    answer = client.post(there)
    assert answer.status_code == 422
    assert "定員に達" in answer.content.decode()
    assert (Athlete.objects.count(), entries()) == (0, [])


def test_what_changed_while_the_page_was_looked_at_is_shown_before_anybody_is_entered(
    client: Client, meet: Meet, baba: User, kita: Team
) -> None:
    client.force_login(baba)
    races = [race_of(meet, name, distance_m=metres) for name, metres in zip(RACES, (5_000, 10_000), strict=True)]
    there = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("messy.xlsx", messy_workbook())})[
        "Location"
    ]
    seen = form_on(client.get(there), "seen")["seen"]
    assert seen == str(ENTERED)
    Race._base_manager.filter(pk=races[0].pk).update(places=0, line=0, waiting_places=0)
    answer = client.post(there, {"seen": seen})
    left = ENTERED - RUNNERS
    assert answer.status_code == 422
    assert f"申し込める行が{ENTERED}件から{left}件に変わりました" in answer.content.decode()
    assert (Athlete.objects.count(), entries()) == (0, [])
    assert client.post(there, {"seen": form_on(answer, "seen")["seen"]})["Location"].startswith("/orders/")
    assert len(entries()) == left
