"""A sheet that is sent after the session ended comes back filled in; what colleagues typed stays theirs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from entries.entry.models import SheetDraft
from entries.entry.sheet.kept_views import LIMITS
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Membership, Team
from tenants.models import User
from tenants.scope import across_tenants
from tests.conftest import PASSWORD, open_meet
from tests.entries.entry.sheets import address, entries, posted, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(client: Client, kita: Team, baba: User) -> Client:
    """Baba's browser, whose session has ended."""
    return client


def sign_in(client: Client, user: User, back: str) -> Any:
    return client.post("/auth/login", {"email": user.email, "password": PASSWORD, "next": back})


def send_kept(client: Client, meet: Meet, team: Team, rows: list[dict[str, Any]], **more: Any) -> str:
    """Where the sign-in leads back to."""
    answer = client.post(address(meet), posted(team, rows, **more))
    assert answer.status_code == 303
    assert answer["Location"].startswith("/auth/login?next=")
    return str(client.get(answer["Location"]).context["next"])


def test_without_script_the_sign_in_leads_back_to_the_filled_sheet(
    stranger: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team, baba: User
) -> None:
    back = send_kept(stranger, meet, kita, [row(runners[1], race, "約15分", personal_best="𠮷")])
    answer = sign_in(stranger, baba, back)
    page = stranger.get(answer["Location"]).content.decode()
    assert 'value="約15分"' in page
    assert 'value="𠮷"' in page
    assert f'<option value="{race.pk}" selected>' in page
    assert "先ほどの送信は受け付けていません。入力した内容を戻しました" in page
    assert stranger.session.get_expiry_age() > 24 * 3600
    assert stranger.post(address(meet), posted(kita, [row(runners[1], race)])).status_code == 303
    assert len(entries()) == 1
    assert "約15分" not in stranger.get(back).content.decode()


def test_what_is_kept_is_for_its_sheet_and_an_hour(
    stranger: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team, minami: Team, baba: User
) -> None:
    back = send_kept(stranger, meet, kita, [row(runners[0], race, "14:01.11")])
    assert 0 < stranger.session.get_expiry_age() <= 3600
    sign_in(stranger, baba, back)
    Membership.objects.create(team=minami, user=baba)
    assert "14:01.11" not in stranger.get(f"{address(meet)}?team={minami.pk}&kept=1").content.decode()
    other = open_meet(meet.tenant, "other")
    assert "14:01.11" not in stranger.get(f"{address(other)}?team={kita.pk}&kept=1").content.decode()
    session = stranger.session
    session["kept_sheet"] |= {"at": (timezone.now() - timedelta(minutes=61)).isoformat()}
    session.save()
    assert "14:01.11" not in stranger.get(back).content.decode()


def test_who_signs_in_as_somebody_else_finds_no_team_of_the_sheet(
    stranger: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team, chiba: User, minami: Team
) -> None:
    back = send_kept(stranger, meet, kita, [row(runners[0], race)])
    sign_in(stranger, chiba, back)
    assert stranger.get(back).status_code == 404


def test_what_no_sheet_sends_is_not_kept(stranger: Client, meet: Meet, race: Race, kita: Team, baba: User) -> None:
    for rows in ([row("x" * 300, race)], [row("\x00", race)]):
        back = send_kept(stranger, meet, kita, rows)
        assert "kept_sheet" not in stranger.session
    sign_in(stranger, baba, back)
    assert stranger.get(back).status_code == 200


def test_so_much_is_kept_from_one_address_and_no_more(stranger: Client, meet: Meet, race: Race, kita: Team) -> None:
    answers = [stranger.post(address(meet), posted(kita, [])).status_code for _ in range(LIMITS.address + 1)]
    assert answers == [303] * LIMITS.address + [429]


def test_the_sheets_own_script_is_told_to_sign_in_and_where_the_receipt_is(
    client: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team, baba: User
) -> None:
    body = posted(kita, [row(runners[0], race)])
    assert client.post(address(meet), body, headers={"X-Sheet": "1"}).status_code == 401
    assert entries() == []
    client.force_login(baba)
    answer = client.post(address(meet), body, headers={"X-Sheet": "1"})
    assert (answer.status_code, list(answer.json())) == (200, ["location"])
    assert client.post(address(meet), body)["Location"] == answer.json()["location"]


OURS = ({"Origin": "http://testserver"}, {"Referer": "http://testserver/meets/"})
NOT_OURS: tuple[dict[str, str], ...] = ({}, {"Origin": "null"}, {"Origin": "http://testserver.example"}, {"Referer": "http://testserver.example/"},
            {"Origin": "http://elsewhere", "Referer": "http://testserver/"})  # fmt: skip


