"""Expensive pages and files: two at once for a user, the third is told to wait."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from entries.entry.sheet import views
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.throttle.models import Throttle
from tenants.throttle.slots import AT_ONCE, AllTaken, slot
from tests.conftest import athletes_of
from tests.entries.entry.sheets import address

pytestmark = pytest.mark.django_db
WRONG = "氏名\tフリガナ\t性別\t生年月日\t種目\n誰か\t誰か\t？\t？\tない種目"


def test_the_third_at_once_is_refused_and_others_are_not_in_its_way(baba: User, chiba: User) -> None:
    with slot(baba.pk), slot(baba.pk):
        with pytest.raises(AllTaken), slot(baba.pk):
            pass
        with slot(chiba.pk):
            assert Throttle.objects.count() == AT_ONCE + 1
    with slot(baba.pk), slot(baba.pk):
        assert Throttle.objects.count() == AT_ONCE
    assert Throttle.objects.count() == 0


def test_an_error_gives_the_slot_back(baba: User) -> None:
    for _ in range(AT_ONCE + 1):
        with pytest.raises(RuntimeError), slot(baba.pk):
            raise RuntimeError


def test_a_process_that_died_holds_its_slots_for_a_minute(baba: User) -> None:
    for n in range(AT_ONCE):
        Throttle.objects.create(key=f"slot:{baba.pk}:{n}", window_ends_at=timezone.now() + timedelta(seconds=5))
    with pytest.raises(AllTaken), slot(baba.pk):
        pass
    Throttle.objects.update(window_ends_at=timezone.now() - timedelta(seconds=1))
    with slot(baba.pk):
        assert Throttle.objects.filter(window_ends_at__gt=timezone.now()).count() == 1


def test_who_took_longer_gives_no_other_process_its_slot_back(baba: User) -> None:
    later = timezone.now() + timedelta(minutes=5)
    with slot(baba.pk):
        Throttle.objects.update(window_ends_at=later)  # it had ended, and somebody else took it
    assert Throttle.objects.get().window_ends_at == later


def test_the_third_export_template_or_large_sheet_says_so(
    client: Client,
    baba: User,
    kita: Team,
    meet: Meet,
    race: Race,
    runners: list[Athlete],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.force_login(baba)
    sheet, template = address(meet), address(meet, "/upload/template.xlsx")
    files = [f"/teams/{kita.pk}/athletes/export.{kind}" for kind in ("csv", "xlsx")]
    monkeypatch.setattr(views, "LARGE", 5)
    with slot(baba.pk), slot(baba.pk):
        assert client.get(sheet).status_code == 200
        athletes_of(kita, 1)
        for expensive in (sheet, template, *files):
            answer = client.get(expensive)
            assert (answer.status_code, answer["Retry-After"]) == (429, "5"), expensive
            assert "同時に2つまで開けます" in answer.content.decode()
    assert [client.get(expensive).status_code for expensive in (sheet, template, *files)] == [200] * 4


def test_nor_are_three_files_of_refused_rows_made_at_once(client: Client, baba: User, kita: Team, meet: Meet) -> None:
    client.force_login(baba)
    doors = {address(meet, "/upload"): "/refused.xlsx", f"/teams/{kita.pk}/athletes/import": "refused.xlsx"}
    files = [client.post(door, {"pasted": WRONG})["Location"].partition("?")[0] + file for door, file in doors.items()]
    with slot(baba.pk), slot(baba.pk):
        assert [client.get(file).status_code for file in files] == [429, 429]
    assert [client.get(file).status_code for file in files] == [200, 200]


def test_nor_three_files_of_the_desk(client: Client, aoki: User, meet: Meet) -> None:
    client.force_login(aoki)
    entries = f"/admin/entries/entry/export?meet={meet.pk}"
    files = [entries, f"{entries}&format=xlsx"]
    with slot(aoki.pk), slot(aoki.pk):
        assert [client.get(file).status_code for file in files] == [429, 429]
    assert [client.get(file).status_code for file in files] == [200, 200]
    assert Throttle.objects.count() == 0
