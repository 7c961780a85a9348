"""Who asks for the last place of a roster, or for the last team of an account, at the same instant: one gets it. Real
requests, several processes, a real PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from entries.roster import actions
from entries.roster.importing import actions as import_actions
from entries.roster.importing.columns import ROSTER_TITLES
from entries.roster.models import Athlete, Membership, Team
from tenants.models import User
from tests.conftest import athletes_of, team_of
from tests.rush import CSRF, Reply, cookies, post_all, request, session_of
from tests.site import Site
from tests.tables import grid_of_rows
from tests.waiting import until_somebody_waits

AT_ONCE = 6
HEADER = ["姓", "名", "姓フリガナ", "名フリガナ", "性別", "生年月日"]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(workers=3) as running:
        yield running


@pytest.fixture
def nearly_full(kita: Team) -> Team:
    athletes_of(kita, settings.MAX_ATHLETES_PER_TEAM - 1)
    return kita


@pytest.fixture
def nearly_all(baba: User) -> User:
    for number in range(settings.MAX_TEAMS_PER_USER - 1):
        team_of(baba, f"クラブ{number}")
    return baba


def post(user: User, path: str, **fields: str) -> bytes:
    return request(path, cookies(session_of(user)), urlencode({"csrfmiddlewaretoken": CSRF, **fields}))


def athlete_form(team: Team, by: User, number: int) -> bytes:
    names = {
        "family_name": f"佐藤{number}",
        "given_name": "花",
        "family_kana": "サトウ",
        "given_kana": f"ハナ{'ア' * number}",
    }
    return post(by, f"/teams/{team.pk}/athletes/new", **names, sex="F", birth_date="2004/4/2", nationality="JPN")


def roster_file(team: Team, by: User, number: int) -> bytes:
    """The confirmation of a file with one athlete, whose preview is made already."""
    grid = grid_of_rows(ROSTER_TITLES, HEADER, [f"高橋{number}", "翔", "タカハシ", "ショウ", "男", "2004/4/2"])
    kept = import_actions.keep_upload(
        team, by=by, file_name="a.csv", grid=grid, at=timezone.now(), today=timezone.localdate()
    )
    return post(by, f"/teams/{team.pk}/athletes/import/{kept.pk}/")


def back_on(team: Team, by: User) -> bytes:
    """Somebody who has left, put back on the roster."""
    athlete = Athlete.objects.create(
        team=team, family_name="田中", given_name="実", sex="M", birth_date="2003-01-01", left_at=timezone.now()
    )
    return post(by, f"/teams/{team.pk}/athletes/{athlete.pk}/return")


def invitation(user: User, by: User, at: datetime, number: int) -> bytes:
    token = actions.invite(team_of(by, f"招待{number}"), email=user.email, by=by, at=at).token
    return post(user, f"/teams/join?token={token}")


def new_team(user: User, number: int) -> bytes:
    fields = {"kind": "club", "name": f"新{number}", "name_kana": "シン", "prefecture": "13", "contact_name": "馬場"}
    return post(user, "/teams/new", **fields, contact_email=user.email)


def active(team: Team) -> int:
    return team.athletes.active().count()


def answers(site: Site, requests: list[bytes]) -> Counter[int]:
    replies: list[Reply] = post_all(site.port, requests)
    return Counter(reply.status for reply in replies)


def test_the_last_place_of_a_roster_is_given_once(site: Site, nearly_full: Team, baba: User) -> None:
    team = nearly_full
    forms = [athlete_form(team, baba, number) for number in range(AT_ONCE)]
    files = [roster_file(team, baba, number) for number in range(AT_ONCE)]
    found = answers(site, [*forms, *files, back_on(team, baba)])
    assert set(found) <= {302, 303, 422}
    assert active(team) == settings.MAX_ATHLETES_PER_TEAM
    assert found[422] >= AT_ONCE - 1


def test_the_last_team_of_an_account_is_given_once(site: Site, nearly_all: User, chiba: User, now: datetime) -> None:
    user = nearly_all
    joins = [invitation(user, chiba, now, number) for number in range(AT_ONCE)]
    forms = [new_team(user, number) for number in range(AT_ONCE)]
    found = answers(site, [*joins, *forms])
    assert sum(found[status] for status in (302, 303)) == 1
    assert set(found) <= {302, 303, 403, 422}
    assert Membership.objects.filter(user=user).count() == settings.MAX_TEAMS_PER_USER


ROSTER_DOORS: dict[str, Callable[[Team, User], bytes]] = {
    "form": lambda team, by: athlete_form(team, by, 0),
    "file": lambda team, by: roster_file(team, by, 0),
    "return": back_on,
}


@pytest.mark.parametrize("door", [pytest.param(door, id=name) for name, door in ROSTER_DOORS.items()])
def test_each_door_of_a_roster_waits_for_who_is_about_to_fill_it(
    site: Site, nearly_full: Team, baba: User, door: Callable[[Team, User], bytes]
) -> None:
    asked = door(nearly_full, baba)
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            actions.hold(nearly_full.pk)
            athletes_of(nearly_full, 1)
            under_way = pool.submit(post_all, site.port, [asked])
            until_somebody_waits()
        assert under_way.result()[0].status in (302, 303, 422)
    assert active(nearly_full) == settings.MAX_ATHLETES_PER_TEAM


@pytest.mark.parametrize("door", ["form", "invitation"])
def test_each_door_to_a_team_waits_for_who_is_about_to_give_the_account_its_last(
    site: Site, nearly_all: User, chiba: User, now: datetime, door: str
) -> None:
    user = nearly_all
    asked = new_team(user, 0) if door == "form" else invitation(user, chiba, now, 0)
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            actions.add_team(by=user, values=dict.fromkeys(actions.TEAM_FIELDS, "") | {"name": "二十"})
            under_way = pool.submit(post_all, site.port, [asked])
            until_somebody_waits()
        assert under_way.result()[0].status in (403, 422)
    assert Membership.objects.filter(user=user).count() == settings.MAX_TEAMS_PER_USER
