"""What a coach, or an athlete who enters alone, may do about one athlete's personal data."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from entries.entry.models import Entry
from entries.meet.models import Race
from entries.roster.models import Athlete, Team, TeamKind
from tenants.models import AuditRecord, User
from tenants.scope import across_tenants
from tests.conftest import PASSWORD, team_of
from tests.entries.archive.canaries import Child, child_of, found
from tests.entries.archive.reading import sums_hold, unpacked
from tests.visitor import client_of

pytestmark = pytest.mark.django_db
NAME = "早乙女丸 鶴之助"


@pytest.fixture
def child(kita: Team, baba: User, race: Race, now: datetime) -> Child:
    return child_of(kita, baba, race, now)


def address(child: Child, more: str = "") -> str:
    return f"/teams/{child.athlete.team_id}/athletes/{child.athlete.pk}/privacy{more}"


def erase(child: Child, user: User, **typed: str) -> Any:
    values = {"name": NAME, "password": PASSWORD, "withdraw": "on", "why": "本人の依頼", **typed}
    return client_of(user).post(address(child, "/erase"), {name: text for name, text in values.items() if text})


def test_the_page_says_what_is_stored_and_where_the_athlete_is_entered(
    child: Child, baba: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(baba)
    with django_assert_max_num_queries(6):
        page = client.get(address(child)).content.decode()
    assert "第326回長距離競技会 に申込があります" in page
    assert f"/teams/{child.athlete.team_id}/athletes/{child.athlete.pk}/privacy" in (
        client.get(f"/teams/{child.athlete.team_id}/athletes/{child.athlete.pk}/edit").content.decode()
    )


def test_a_coach_takes_a_copy_and_the_trail_knows(child: Child, baba: User, tmp_path: Path) -> None:
    answer = client_of(baba).post(address(child, "/export"))
    assert answer["Content-Disposition"] == f'attachment; filename="athlete-{child.athlete.pk}.zip"'
    assert "no-store" in answer["Cache-Control"]
    folder = unpacked(answer.content, tmp_path)
    assert sums_hold(folder)
    assert json.loads((folder / "data.json").read_text())["athlete"][0]["jaaf_id"] == "90817263545"
    row = AuditRecord.objects.get(verb="athlete.exported")
    assert (row.actor, row.after["athlete"]) == (baba, 1)


def test_a_coach_erases_an_athlete(child: Child, baba: User) -> None:
    answer = erase(child, baba)
    assert (answer.status_code, answer["Location"]) == (303, f"/teams/{child.athlete.team_id}/athletes/")
    assert found() == []
    client = client_of(baba)
    assert client.get(address(child)).status_code == 404
    assert client.get(f"/teams/{child.athlete.team_id}/athletes/{child.athlete.pk}/edit").status_code == 404
    assert "削除済み" not in client.get(f"/teams/{child.athlete.team_id}/athletes/?show=left").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "早乙女丸"}, "名前が一致しません"),
        ({"name": ""}, "入力してください"),
        ({"name": "x\x00"}, 'class="error"'),
        ({"password": "wrong"}, "パスワードが正しくありません"),
        ({"password": ""}, "入力してください"),
        ({"withdraw": ""}, "申込があります"),
        ({"why": "x" * 301}, "300"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_erased(
    child: Child, baba: User, typed: dict[str, str], said: str
) -> None:
    answer = erase(child, baba, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert PASSWORD not in page
    assert "why" in typed or "本人の依頼" in page
    child.athlete.refresh_from_db()
    assert child.athlete.erased_at is None
    with across_tenants():
        assert Entry.objects.live().count() == 1


def test_spaces_in_the_typed_name_do_not_matter(child: Child, baba: User) -> None:
    assert erase(child, baba, name="早乙女丸　鶴之助").status_code == 303


def test_guessing_the_password_is_limited(child: Child, baba: User) -> None:
    codes = [erase(child, baba, password="wrong").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_one_who_enters_alone_erases_everything_and_is_signed_out(
    make_user: Callable[..., User], race: Race, now: datetime
) -> None:
    me = make_user("tsuru@canary.example", name=NAME, phone="080-9999-1234")
    child = child_of(team_of(me, NAME, TeamKind.INDIVIDUAL), me, race, now)
    client = client_of(me)
    assert "あなたのアカウントも消え" in client.get(address(child)).content.decode()
    answer = client.post(address(child, "/erase"), {"name": NAME, "password": PASSWORD, "withdraw": "on"})
    assert "削除しました" in answer.content.decode()
    assert found() == []
    assert client.get("/teams/").status_code == 302


def test_another_teams_athlete_is_unknown(child: Child, chiba: User, minami: Team, baba: User) -> None:
    mine = Child(child.athlete, child.race, child.meet, child.sheet)
    for more, method in (("", "get"), ("/export", "post"), ("/erase", "post")):
        assert getattr(client_of(chiba), method)(address(mine, more)).status_code == 404
    Athlete.objects.filter(pk=child.athlete.pk).update(team=minami)
    assert client_of(baba).get(address(mine)).status_code == 404
