"""English pages call a race as its host does in English; a meet has a bounded number of races."""

from datetime import datetime
from io import BytesIO

import pytest
from django.test import Client
from django.utils.translation import override
from openpyxl import load_workbook

from entries.entry import entry_actions
from entries.entry.upload.race_names import RaceNames
from entries.meet import rules
from entries.meet.actions import set_paused
from entries.meet.models import Meet, Race
from entries.roster.models import Team
from tenants.models import AuditRecord, User
from tenants.scope import tenant_scope
from tests.conftest import athletes_of, race_of
from tests.pageform import form_on


@pytest.mark.parametrize(
    ("language", "shown", "hidden"), [("en", "Men 5000 m", "男子5000m"), ("ja", "男子5000m", "Men 5000 m")]
)
def test_a_race_bears_the_name_of_the_readers_language(
    client: Client, meet: Meet, language: str, shown: str, hidden: str
) -> None:
    race_of(meet, name_en="Men 5000 m")
    page = client.get("/meets/nittai/ld326/", {"lang": language}).content.decode()
    assert shown in page
    assert hidden not in page


def test_without_an_english_name_it_keeps_its_own(client: Client, race: Race) -> None:
    assert "男子5000m" in client.get("/meets/nittai/ld326/", {"lang": "en"}).content.decode()


def test_a_file_may_say_either_name(meet: Meet) -> None:
    race, other = race_of(meet, name_en="Men 5000 m"), race_of(meet, "女子5000m", name_en="Women 5000 m")
    names = RaceNames([race, other])
    assert [names.find(said, None) for said in ("男子5000m", "men 5000m", "Ｗｏｍｅｎ 5000 m")] == [race, race, other]


def test_the_workbook_of_entries_has_both_names_and_the_csv_keeps_its_columns(
    client: Client, aoki: User, meet: Meet, kita: Team, now: datetime
) -> None:
    race, [athlete] = race_of(meet, name_en="Men 5000 m"), athletes_of(kita, 1)
    with tenant_scope(meet.tenant_id):
        entry_actions.invite(race=race, athlete=athlete, seed_time=None, by=aoki, at=now, why="")
    client.force_login(aoki)
    page = f"/admin/entries/entry/export?meet={meet.pk}"
    sheet = load_workbook(BytesIO(client.get(f"{page}&format=xlsx").content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert [(row[0], row[-1]) for row in rows] == [("種目", "種目名（英語）"), ("男子5000m", "Men 5000 m")]
    plain = client.get(f"{page}&lang=en").content.decode("utf-8-sig")
    assert "男子5000m" in plain
    assert "Men 5000 m" not in plain


def test_the_english_name_is_typed_on_the_races_page(client: Client, aoki: User, race: Race) -> None:
    client.force_login(aoki)
    page = f"/admin/entries/race/{race.pk}/change/"
    client.post(page, form_on(client.get(page), "name") | {"name_en": "Men 5000 m"})
    assert Race._base_manager.get(pk=race.pk).name_en == "Men 5000 m"


def test_a_meet_has_a_bounded_number_of_races(
    client: Client, aoki: User, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(aoki)
    monkeypatch.setattr(rules, "MOST_RACES", 2)
    page = f"/admin/entries/race/add/?meet={meet.pk}"
    for number in range(3):
        typed = {"name": f"種目{number}", "distance_m": "800", "sex": "M", "waiting_kind": "none"}
        answer = client.post(page, form_on(client.get(page), "name") | typed)
        assert answer.status_code == (302 if number < 2 else 422)
    assert "1つの大会の種目は2以内です。" in answer.content.decode()
    assert Race._base_manager.count() == 2


def test_the_trail_keeps_the_hosts_own_name_whoever_changed_the_race(meet: Meet, aoki: User, now: datetime) -> None:
    race = race_of(meet, name_en="Men 5000 m")
    with tenant_scope(meet.tenant_id), override("en"):
        set_paused(race=race, paused=True, by=aoki, at=now)
    assert AuditRecord.objects.get(verb="race.paused").target_name == "男子5000m"
