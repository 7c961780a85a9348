"""English pages call a race as its host does in English; a meet has a bounded number of races."""

import pytest
from django.test import Client

from entries.meet import rules
from entries.meet.models import Meet, Race
from tenants.models import User
from tests.conftest import race_of
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
