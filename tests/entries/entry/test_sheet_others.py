"""A valid POST with each id swapped for somebody else's: nothing of theirs is touched or told (requirement T2)."""

import pytest
from django.test import Client

from catalog.models import MasterProduct
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import athletes_of, open_meet, race_of
from tests.entries.entry.sheets import address, entries, posted, row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def stranger(minami: Team) -> Athlete:
    return athletes_of(minami, 1)[0]


def test_another_teams_athlete(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], stranger: Athlete
) -> None:
    Athlete.objects.filter(pk=stranger.pk).update(family_name="機密", given_name="太郎")
    swapped, unknown = (
        send(coach, meet, None, [row(runners[0], race), row(athlete, race)]) for athlete in (stranger.pk, 10**15)
    )
    assert (swapped.status_code, unknown.status_code) == (422, 422)
    assert "機密" not in swapped.content.decode()
    assert "このチームの名簿にいない選手です" in swapped.content.decode()
    assert entries() == []


def test_another_meets_race(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, chuo: Tenant, runners: list[Athlete]
) -> None:
    for tenant in (nittai, chuo):
        other = race_of(open_meet(tenant, "other"), "秘密の種目")
        answer = send(coach, meet, None, [row(runners[0], race), row(runners[1], other)])
        assert answer.status_code == 422
        assert "秘密の種目" not in answer.content.decode()
    assert entries() == []


def test_another_hosts_shoe(coach: Client, meet: Meet, race: Race, chuo: Tenant, runners: list[Athlete]) -> None:
    with tenant_scope(chuo.pk):
        shoe = MasterProduct.objects.create(tenant=chuo, brand="SECRET", reference="X1")
    answer = send(coach, meet, None, [row(runners[0], race, shoe=shoe.pk)])
    assert answer.status_code == 422
    assert "SECRET" not in answer.content.decode()
    assert entries() == []


def test_another_team(coach: Client, meet: Meet, race: Race, minami: Team, stranger: Athlete) -> None:
    for method in ("get", "post"):
        answer = getattr(coach, method)(address(meet), {"team": minami.pk})
        assert answer.status_code == 404
    assert send(coach, meet, minami, [row(stranger, race)]).status_code == 404
    assert coach.post(address(meet), posted(None, [row(stranger, race)]) | {"team": "x" * 50}).status_code == 404
    assert entries() == []


def test_another_hosts_meet_of_the_same_name(
    coach: Client, meet: Meet, race: Race, chuo: Tenant, runners: list[Athlete]
) -> None:
    theirs = open_meet(chuo, meet.slug)
    assert send(coach, theirs, None, [row(runners[0], race)]).status_code == 422
    assert entries() == []


def test_a_host_without_a_team_enters_nobody(
    client: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team, aoki: User, admin: User
) -> None:
    for user in (aoki, admin):
        client.force_login(user)
        assert send(client, meet, kita, [row(runners[0], race)]).status_code == 302
    assert entries() == []


def test_another_teams_key_is_another_key(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], minami: Team, stranger: Athlete, chiba: User
) -> None:
    first = send(coach, meet, None, [row(runners[0], race)])
    other = Client()
    other.force_login(chiba)
    second = send(other, meet, minami, [row(stranger, race)])
    assert second.status_code == 303
    assert second["Location"] != first["Location"]


def test_without_a_token_nothing_is_taken(meet: Meet, race: Race, runners: list[Athlete], baba: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(baba)
    assert send(browser, meet, None, [row(runners[0], race)]).status_code == 403
    assert browser.post(address(meet, "/draft"), b"{}", content_type="application/json").status_code == 403
    with across_tenants():
        assert not Entry.objects.exists()
