"""The desk's page of one person's rights: what is there, a copy of it, and its end."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from entries.archive import erasing
from entries.entry.models import Entry
from entries.meet.models import Race
from entries.records.free_text_columns import free_texts
from entries.records.traces import kept_tables, name_of, said_of, traces
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, Erasure, User
from tenants.scope import across_tenants
from tests.conftest import PASSWORD
from tests.entries.archive.canaries import Child, address_everywhere, child_of, found
from tests.entries.archive.reading import sums_hold, unpacked

pytestmark = pytest.mark.django_db
NAME = "早乙女丸 鶴之助"


@pytest.fixture
def child(kita: Team, baba: User, race: Race, now: datetime) -> Child:
    return child_of(kita, baba, race, now)


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def page_of(row: Athlete | User, more: str = "") -> str:
    kind = "entries/athlete" if isinstance(row, Athlete) else "tenants/user"
    return f"/admin/{kind}/{row.pk}/privacy{more}"


def erase(desk: Client, row: Athlete | User, **typed: str) -> Any:
    values = {"name": NAME, "password": PASSWORD, "withdraw": "on", "why": "本人の依頼", **typed}
    return desk.post(page_of(row, "/erase"), {name: text for name, text in values.items() if text})


def test_an_athlete_is_found_by_name_and_the_page_is_one_click_away(desk: Client, child: Child) -> None:
    listed = desk.get("/admin/entries/athlete/?q=早乙女丸鶴之助").content.decode()
    assert f"/admin/entries/athlete/{child.athlete.pk}/change/" in listed
    assert page_of(child.athlete) in desk.get(f"/admin/entries/athlete/{child.athlete.pk}/change/").content.decode()
    assert f"/admin/entries/athlete/{child.athlete.pk}/" not in (
        desk.get("/admin/entries/athlete/?q=よその人").content.decode()
    )


def test_the_page_shows_what_the_command_would_say_and_writes_nothing(desk: Client, child: Child, admin: User) -> None:
    from tests.world import rows_of

    before = rows_of()
    context = desk.get(page_of(child.athlete)).context
    assert rows_of() == before
    said = erasing.preview(child.athlete)
    shown = {str(line.title): line.rows for line in context["lines"] if not line.is_kept}
    assert shown == {str(said_of(table).title): count for table, count in said.changed.items()}
    assert [(str(line.title), line.rows) for line in context["lines"] if line.is_kept] == [("申込票", 1)]
    assert context["found"].withdrawn == 1


def test_every_table_has_its_words() -> None:
    found = [*(one.model for one in traces()), *(one.model for one in free_texts())]
    assert [model for model in found if not str(said_of(name_of(model)).title)] == []
    assert kept_tables() == ["entry", "submission", "bib"]


def test_a_platform_admin_erases_an_athlete(desk: Client, child: Child, admin: User) -> None:
    answer = erase(desk, child.athlete)
    assert (answer.status_code, answer["Location"]) == (303, "/admin/entries/athlete/")
    assert found() == []
    row = Erasure.objects.get()
    assert (row.subject, row.by, row.why) == (f"athlete:{child.athlete.pk}", admin, "本人の依頼")
    page = desk.get(page_of(child.athlete)).content.decode()
    assert "すでに削除されています" in page
    assert "/privacy/erase" not in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "早乙女丸"}, "名前が一致しません"),
        ({"name": ""}, "入力してください"),
        ({"password": "wrong"}, "パスワードが正しくありません"),
        ({"password": ""}, "入力してください"),
        ({"withdraw": ""}, "申込があります"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_erased(
    desk: Client, child: Child, typed: dict[str, str], said: str
) -> None:
    answer = erase(desk, child.athlete, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert PASSWORD not in page
    assert "本人の依頼" in page
    assert not Erasure.objects.exists()
    with across_tenants():
        assert Entry.objects.live().count() == 1


def test_a_copy_is_handed_out_and_the_trail_knows(desk: Client, child: Child, admin: User, tmp_path: Path) -> None:
    answer = desk.post(page_of(child.athlete, "/export"), {"password": PASSWORD, "why": "開示請求"})
    assert answer["Content-Disposition"] == f'attachment; filename="athlete-{child.athlete.pk}.zip"'
    assert "no-store" in answer["Cache-Control"]
    folder = unpacked(answer.content, tmp_path)
    assert sums_hold(folder)
    assert json.loads((folder / "data.json").read_text())["athlete"][0]["jaaf_id"] == "90817263545"
    row = AuditRecord.objects.get(verb="athlete.exported")
    assert (row.actor, row.why) == (admin, "開示請求")


def test_no_copy_without_the_password(desk: Client, child: Child) -> None:
    for password in ("", "wrong"):
        answer = desk.post(page_of(child.athlete, "/export"), {"password": password, "why": "開示請求"})
        assert answer.status_code == 422
        assert "開示請求" in answer.content.decode()
    assert not AuditRecord.objects.filter(verb="athlete.exported").exists()


def test_an_account_is_handed_out_and_erased(
    desk: Client, make_user: Callable[..., User], now: datetime, tmp_path: Path
) -> None:
    user = make_user("tsuru@canary.example", name=NAME, phone="080-9999-1234")
    address_everywhere(user, now)
    assert page_of(user) in desk.get(f"/admin/tenants/user/{user.pk}/change/").content.decode()
    answer = desk.post(page_of(user, "/export"), {"password": PASSWORD})
    data = json.loads((unpacked(answer.content, tmp_path) / "data.json").read_text())
    assert (data["user_id"], data["user"][0]["email"]) == (user.pk, "tsuru@canary.example")
    assert "password" not in data["user"][0]
    assert AuditRecord.objects.get(verb="account.exported").target_id == str(user.pk)
    assert erase(desk, user)["Location"] == "/admin/tenants/user/"
    assert found() == []


def test_who_works_for_a_host_is_made_inactive_first(desk: Client, aoki: User, admin: User) -> None:
    for person in (aoki, admin):
        page = desk.get(page_of(person)).content.decode()
        assert "先に無効にしてから" in page
        assert "/privacy/erase" not in page
        assert erase(desk, person, name=person.name).status_code == 422
    assert not Erasure.objects.exists()


def test_it_is_the_platform_admins_alone(child: Child, aoki: User, baba: User) -> None:
    """A roster is its team's: a host's organizer sees an athlete through entries alone."""
    client = Client()
    for person in (aoki, baba):
        client.force_login(person)
        for row in (child.athlete, aoki):
            for more, method in (("", "get"), ("/export", "post"), ("/erase", "post")):
                assert getattr(client, method)(page_of(row, more)).status_code == 403
        assert client.get("/admin/entries/athlete/").status_code == 403
    client.force_login(aoki)
    assert "/privacy" not in client.get(f"/admin/tenants/user/{aoki.pk}/change/").content.decode()
    assert "entries/athlete" not in client.get("/admin/").content.decode()


def test_unknown_rows_and_wrong_methods_are_refused(desk: Client, child: Child) -> None:
    for wrong in ("0", "x", "9" * 30, "1/2"):
        assert desk.get(f"/admin/entries/athlete/{wrong}/privacy").status_code == 404
        assert desk.post(f"/admin/entries/athlete/{wrong}/privacy/erase").status_code == 404
    assert desk.post(page_of(child.athlete)).status_code == 405
    assert desk.get(page_of(child.athlete, "/export")).status_code == 405
    assert desk.get(page_of(child.athlete, "/erase")).status_code == 405


def test_guessing_the_password_is_limited(desk: Client, child: Child) -> None:
    codes = [erase(desk, child.athlete, password="wrong").status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
