"""An address that mail does not reach: nothing is sent there, its owner hears of it, and can show that it works."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import Client

from entries.entry import actions as entry_actions
from entries.entry.lines import Line
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, DeadAddress, OneTimeLink, OutboxMail, User
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tenants.outbox.delivery import Postman
from tenants.outbox.queries import SOON
from tenants.outbox.suppression import WHY
from tenants.scope import tenant_scope
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
BABA = "baba@example.com"
PAGE = "/auth/account/address"


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))


@pytest.fixture
def dead(now: datetime) -> DeadAddress:
    return DeadAddress.objects.create(address=BABA, since_at=now, reason="550 5.1.1")


def work(at: datetime) -> list[list[str]]:
    """Whom the worker mailed."""
    postman, before = Postman(), len(django_mail.outbox)
    while postman.deliver_next(at=at):
        continue
    return [message.to for message in django_mail.outbox[before:]]


def link_in(message: Any) -> str:
    found = re.search(r"https?://[^/]+(/\S+token=\S+)", message.body)
    assert found
    return found[1]


@pytest.mark.usefixtures("dead")
def test_nothing_is_sent_there_and_the_desk_sees_why(now: datetime) -> None:
    for to in ("Baba@Example.com", "else@example.com"):
        enqueue("test", to=to, key="k", context={}, at=now)
    assert work(now) == [["else@example.com"]]
    row = OutboxMail.objects.get(to="Baba@Example.com")
    assert (row.failed_at, row.last_error, row.sent_at) == (now, WHY, None)


@pytest.mark.usefixtures("dead")
def test_a_link_that_its_owner_asks_for_is_sent_all_the_same_and_clears_the_address(
    client: Client, baba: User, now: datetime
) -> None:
    enqueue("test", to=BABA, key="k", context={}, at=now)
    work(now)
    client.post("/auth/password/reset", {"email": BABA})
    assert work(now + timedelta(minutes=1)) == [[BABA]]
    link = link_in(django_mail.outbox[-1])
    client.get(link)
    assert DeadAddress.objects.exists(), "opening the page proves nothing: scanners do"
    token = link.partition("token=")[2]
    new = "Another-Horse-34"
    client.post("/auth/password/reset/confirm", {"token": token, "password": new, "again": new})
    assert not DeadAddress.objects.exists()
    assert [BABA] in work(now + timedelta(minutes=2))
    assert OutboxMail.objects.get(kind="test").sent_at is not None, "what was held back is sent after all"


@pytest.mark.usefixtures("baba", "dead")
def test_whoever_signs_in_hears_of_it_and_nobody_else(client: Client) -> None:
    page = client.post("/auth/login", {"email": BABA, "password": PASSWORD}, follow=True).content.decode()
    assert "登録のメールアドレスに届きませんでした" in page
    assert "届きません" in client.get("/auth/account").content.decode()


def test_others_hear_nothing(client: Client, chiba: User, dead: DeadAddress) -> None:
    page = client.post("/auth/login", {"email": chiba.email, "password": PASSWORD}, follow=True).content.decode()
    assert "届きませんでした" not in page
    assert "届きません" not in client.get("/auth/account").content.decode()


@pytest.mark.parametrize("address", ["/auth/password/reset", "/auth/request"])
def test_pages_before_sign_in_are_the_same_for_a_dead_address(
    address: str, baba: User, dead: DeadAddress, make_user: Any
) -> None:
    make_user("alive@example.com")
    pages = [
        re.sub(r"csrf\w+.{0,120}|[\w.]+@example\.com", "", Client().post(address, {"email": email}).content.decode())
        for email in (BABA, "alive@example.com", "nobody@example.com")
    ]
    assert len(set(pages)) == 1


def test_the_owner_confirms_the_address(client: Client, baba: User, dead: DeadAddress, now: datetime) -> None:
    client.force_login(baba)
    assert "送信を止めています" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"email": BABA}).status_code == 200
    assert work(now + timedelta(minutes=1)) == [[BABA]]
    link = link_in(django_mail.outbox[-1])
    assert "このアドレスを確認する" in client.get(link).content.decode()
    done = client.post(link.partition("?")[0], {"token": link.partition("token=")[2]})
    assert (done.status_code, done["Location"]) == (302, "/auth/account")
    assert not DeadAddress.objects.exists()
    assert client.post(link.partition("?")[0], {"token": link.partition("token=")[2]}).status_code == 410


def test_the_account_moves_to_an_address_that_its_owner_reads(
    client: Client, baba: User, dead: DeadAddress, now: datetime
) -> None:
    client.force_login(baba)
    assert client.post(PAGE, {"email": "New@Example.com"}).status_code == 422
    assert client.post(PAGE, {"email": "new@example.com", "password": "wrong"}).status_code == 422
    assert not OutboxMail.objects.exists()
    client.post(PAGE, {"email": "New@Example.com", "password": PASSWORD})
    assert work(now + timedelta(minutes=1)) == [["new@example.com"]]
    link = link_in(django_mail.outbox[-1])
    Client().post(link.partition("?")[0], {"token": link.partition("token=")[2]})
    baba.refresh_from_db()
    assert baba.email == "new@example.com"
    assert AuditRecord.objects.get(verb="account.address_changed").before == {"email": BABA}
    assert OutboxMail.objects.filter(kind="auth.address_changed", to=BABA).exists()


def test_nobody_takes_anothers_address(client: Client, baba: User, chiba: User, now: datetime) -> None:
    client.force_login(baba)
    assert client.post(PAGE, {"email": chiba.email, "password": PASSWORD}).status_code == 200
    assert work(now + timedelta(minutes=1)) == [], "the page says the same, and no mail is written"


def test_a_link_dies_with_the_address_that_it_was_asked_from(client: Client, baba: User, now: datetime) -> None:
    client.force_login(baba)
    client.post(PAGE, {"email": "new@example.com", "password": PASSWORD})
    work(now + timedelta(minutes=1))
    link = link_in(django_mail.outbox[-1])
    User.objects.filter(pk=baba.pk).update(email="moved@example.com")
    assert client.post(link.partition("?")[0], {"token": link.partition("token=")[2]}).status_code == 410
    assert OneTimeLink.objects.get().used_at is None


@pytest.fixture
def receipt(
    client: Client, meet: Meet, race: Race, kita: Team, baba: User, runners: list[Athlete], now: datetime
) -> str:
    with tenant_scope(meet.tenant_id):
        order = entry_actions.submit(
            meet=meet, team=kita, lines=[Line(0, runners[0].pk, race.pk, 87_000)], key="k", by=baba, at=now
        )
    client.force_login(baba)
    return f"/orders/{order.reference}/"


def test_a_receipt_says_when_its_mail_is_late(client: Client, receipt: str, now: datetime) -> None:
    assert "メールでお送りします" in client.get(receipt).content.decode()
    OutboxMail.objects.update(created_at=now - SOON - timedelta(minutes=1))
    assert "メールは遅れています" in client.get(receipt).content.decode()
    OutboxMail.objects.update(sent_at=now)
    assert "メールは遅れています" not in client.get(receipt).content.decode()


@pytest.mark.usefixtures("dead")
def test_a_receipt_says_when_its_mail_will_not_arrive(client: Client, receipt: str) -> None:
    page = client.get(receipt).content.decode()
    assert "登録のメールアドレスに届きませんでした" in page
    assert PAGE in page
    assert "メールでお送りします" not in page
