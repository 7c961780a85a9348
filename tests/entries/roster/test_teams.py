"""Teams: who sees them, adding and changing one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entries.roster import urls
from entries.roster.models import Membership, RosterUpload, Team
from tenants.audit.models import AuditRecord
from tenants.models import User
from tests.conftest import athletes_of, team_of

TEAM = {"kind": "university", "name": "髙﨑𠮷大学", "name_kana": "たかさき", "prefecture": "48", "team_code": "490001"}


@pytest.fixture
def as_baba(client: Client, baba: User) -> Client:
    client.force_login(baba)
    return client


def test_anonymous_visitors_sign_in_first_and_come_back(client: Client, kita: Team) -> None:
    answer = client.get(f"/teams/{kita.pk}/athletes/?q=a")
    assert answer.headers["Location"] == f"/auth/login?next=%2Fteams%2F{kita.pk}%2Fathletes%2F%3Fq%3Da"


def test_without_a_team_the_page_leads_to_the_first(as_baba: Client) -> None:
    assert 'href="/teams/new"' in as_baba.get("/teams/").content.decode()


def test_my_teams_are_mine_alone(as_baba: Client, kita: Team, minami: Team) -> None:
    page = as_baba.get("/teams/").content.decode()
    assert kita.name in page
    assert minami.name not in page


def test_a_new_team_has_its_maker_as_member(as_baba: Client, baba: User) -> None:
    answer = as_baba.post("/teams/new", TEAM)
    team = Team.objects.get()
    assert answer.headers["Location"] == f"/teams/{team.pk}/athletes/"
    assert (team.name, team.name_kana, team.prefecture) == ("髙﨑𠮷大学", "タカサキ", "48")
    assert list(team.memberships.values_list("user", flat=True)) == [baba.pk]
    assert AuditRecord.objects.get(verb="team.added").actor == baba


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", ""), ("kind", "x"), ("name", ""), ("name", " "), ("name", "a\0b"), ("name", "a\nb"), ("name", "あ" * 61), ("name_kana", "漢字"),
        ("prefecture", "99"), ("team_code", "12a"), ("team_code", "１２"), ("contact_email", "x"), ("contact_email", "a\0@b.c"), ("contact_phone", "0" * 30),
    ],
)  # fmt: skip
def test_a_wrong_field_is_said_beside_it_and_everything_typed_is_kept(as_baba: Client, field: str, value: str) -> None:
    answer = as_baba.post("/teams/new", TEAM | {"short_name": "<b>吉田"} | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert "&lt;b&gt;吉田" in page
    assert not Team.objects.exists()


def test_extra_fields_write_nothing(as_baba: Client, minami: Team) -> None:
    as_baba.post("/teams/new", TEAM | {"id": str(minami.pk), "created_at": "2000-01-01", "memberships": "1"})
    minami.refresh_from_db()
    assert minami.name == "南高等学校"
    assert Team.objects.count() == 2


def test_a_change_is_recorded_with_before_and_after(as_baba: Client, kita: Team) -> None:
    same = {"kind": kita.kind, "name": "北大學", "short_name": kita.short_name}
    as_baba.post(f"/teams/{kita.pk}/edit", same)
    as_baba.post(f"/teams/{kita.pk}/edit", same)
    change = AuditRecord.objects.get(verb="team.changed")
    assert (change.before, change.after) == ({"name": "北大学"}, {"name": "北大學"})


def test_every_page_of_another_team_is_404(client: Client, chiba: User, kita: Team, baba: User) -> None:
    """Read from the URLconf, so that a new address is tried too; there is something to leak behind each."""
    athlete = athletes_of(kita, 1)[0]
    upload = RosterUpload.objects.create(team=kita, by=baba, file_name="x", counts={})
    member = Membership.objects.get(team=kita)
    client.force_login(chiba)
    known = {
        "<int:team>": kita.pk,
        "<int:athlete>": athlete.pk,
        "<int:upload>": upload.pk,
        "<int:member>": member.pk,
        "<int:link>": 1,
    }
    tried = 0
    for pattern in urls.urlpatterns:
        address = f"/{pattern.pattern}"
        for part, pk in known.items():
            address = address.replace(part, str(pk))
        if str(kita.pk) not in address:
            continue
        tried += 1
        for method in (client.get, client.post):
            assert method(address).status_code in (404, 405), address
            assert client.post(address).status_code == 404, address
    assert tried == len([p for p in urls.urlpatterns if "<int:team>" in str(p.pattern)]) > 10
    assert not AuditRecord.objects.exists()


def test_ids_of_another_team_under_my_own_are_404(
    client: Client, chiba: User, kita: Team, minami: Team, baba: User
) -> None:
    athlete = athletes_of(kita, 1)[0]
    upload = RosterUpload.objects.create(team=kita, by=baba, file_name="x", counts={})
    member = Membership.objects.get(team=kita)
    client.force_login(chiba)
    mine = f"/teams/{minami.pk}"
    for address in (
        f"{mine}/athletes/{athlete.pk}/edit",
        f"{mine}/athletes/import/{upload.pk}/",
        f"{mine}/athletes/import/{upload.pk}/refused.xlsx",
    ):
        assert client.get(address).status_code == 404
        assert client.get(address.replace(str(athlete.pk), "1" * 30)).status_code == 404
    for address in (
        f"{mine}/athletes/{athlete.pk}/leave",
        f"{mine}/athletes/{athlete.pk}/return",
        f"{mine}/members/{member.pk}/remove",
        f"{mine}/athletes/{athlete.pk}/edit",
        f"{mine}/athletes/import/{upload.pk}/",
    ):
        assert client.post(address).status_code == 404
    athlete.refresh_from_db()
    assert athlete.left_at is None


def test_hosts_see_no_team(client: Client, aoki: User, endo: User, admin: User, kita: Team) -> None:
    for user in (aoki, endo, admin):
        client.force_login(user)
        assert client.get(f"/teams/{kita.pk}/").status_code == 404


def test_pages_of_teams_are_never_cached(as_baba: Client, kita: Team) -> None:
    for address in ("/teams/", f"/teams/{kita.pk}/", f"/teams/{kita.pk}/athletes/export.csv"):
        assert as_baba.get(address).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/teams/", "/teams/{}/", "/teams/{}/members/"])
def test_lists_cost_the_same_for_any_number_of_rows(as_baba: Client, baba: User, kita: Team, path: str) -> None:
    counts = []
    for more in (0, 29):
        for number in range(more):
            team_of(baba, f"{number}")
            user = User.objects.create_user(f"m{number}@example.com")
            Membership.objects.create(team=kita, user=user)
        with CaptureQueriesContext(connection) as queries:
            assert as_baba.get(path.format(kita.pk)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
