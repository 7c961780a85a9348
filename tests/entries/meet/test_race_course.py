"""Where a race is run, which decides what shoes may be worn: track unless somebody says otherwise."""

import pytest
from django.test import Client

from entries.meet.models import Meet, Race
from tenants.models import User
from tests.pageform import form_on


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def course(race: Race) -> str:
    return Race._base_manager.values_list("course", flat=True).get(pk=race.pk)


def test_a_race_is_on_the_track_at_first(race: Race) -> None:
    assert course(race) == "track"


def test_it_is_changed_on_the_races_page(desk: Client, race: Race) -> None:
    page = f"/admin/entries/race/{race.pk}/change/"
    values = form_on(desk.get(page), "name")
    assert values["course"] == "track"
    assert desk.post(page, values | {"course": "road"}).status_code == 302
    assert course(race) == "road"


def test_the_meets_table_leaves_it(desk: Client, meet: Meet, race: Race) -> None:
    Race._base_manager.filter(pk=race.pk).update(course="road")
    page = f"/admin/entries/meet/{meet.pk}/change/"
    values = form_on(desk.get(page), "name")
    assert desk.post(page, values | {"races-0-name": "5000m", "races-0-course": "cross"}).status_code == 302
    assert course(race) == "road"


def test_saying_nothing_leaves_it(desk: Client, race: Race) -> None:
    page = f"/admin/entries/race/{race.pk}/change/"
    values = form_on(desk.get(page), "name")
    Race._base_manager.filter(pk=race.pk).update(course="road")
    del values["course"], values["initial-course"]
    assert desk.post(page, values | {"name": "5000m"}).status_code == 302
    assert course(race) == "road"


def test_what_is_no_course_is_refused(desk: Client, race: Race) -> None:
    page = f"/admin/entries/race/{race.pk}/change/"
    values = form_on(desk.get(page), "name")
    assert desk.post(page, values | {"course": "sand"}).status_code == 422
