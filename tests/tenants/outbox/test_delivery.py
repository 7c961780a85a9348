"""What waits in the outbox is sent: at least once, oldest first, and nothing is lost on the way."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction

from tenants.models import OutboxMail
from tenants.outbox import contents, delivery
from tenants.outbox.actions import enqueue
from tenants.outbox.delivery import Postman, ServiceDown
from tests.smtp_sink import SmtpSink
from tests.tenants.outbox.posting import MINUTE, Post, drain, postmen, put, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents._contents, "test", write)


@pytest.fixture
def post(settings: Any) -> Post:
    return postmen(settings)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def test_mails_leave_oldest_first_over_one_connection(post: Post, now: datetime) -> None:
    put(now, "second@example.com")
    put(now - MINUTE, "first@example.com")
    put(now + MINUTE, "not-yet@example.com")
    with SmtpSink() as sink:
        assert drain(post(sink), now) == 2
    assert [mail.recipients for mail in sink.kept] == [("first@example.com",), ("second@example.com",)]
    assert sink.conversations == 1
    assert OutboxMail.objects.filter(sent_at=now, leased_until=None, attempts=1).count() == 2


def test_a_key_and_an_address_have_one_mail(now: datetime) -> None:
    for to in ("a@example.com", "a@example.com", "b@example.com"):
        enqueue("test", to=to, key="same", context={}, at=now)
    assert list(OutboxMail.objects.order_by("to").values_list("to", flat=True)) == ["a@example.com", "b@example.com"]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_mailed(post: Post, now: datetime) -> None:
    with transaction.atomic():
        put(now)
        transaction.set_rollback(True)
    with SmtpSink() as sink:
        assert drain(post(sink), now) == 0
    assert sink.kept == []


def test_a_held_mail_is_passed_over_until_its_lease_ends(now: datetime) -> None:
    put(now)
    first = delivery.claim(at=now)
    assert first is not None
    assert delivery.claim(at=now + MINUTE) is None
    again = delivery.claim(at=now + delivery.LEASE + MINUTE)
    assert again is not None
    assert again.pk == first.pk


def test_who_lost_the_lease_cannot_mark_the_mail(post: Post, now: datetime) -> None:
    mail = put(now)
    slow = Postman()
    held = delivery.claim(at=now)
    assert held is not None
    later = now + delivery.LEASE + MINUTE
    newer = delivery.claim(at=later)
    slow._mark(held, {"failed_at": now})
    mail.refresh_from_db()
    assert newer is not None
    assert (mail.failed_at, mail.leased_until) == (None, newer.leased_until)


def test_every_attempt_has_the_same_message_id(post: Post, now: datetime) -> None:
    answers = iter(["451 later", "250 ok"])
    put(now)
    with SmtpSink(to_data=lambda _: next(answers)) as sink:
        postman = post(sink)
        drain(postman, now)
        first = OutboxMail.objects.get()
        drain(postman, now + 2 * MINUTE)
    assert delivery.message_id(first) == sink.kept[0].message["Message-ID"]
    assert sink.kept[0].message["Message-ID"].endswith("@127.0.0.1>")


def test_a_server_that_is_down_costs_no_mail_its_turn(post: Post, now: datetime, closed_port: int) -> None:
    for number in range(3):
        put(now + number * timedelta(seconds=1), f"{number}@example.com")
    at = now + MINUTE
    postman = post(closed_port)
    for attempt in range(1, 20):
        with pytest.raises(ServiceDown, match="refused"):
            postman.deliver_next(at=at + attempt * MINUTE)
    assert OutboxMail.objects.filter(next_attempt_at__lte=at, leased_until=None, sent_at=None).count() == 3
    assert "refused" in OutboxMail.objects.order_by("pk")[0].last_error
    with SmtpSink() as sink:
        assert drain(post(sink), at) == 3
    assert [mail.recipients[0] for mail in sink.kept] == ["0@example.com", "1@example.com", "2@example.com"]


def test_without_a_configured_server_mail_waits(settings: Any, now: datetime) -> None:
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    put(now)
    with pytest.raises(ServiceDown, match="EMAIL_URL"):
        Postman().deliver_next(at=now)
    assert delivery.due(now).count() == 1


def test_refusals_for_now_are_tried_again_every_ten_minutes_and_never_given_up(post: Post, now: datetime) -> None:
    mail = put(now)
    waits = []
    at = now
    with SmtpSink(to_recipient=lambda _: "450 mailbox busy") as sink:
        postman = post(sink)
        for _ in range(6):
            drain(postman, at)
            mail.refresh_from_db()
            waits.append((mail.next_attempt_at - at) // MINUTE)
            at = mail.next_attempt_at
        drain(postman, now + timedelta(days=1, hours=1))
        mail.refresh_from_db()
        waits.append((mail.next_attempt_at - now - timedelta(days=1, hours=1)) // MINUTE)
    assert waits == [1, 5, 10, 10, 10, 10, 60]
    assert (mail.failed_at, mail.sent_at, mail.leased_until) == (None, None, None)
    assert "450 mailbox busy" in mail.last_error


def test_a_server_that_falls_silent_is_asked_again_within_five_minutes(post: Post, now: datetime) -> None:
    mail = put(now)
    at = now
    with SmtpSink(to_data=lambda _: "") as sink:
        postman = post(sink)
        for _ in range(6):
            drain(postman, at)
            mail.refresh_from_db()
            assert at < mail.next_attempt_at <= at + 5 * MINUTE
            at = mail.next_attempt_at


def test_an_address_that_is_refused_for_good_is_given_up_with_the_reason(post: Post, now: datetime) -> None:
    bad = put(now, "gone@example.com")
    good = put(now, "here@example.com")
    refuse = {"gone@example.com": "550 5.1.1 no such user"}
    with SmtpSink(to_recipient=lambda to: refuse.get(to, "250 ok")) as sink:
        assert drain(post(sink), now) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.failed_at, bad.sent_at) == (now, None)
    assert bad.last_error == "recipient refused: 550 5.1.1 no such user"
    assert good.sent_at == now
    assert drain(post(sink), now + timedelta(days=9)) == 0


def test_one_bad_mail_does_not_hold_up_the_next(post: Post, now: datetime) -> None:
    put(now - MINUTE, "poison@example.com")
    put(now, "fine@example.com")
    with SmtpSink(to_data=lambda to: "" if to.startswith("poison") else "250 ok") as sink:
        assert drain(post(sink), now) == 2
    assert [mail.recipients for mail in sink.kept] == [("fine@example.com",)]


def test_five_refusals_in_a_row_are_the_servers_trouble_and_one_mail_asks_for_all(post: Post, now: datetime) -> None:
    for number in range(8):
        put(now, f"{number}@example.com")
    asked: list[str] = []

    def not_now(to: str) -> str:
        asked.append(to)
        return "451 not now"

    with SmtpSink(to_recipient=not_now) as sink:
        postman = post(sink)
        assert drain(postman, now) == 4
        for _ in range(3):
            assert drain(postman, now) == 0
    assert [to[0] for to in asked] == list("01234567")


def test_when_the_server_works_again_all_that_it_put_off_is_tried_at_once(post: Post, now: datetime) -> None:
    for number in range(8):
        put(now, f"{number}@example.com")
    down = True
    with SmtpSink(to_recipient=lambda _: "451 not now" if down else "250 ok") as sink:
        postman = post(sink)
        at = now
        for _ in range(12):
            drain(postman, at)
            at += 5 * MINUTE
        down = False
        put(at, "new@example.com")
        assert drain(postman, at) == 9
    assert sorted(mail.recipients[0][0] for mail in sink.kept) == [*"01234567", "n"]
    assert sink.kept[-1].recipients == ("new@example.com",), "what waited longest goes first"


def test_a_mark_survives_a_database_that_is_away(post: Post, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent, and the database goes away before the note: noted when it is back, not sent again."""
    mail = put(now)
    with SmtpSink() as sink:
        postman = post(sink)
        real = Postman.write_marks

        def away(self: Postman) -> None:
            if self.marks:
                raise OperationalError("gone")

        monkeypatch.setattr(Postman, "write_marks", away)
        with pytest.raises(OperationalError):
            postman.deliver_next(at=now)
        monkeypatch.setattr(Postman, "write_marks", real)
        assert drain(postman, now + delivery.LEASE * 2) == 0
    mail.refresh_from_db()
    assert (mail.sent_at, len(sink.kept)) == (now, 1)
