"""The desk's list of mails: what did not arrive and why, and sending it again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import Client

from tenants.models import AuditRecord, DeadAddress, MailEvent, OutboxMail, Tenant, User
from tenants.outbox import contents
from tenants.outbox.admin import KINDS
from tenants.outbox.contents import Letter
from tenants.outbox.delivery import Postman
from tenants.outbox.suppression import WHY

pytestmark = pytest.mark.django_db
LIST, DEAD = "/admin/tenants/outboxmail/", "/admin/tenants/deadaddress/"


@pytest.fixture
def mails(nittai: Tenant, chuo: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch) -> dict[str, OutboxMail]:
    """One in each state, and one of another host."""
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))
    states: dict[str, dict[str, Any]] = {
        "waiting": {},
        "sent": {"sent_at": now},
        "failed": {"failed_at": now, "last_error": "550 5.1.1"},
        "held": {"failed_at": now, "last_error": WHY},
        "bounced": {"sent_at": now, "bounced_at": now, "last_error": "mailbox gone", "provider_id": "p"},
        "foreign": {"tenant": chuo, "failed_at": now},
    }
    return {
        name: OutboxMail.objects.create(**{
            "key": name, "kind": "test", "to": f"{name}@example.com", "tenant": nittai, "next_attempt_at": now,
            "context": {"seed": "canary-context"}, **fields,
        })
        for name, fields in states.items()
    }  # fmt: skip


@pytest.fixture
def desk(client: Client, aoki: User) -> Client:
    client.force_login(aoki)
    return client


def shown(client: Client, query: str = "") -> set[str]:
    page = client.get(f"{LIST}{query}").content.decode()
    assert "canary-context" not in page
    return {name for name in ("waiting", "sent", "failed", "held", "bounced", "foreign") if f"{name}@example" in page}


def test_an_organizer_sees_the_own_hosts_and_a_platform_admin_all(
    desk: Client, mails: dict[str, OutboxMail], admin: User
) -> None:
    assert shown(desk) == {"waiting", "sent", "failed", "held", "bounced"}
    desk.force_login(admin)
    assert shown(desk) == set(mails)


@pytest.mark.parametrize(
    ("state", "found"),
    [("bounced", {"bounced"}), ("held", {"held"}), ("failed", {"failed", "held"}), ("waiting", {"waiting"}), ("sent", {"sent"}),
     ("nonsense", {"waiting", "sent", "failed", "held", "bounced"})],
)  # fmt: skip
def test_each_state_can_be_filtered(desk: Client, mails: dict[str, OutboxMail], state: str, found: set[str]) -> None:
    assert shown(desk, f"?state={state}") == found


def test_each_state_has_its_word_and_its_reason(desk: Client, mails: dict[str, OutboxMail]) -> None:
    page = desk.get(LIST).content.decode()
    for word in (
        "不達",
        "届かない宛先",
        "送信不能",
        "送信待ち",
        "送信済み",
        "mailbox gone",
        "以前のメールが届かなかった宛先",
    ):
        assert word in page


def test_every_kind_of_mail_has_a_name() -> None:
    """But for those that tests made, and those of ops."""
    ours = {kind for kind in contents._contents if kind.split(".")[0] in ("entry", "auth", "roster", "ops")}
    assert ours - KINDS.keys() == set()


def test_a_mails_page_tells_what_the_provider_told(desk: Client, mails: dict[str, OutboxMail], now: datetime) -> None:
    MailEvent.objects.create(
        esp="brevo", event_id="e", kind="bounced", mail=mails["bounced"], to="x", at=now, reason="550 no"
    )
    page = desk.get(f"{LIST}{mails['bounced'].pk}/change/").content.decode()
    assert "不達 550 no" in page
    assert "canary-context" not in page


@pytest.mark.parametrize("name", ["held", "bounced", "failed", "waiting"])
def test_what_did_not_arrive_is_sent_again(
    desk: Client, mails: dict[str, OutboxMail], now: datetime, name: str
) -> None:
    DeadAddress.objects.create(address=f"{name}@example.com", since_at=now)
    chosen = {"action": "retry", "_selected_action": [mails[name].pk, mails["sent"].pk]}
    assert "送り直す" in desk.post(LIST, chosen).content.decode()
    desk.post(LIST, {**chosen, "confirmed": "1"})
    assert not DeadAddress.objects.exists()
    assert AuditRecord.objects.get(verb="mail.retried").after == {"address_cleared": True}
    postman = Postman()
    while postman.deliver_next(at=now + timedelta(minutes=1)):
        continue
    assert [f"{name}@example.com"] in [message.to for message in django_mail.outbox]
    assert ["sent@example.com"] not in [message.to for message in django_mail.outbox]
    again = OutboxMail.objects.get(pk=mails[name].pk)
    assert (again.failed_at, again.bounced_at, again.last_error) == (None, None, "")


def test_another_hosts_mail_is_not_sent_again(desk: Client, mails: dict[str, OutboxMail]) -> None:
    desk.post(LIST, {"action": "retry", "_selected_action": [mails["foreign"].pk], "confirmed": "1"})
    mails["foreign"].refresh_from_db()
    assert mails["foreign"].failed_at is not None
    assert not AuditRecord.objects.exists()


def test_dead_addresses_belong_to_no_host(desk: Client, admin: User, now: datetime, nittai: Tenant) -> None:
    dead = DeadAddress.objects.create(address="gone@example.com", since_at=now, reason="550")
    held = OutboxMail.objects.create(
        key="k", kind="test", to="gone@example.com", tenant=nittai, next_attempt_at=now, failed_at=now, last_error=WHY
    )
    assert desk.get(DEAD).status_code == 403
    assert desk.get(f"{DEAD}{dead.pk}/change/").status_code == 403
    desk.force_login(admin)
    assert "gone@example.com" in desk.get(DEAD).content.decode()
    desk.post(DEAD, {"action": "clear", "_selected_action": [dead.pk], "confirmed": "1"})
    held.refresh_from_db()
    assert (DeadAddress.objects.count(), held.failed_at) == (0, None)
    assert AuditRecord.objects.get(verb="address.cleared").before["reason"] == "550"


def test_the_list_costs_the_same_for_any_number(
    desk: Client, nittai: Tenant, now: datetime, django_assert_max_num_queries: Any
) -> None:
    costs = []
    for count in (1, 29):
        for _ in range(count):
            OutboxMail.objects.create(
                key=str(OutboxMail.objects.count()), kind="x", to="a@example.com", tenant=nittai, next_attempt_at=now
            )
        with django_assert_max_num_queries(7) as captured:
            desk.get(LIST)
        costs.append(len(captured))
    assert costs[0] == costs[1]
