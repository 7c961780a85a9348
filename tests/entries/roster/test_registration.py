"""Registering a team, or an athlete alone."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from entries.roster.models import Athlete, Membership, Team
from tenants.audit.models import AuditRecord
from tenants.models import User
from tenants.outbox.contents import write
from tenants.outbox.models import OutboxMail
from tenants.signin.models import OneTimeLink

URL = "/auth/register"
CONFIRM = "/auth/register/confirm"
PASSWORD = "Correct-Horse-12"
TEAM = {
    "kind": "university", "team_name": "北海道𠮷田大学", "team_kana": "ほっかいどうよしだだいがく", "short_name": "吉田大",
    "prefecture": "48", "name": "髙橋 﨑子", "email": "New@Example.com", "phone": "０９０−１２３４−５６７８".replace("−", "-"),
    "password": PASSWORD, "agree": "on",
}  # fmt: skip
ALONE = {
    "kind": "individual", "family_name": "神谷", "given_name": "羽", "family_kana": "ｶﾐﾔ", "given_kana": "つばさ",
    "family_romaji": "", "given_romaji": "", "sex": "F", "birth_date": "2004年4月2日", "nationality": "jpn",
    "registration_prefecture": "13", "email": "alone@example.com", "phone": "090-1234-5678", "password": PASSWORD,
    "agree": "on",
}  # fmt: skip
YEAR = timezone.localdate().year


def letter() -> Any:
    """The newest mail as the worker would write it."""
    row = OutboxMail.objects.latest("pk")
    with translation.override(row.language):
        return write(row.kind, row.context)


def token() -> str:
    return re.findall(r"/auth/register/confirm\?token=(\w+)", letter().body)[0]


def nothing_exists() -> bool:
    return not (User.objects.exists() or Team.objects.exists() or Athlete.objects.exists())


def test_a_team_exists_once_its_address_is_confirmed(client: Client, db: None) -> None:
    assert client.post(URL, TEAM).status_code == 200
    assert nothing_exists()
    link = token()
    page = client.get(CONFIRM, {"token": link}).content.decode()
    for shown in ("北海道𠮷田大学", "ホッカイドウヨシダダイガク", "髙橋 﨑子", "new@example.com", "大学"):
        assert shown in page
    assert nothing_exists()
    answer = client.post(CONFIRM, {"token": link})
    assert (answer.status_code, answer["Location"]) == (302, "/teams/")
    user, team = User.objects.get(), Team.objects.get()
    assert (user.email, user.name, user.role, user.tenant_id) == ("new@example.com", "髙橋 﨑子", "", None)
    assert user.check_password(PASSWORD)
    assert (team.name, team.name_kana, team.prefecture) == ("北海道𠮷田大学", "ホッカイドウヨシダダイガク", "48")
    assert (team.contact_name, team.contact_email, team.contact_phone) == (user.name, user.email, "090-1234-5678")
    assert Membership.objects.get().user_id == user.pk
    assert client.session["_auth_user_id"] == str(user.pk)
    verbs = ["account.registered", "team.added"]
    assert list(AuditRecord.objects.order_by("pk").values_list("verb", flat=True)) == verbs


def test_an_athlete_alone_is_a_team_of_one(client: Client, db: None) -> None:
    client.post(URL, ALONE)
    client.post(CONFIRM, {"token": token()})
    athlete = Athlete.objects.select_related("team").get()
    assert athlete.full_name == "神谷 羽"
    assert athlete.full_kana == "カミヤ ツバサ"
    assert (athlete.sex, athlete.birth_date, athlete.nationality) == ("F", date(2004, 4, 2), "JPN")
    assert (athlete.team.kind, athlete.team.name) == ("individual", "神谷 羽")
    assert athlete.team.printed_name == "東京陸協"
    assert athlete.full_romaji == "Tsubasa KAMIYA"
    assert User.objects.get().name == "神谷 羽"


def test_the_password_waits_hashed_and_the_registration_is_forgotten_afterwards(client: Client, db: None) -> None:
    client.post(URL, ALONE)
    link = OneTimeLink.objects.get()
    assert PASSWORD not in str(link.payload)
    assert PASSWORD not in str(OutboxMail.objects.get().context)
    client.post(CONFIRM, {"token": token()})
    link.refresh_from_db()
    assert link.payload == {}
    assert link.used_at is not None


def test_a_link_registers_once(client: Client, db: None) -> None:
    client.post(URL, TEAM)
    link = token()
    client.post(CONFIRM, {"token": link})
    assert Client().post(CONFIRM, {"token": link}).status_code == 410
    assert Client().get(CONFIRM, {"token": link}).status_code == 410
    assert Team.objects.count() == 1


def test_of_two_registrations_of_one_address_the_first_confirmed_counts(client: Client, db: None) -> None:
    client.post(URL, TEAM)
    first = token()
    client.post(URL, TEAM | {"team_name": "別の大学"})
    second = token()
    client.post(CONFIRM, {"token": second})
    answer = Client().post(CONFIRM, {"token": first})
    assert answer.status_code == 410
    assert "すでに登録されています" in answer.content.decode()
    assert Team.objects.get().name == "別の大学"


def test_the_page_is_the_same_for_known_and_unknown_addresses(baba: User) -> None:
    pages, costs = set(), set()
    for email in ("new@example.com", baba.email):
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(URL, TEAM | {"email": email})
        pages.add((answer.status_code, answer.content.decode().replace(email, "")))
        costs.add(len(queries))
    assert len(pages) == 1
    assert len(costs) == 1
    assert "すでに登録されているため" in letter().body
    assert "token=" not in letter().body


def test_the_mail_holds_nothing_that_was_typed(client: Client, db: None) -> None:
    client.post(URL, TEAM | {"team_name": "賞金 http://evil.example", "name": "http://evil.example を開く"})
    assert "evil" not in letter().body + letter().subject


def test_the_link_is_on_the_page_only_when_asked_for(client: Client, db: None, settings: Any) -> None:
    settings.DEBUG_AUTH_LINKS = True
    assert "/auth/register/confirm?token=" in client.post(URL, TEAM).content.decode()
    settings.APP_ENV = "prod"
    assert "token=" not in client.post(URL, TEAM).content.decode()


@pytest.mark.parametrize(("field", "value"), [
    ("kind", "none"), ("kind", ""), ("team_name", ""), ("team_name", "x" * 61), ("team_name", "a\nb"), ("team_kana", ""),
    ("prefecture", "99"), ("name", "a\x00b"), ("email", "x"), ("email", "a" * 250 + "@example.com"), ("phone", "電話"),
    ("password", "short"), ("password", "new@example.com"), ("password", "x" * 1_000_000), ("agree", ""),
])  # fmt: skip
def test_a_wrong_field_is_named_and_the_rest_is_kept(client: Client, db: None, field: str, value: str) -> None:
    answer = client.post(URL, TEAM | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    for kept in {"team_name", "name", "phone"} - {field}:
        assert f'value="{TEAM[kept]}"' in page
    assert PASSWORD not in page
    assert not OneTimeLink.objects.exists()


@pytest.mark.parametrize(("field", "value"), [
    ("birth_date", ""), ("birth_date", "2004-02-30"), ("birth_date", "9999-01-01"), ("birth_date", "1850-01-01"),
    ("birth_date", "9" * 400), ("sex", "X"), ("sex", ""), ("nationality", "JP"), ("nationality", "日本人"),
    ("family_kana", "漢字"), ("family_romaji", "漢字"), ("registration_prefecture", "-1"), ("family_name", ""), ("family_name", "a\u202eb"),
])  # fmt: skip
def test_a_wrong_field_of_an_athlete_is_named(client: Client, db: None, field: str, value: str) -> None:
    answer = client.post(URL, ALONE | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert 'name="kind" value="individual"' in page


@pytest.mark.parametrize(
    "typed", ["2004-04-02", "2004/4/2", "2004.4.2", "20040402", "２００４年４月２日", "H16.4.2", " 2004-04-02 "]
)
def test_birth_dates_are_read_in_any_usual_form(client: Client, db: None, typed: str) -> None:
    assert client.post(URL, ALONE | {"birth_date": typed}).status_code == 200
    assert OneTimeLink.objects.get().payload["athlete"]["birth_date"] == "2004-04-02"


def test_under_16_a_guardian_consents(client: Client, db: None) -> None:
    young = ALONE | {"birth_date": f"{YEAR - 13}-01-01"}
    page = client.post(URL, young).content.decode()
    assert 'id="id_guardian_name_error"' in page
    assert 'id="id_guardian_consent_error"' in page
    client.post(URL, young | {"guardian_name": "神谷 翼", "guardian_consent": "on"})
    client.post(CONFIRM, {"token": token()})
    athlete = Athlete.objects.get()
    assert athlete.guardian_name == "神谷 翼"
    assert athlete.guardian_consent_at is not None
    assert AuditRecord.objects.get(verb="account.registered").after["terms"] == "2026-11"


def test_fields_that_are_not_on_the_form_change_nothing(client: Client, db: None) -> None:
    extra = {"role": "platform_admin", "tenant": "1", "is_staff": "1", "must_change_password": "1", "team_code": "999999",
             "jaaf_id": "12345678901", "left_at": "2020-01-01", "id": "77"}  # fmt: skip
    client.post(URL, ALONE | extra)
    client.post(CONFIRM, {"token": token()} | extra)
    user, athlete = User.objects.get(), Athlete.objects.select_related("team").get()
    assert (user.role, user.tenant_id, user.must_change_password) == ("", None, False)
    assert (athlete.jaaf_id, athlete.left_at, athlete.team.team_code) == ("", None, "")


def test_the_form_says_what_is_published(client: Client, db: None) -> None:
    for query in ("", "?kind=individual"):
        page = client.get(URL + query).content.decode()
        assert "氏名・所属・学年・記録は、スタートリスト、プログラム、結果として公開され" in page


def test_nobody_fills_a_mailbox_through_registrations(client: Client, db: None) -> None:
    assert [client.post(URL, TEAM).status_code for _ in range(7)] == [200] * 5 + [429] * 2