@pytest.mark.parametrize("headers", OURS)
@pytest.mark.parametrize("button", [{}, {"save_draft": "1"}])
def test_a_stale_token_leads_back_to_the_filled_sheet_and_takes_nothing(
    headers: dict[str, str],
    button: dict[str, str],
    meet: Meet,
    race: Race,
    runners: list[Athlete],
    kita: Team,
    baba: User,
) -> None:
    browser = Client(enforce_csrf_checks=True, headers=headers)
    browser.force_login(baba)
    lives = browser.session.get_expiry_age()
    body = posted(kita, [row(runners[1], race, "14:01.11")], csrfmiddlewaretoken="x" * 32, **button)
    answer = browser.post(address(meet), body)
    assert (answer.status_code, answer["Location"]) == (303, f"{address(meet)}?team={kita.pk}&kept=1")
    page = browser.get(answer["Location"]).content.decode()
    assert 'value="14:01.11"' in page
    assert "先ほどの送信は受け付けていません" in page
    assert entries() == []
    assert browser.session.get_expiry_age() == lives


@pytest.mark.parametrize("headers", NOT_OURS)
def test_what_another_site_sends_is_neither_taken_nor_kept(
    headers: dict[str, str], meet: Meet, race: Race, runners: list[Athlete], kita: Team, baba: User
) -> None:
    browser = Client(enforce_csrf_checks=True, headers=headers)
    browser.force_login(baba)
    answer = browser.post(address(meet), posted(kita, [row(runners[1], race)]))
    assert answer.status_code == 403
    assert "kept_sheet" not in browser.session


def test_without_session_and_token_the_sign_in_stands_between(
    meet: Meet, race: Race, runners: list[Athlete], kita: Team, baba: User
) -> None:
    browser = Client(enforce_csrf_checks=True, headers=OURS[0])
    body = posted(kita, [row(runners[1], race, "14:01.11")])
    assert browser.post(address(meet), body, headers={"X-Sheet": "1"}).status_code == 401
    back = browser.post(address(meet), body)["Location"]
    assert 0 < browser.session.get_expiry_age() <= 3600
    assert browser.get(back)["Location"].startswith("/auth/login?next=")


def test_stale_tokens_are_bounded_and_other_forms_get_the_page(
    meet: Meet, race: Race, runners: list[Athlete], kita: Team, baba: User
) -> None:
    browser = Client(enforce_csrf_checks=True, headers=OURS[0])
    browser.force_login(baba)
    assert (
        browser.post(address(meet), posted(kita, [row(runners[0], race)]), headers={"X-Sheet": "1"}).status_code == 403
    )
    assert browser.post(address(meet), posted(kita, [row("x" * 300, race)])).status_code == 403
    assert browser.post("/auth/logout").status_code == 403
    answers = [browser.post(address(meet), posted(kita, [])).status_code for _ in range(LIMITS.address)]
    assert answers == [303] * (LIMITS.address - 1) + [429]


def drafted(client: Client, meet: Meet, athlete: Athlete, race: Race, time: str) -> None:
    rows = [{"athlete": str(athlete.pk), "race": str(race.pk), "seed_time": time}]
    body = json.dumps({"version": 0, "rows": rows})
    assert client.post(address(meet, "/draft"), body, content_type="application/json").status_code == 200


def test_a_colleagues_submission_leaves_my_draft_and_shows_me_theirs(
    meet: Meet, race: Race, runners: list[Athlete], kita: Team, baba: User, chiba: User
) -> None:
    Membership.objects.create(team=kita, user=chiba)
    mine, theirs = Client(), Client()
    mine.force_login(baba)
    theirs.force_login(chiba)
    drafted(mine, meet, runners[0], race, "14:01.11")
    drafted(theirs, meet, runners[1], race, "14:02.22")
    page = theirs.get(address(meet)).content.decode()
    assert "14:01.11" not in page
    assert "babaさんの未送信の下書きがあります（1行）" in page
    with across_tenants():
        draft = SheetDraft.objects.get(updated_by=baba)
    taken_over = theirs.get(f"{address(meet)}?from={draft.pk}").content.decode()
    assert "14:01.11" in taken_over
    assert "14:02.22" in taken_over
    assert theirs.post(address(meet), posted(kita, [row(runners[1], race)])).status_code == 303
    with across_tenants():
        assert list(SheetDraft.objects.values_list("updated_by", flat=True)) == [baba.pk]
    assert "14:01.11" in mine.get(address(meet)).content.decode()


def test_a_draft_of_another_team_is_taken_over_by_nobody(
    meet: Meet, race: Race, runners: list[Athlete], kita: Team, minami: Team, baba: User, chiba: User, client: Client
) -> None:
    client.force_login(baba)
    drafted(client, meet, runners[0], race, "14:01.11")
    with across_tenants():
        draft = SheetDraft.objects.get()
    client.force_login(chiba)
    assert "14:01.11" not in client.get(f"{address(meet)}?from={draft.pk}").content.decode()
