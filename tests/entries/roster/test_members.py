"""Members: inviting, joining, removing."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from entries.roster import actions
from entries.roster.models import Membership, Team
from tenants.audit.models import AuditRecord
from tenants.models import User
from tenants.outbox.contents import write
from tenants.outbox.models import OutboxMail
from tenants.refusal import Refused
from tenants.signin.models import OneTimeLink
from tests.conftest import PASSWORD


@pytest.fixture
def as_baba(client: Client, baba: User) -> Client:
    client.force_login(baba)
    return client


def invited(kita: Team, baba: User, email: str = "chiba@example.com", at: datetime | None = None) -> str:
    """The token of an invitation."""
    return actions.invite(kita, email=email, by=baba, at=at or timezone.now()).token


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def members_of(team: Team) -> set[str]:
    return set(team.memberships.values_list("user__email", flat=True))


def test_an_invitation_mails_a_link_and_stores_no_token(as_baba: Client, kita: Team, chiba: User) -> None:
    answer = as_baba.post(f"/teams/{kita.pk}/members/", {"email": " Chiba@Example.com "})
    assert answer.headers["Location"] == f"/teams/{kita.pk}/members/"
    mail = OutboxMail.objects.get()
    letter = write(mail.kind, mail.context)
    assert letter is not None
    assert mail.to == "chiba@example.com"
    token = re.search(r"/teams/join\?token=(\w+)", letter.body)
    assert token is not None
    assert token[1] not in str(OneTimeLink.objects.values()) + str(mail.context)
    assert "chiba@example.com" in as_baba.get(f"/teams/{kita.pk}/members/").content.decode()
    assert AuditRecord.objects.get(verb="team.invited").after == {"email": "chiba@example.com"}


def test_a_team_name_in_the_mail_is_no_link(kita: Team, baba: User) -> None:
    Team.objects.filter(pk=kita.pk).update(name="今すぐ http://evil.example/\nBcc: x@y.z")
    invited(kita, baba)
    mail = OutboxMail.objects.get()
    letter = write(mail.kind, mail.context)
    assert letter is not None
    assert "evil.example" not in letter.body
    assert "\nBcc" not in letter.body


def test_following_the_link_shows_a_button_and_posting_it_joins(kita: Team, baba: User, chiba: User) -> None:
    address = f"/teams/join?token={invited(kita, baba)}"
    client = client_of(chiba)
    assert client.get(address).status_code == 200
    assert members_of(kita) == {"baba@example.com"}
    assert client.post(address).headers["Location"] == f"/teams/{kita.pk}/"
    assert members_of(kita) == {"baba@example.com", "chiba@example.com"}
    assert AuditRecord.objects.get(verb="team.joined").after == {"member": chiba.pk, "invited_by": baba.pk}


def test_the_link_works_once(kita: Team, baba: User, chiba: User) -> None:
    address = f"/teams/join?token={invited(kita, baba)}"
    client_of(chiba).post(address)
    Membership.objects.filter(user=chiba).delete()
    assert client_of(chiba).post(address).status_code == 410
    assert members_of(kita) == {"baba@example.com"}


def test_the_link_is_for_one_address_and_stays_usable_for_it(kita: Team, baba: User, chiba: User, doi: User) -> None:
    address = f"/teams/join?token={invited(kita, baba)}"
    assert client_of(doi).post(address).status_code == 403
    assert members_of(kita) == {"baba@example.com"}
    with pytest.raises(Refused, match="link_other_person"):
        actions.join(doi, token=address.partition("=")[2], at=timezone.now())
    assert client_of(chiba).post(address).status_code == 302


@pytest.mark.parametrize("days", [7, 8])
def test_the_link_expires(kita: Team, baba: User, chiba: User, days: int) -> None:
    token = invited(kita, baba, at=timezone.now() - timedelta(days=days))
    assert client_of(chiba).post(f"/teams/join?token={token}").status_code == 410


@pytest.mark.parametrize("token", ["", "x", "\ufffd", "a" * 3000])
def test_an_unknown_link_is_gone(client: Client, db: None, token: str) -> None:
    assert client.get("/teams/join", {"token": token}).status_code == 410
    assert client.post(f"/teams/join?token={token[:10]}").status_code == 410


def test_an_invitation_dies_with_the_membership_of_who_sent_it(kita: Team, baba: User, chiba: User, doi: User) -> None:
    token = invited(kita, baba)
    Membership.objects.create(team=kita, user=doi)
    actions.remove_member(kita, Membership.objects.get(user=baba), by=doi)
    assert client_of(chiba).post(f"/teams/join?token={token}").status_code == 410
    mail = OutboxMail.objects.get()
    assert write(mail.kind, mail.context) is None


def test_an_invitation_can_be_withdrawn(as_baba: Client, kita: Team, baba: User, chiba: User) -> None:
    token = invited(kita, baba)
    link = OneTimeLink.objects.get()
    as_baba.post(f"/teams/{kita.pk}/members/invitations/{link.pk}/withdraw")
    assert client_of(chiba).post(f"/teams/join?token={token}").status_code == 410
    assert AuditRecord.objects.filter(verb="team.invitation_withdrawn").exists()


def test_an_invitation_of_another_team_cannot_be_withdrawn(kita: Team, baba: User, chiba: User, minami: Team) -> None:
    invited(kita, baba, email="x@example.com")
    link = OneTimeLink.objects.get()
    assert client_of(chiba).post(f"/teams/{minami.pk}/members/invitations/{link.pk}/withdraw").status_code == 404
    link.refresh_from_db()
    assert link.used_at is None


def test_a_known_address_signs_in_first(client: Client, kita: Team, baba: User, chiba: User) -> None:
    token = invited(kita, baba)
    page = client.get(f"/teams/join?token={token}").content.decode()
    assert f"/auth/login?next=%2Fteams%2Fjoin%3Ftoken%3D{token}" in page
    assert (
        client.post(f"/teams/join?token={token}", {"name": "x", "password": PASSWORD, "again": PASSWORD}).status_code
        == 200
    )
    assert members_of(kita) == {"baba@example.com"}


def test_an_unknown_address_makes_its_account_and_joins(client: Client, kita: Team, baba: User) -> None:
    address = f"/teams/join?token={invited(kita, baba, email='new@example.com')}"
    assert client.get(address).status_code == 200
    fields = {
        "name": "新田 𠮷子",
        "password": "Correct-Horse-12",
        "again": "Correct-Horse-12",
        "role": "platform_admin",
        "email": "x@y.z",
    }
    assert client.post(address, fields).headers["Location"] == "/teams/"
    user = User.objects.get(email="new@example.com")
    assert (user.name, user.role) == ("新田 𠮷子", "")
    assert kita.name in client.get("/teams/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "a\0b"), ("password", "short"), ("password", "123456789012"), ("again", "x")],
)
def test_a_weak_account_is_refused_and_the_link_stays(
    client: Client, kita: Team, baba: User, field: str, value: str
) -> None:
    address = f"/teams/join?token={invited(kita, baba, email='new@example.com')}"
    fields = {"name": "新田", "password": PASSWORD, "again": PASSWORD} | {field: value}
    assert client.post(address, fields).status_code == 422
    assert OneTimeLink.objects.get().used_at is None
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize(
    "email", ["", "x", "a\0@example.com", "baba@example.com", "BABA@example.com", "a" * 300 + "@example.com"]
)
def test_who_cannot_be_invited(as_baba: Client, kita: Team, email: str) -> None:
    assert as_baba.post(f"/teams/{kita.pk}/members/", {"email": email}).status_code == 422
    assert not OutboxMail.objects.exists()


def test_nobody_is_flooded_with_invitations(as_baba: Client, kita: Team) -> None:
    answers = [
        as_baba.post(f"/teams/{kita.pk}/members/", {"email": "victim@example.com"}).status_code for _ in range(6)
    ]
    assert answers == [302] * 5 + [429]


def test_removal_works_on_the_next_request(as_baba: Client, kita: Team, doi: User) -> None:
    member = Membership.objects.create(team=kita, user=doi)
    other = client_of(doi)
    assert other.get(f"/teams/{kita.pk}/").status_code == 200
    as_baba.post(f"/teams/{kita.pk}/members/{member.pk}/remove")
    assert other.get(f"/teams/{kita.pk}/").status_code == 404
    assert AuditRecord.objects.get(verb="team.member_removed").before == {"member": doi.pk}


def test_the_last_member_stays(as_baba: Client, kita: Team) -> None:
    member = Membership.objects.get(team=kita)
    answer = as_baba.post(f"/teams/{kita.pk}/members/{member.pk}/remove", follow=True)
    assert "最後のメンバーは外せません" in answer.content.decode()
    assert members_of(kita) == {"baba@example.com"}


def test_whoever_leaves_ends_on_the_list_of_teams(as_baba: Client, kita: Team, doi: User, baba: User) -> None:
    Membership.objects.create(team=kita, user=doi)
    member = Membership.objects.get(team=kita, user=baba)
    assert as_baba.post(f"/teams/{kita.pk}/members/{member.pk}/remove").headers["Location"] == "/teams/"
    assert members_of(kita) == {"doi@example.com"}
