"""A roster and the teams of one account are bounded, at every door that adds to them."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from entries.roster import rules
from entries.roster.actions import invite
from entries.roster.models import Athlete, Membership, Team
from tenants.models import User
from tenants.refusal import Refused
from tests.conftest import athletes_of, team_of

pytestmark = pytest.mark.django_db
FULL = "1チームの名簿に登録できるのは5名以内です"
ATHLETE = {
    "family_name": "山田", "given_name": "太郎", "family_kana": "ヤマダ", "given_kana": "タロウ", "family_romaji": "Yamada",
    "given_romaji": "Taro", "sex": "M", "birth_date": "2004/4/2", "nationality": "JPN", "grade": "3",
}  # fmt: skip


@pytest.fixture
def coach(client: Client, baba: User, kita: Team, settings: Any) -> Client:
    settings.MAX_ATHLETES_PER_TEAM, settings.MAX_TEAMS_PER_USER = 5, 2
    client.force_login(baba)
    athletes_of(kita, 5)
    return client


def test_a_full_roster_takes_no_athlete_by_the_form(coach: Client, kita: Team) -> None:
    answer = coach.post(f"/teams/{kita.pk}/athletes/new", ATHLETE)
    assert answer.status_code == 422
    assert FULL in answer.content.decode()
    Athlete.objects.filter(pk=kita.athletes.first().pk).update(left_at="2027-01-01T00:00Z")  # type: ignore[union-attr]
    assert coach.post(f"/teams/{kita.pk}/athletes/new", ATHLETE).status_code in (302, 303)
    assert kita.athletes.active().count() == 5


def test_nor_one_that_is_put_back(coach: Client, kita: Team) -> None:
    [gone] = athletes_of(kita, 1)
    Athlete.objects.filter(pk=gone.pk).update(left_at="2027-01-01T00:00Z")
    page = coach.post(f"/teams/{kita.pk}/athletes/{gone.pk}/return", follow=True).content.decode()
    assert FULL in page
    assert kita.athletes.active().count() == 5


def test_nor_a_file(coach: Client, kita: Team) -> None:
    head = "姓,名,セイ,メイ,性別,生年月日"
    body = f"{head}\n山田,太郎,ヤマダ,タロウ,男,2004/4/2\n".encode("utf-8-sig")
    sent = coach.post(f"/teams/{kita.pk}/athletes/import", {"file": SimpleUploadedFile("roster.csv", body)})
    assert sent.status_code == 303, sent.content.decode()[:3000]
    page = coach.post(sent["Location"], {"confirm": "1"}, follow=True).content.decode()
    assert FULL in re.sub(r"<[^>]+>", "", page)
    assert kita.athletes.count() == 5


def test_an_account_manages_so_many_teams(coach: Client, baba: User, kita: Team, chiba: User, minami: Team) -> None:
    team_of(baba, "第二大学")
    with pytest.raises(Refused, match="too_many_teams"):
        rules.check_may_have_team(baba)
    values = {"kind": "university", "name": "第三大学", "name_kana": "ダイサン", "short_name": "第三", "contact_name": "馬場",
              "contact_email": baba.email, "contact_phone": "045-000-0000", "prefecture": "", "team_code": ""}  # fmt: skip
    answer = coach.post("/teams/new", values)
    assert answer.status_code == 422
    assert "管理できるのは2チーム以内です" in answer.content.decode()
    assert Membership.objects.filter(user=baba).count() == 2
    where = f"/teams/join?token={invite(minami, email=baba.email, by=chiba, at=timezone.now()).token}"
    answer = coach.post(where)
    assert answer.status_code == 403
    assert "管理できるのは2チーム以内です" in answer.content.decode()
    assert not minami.memberships.filter(user=baba).exists()


def test_the_bounds_are_those_that_are_written_down(settings: Any) -> None:
    assert (settings.MAX_ATHLETES_PER_TEAM, settings.MAX_TEAMS_PER_USER) == (2_000, 20)
