"""What a mail says, and to whom: no text in it adds a header or a recipient."""

from datetime import datetime
from typing import Any

import pytest
from django.utils.translation import get_language

from tenants.models import OutboxMail, Tenant
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tests.smtp_sink import SmtpSink
from tests.tenants.outbox.posting import MINUTE, Post, drain, postmen, put, write

pytestmark = pytest.mark.django_db
HEADERS = [
    "x\r\nBcc: evil@example.com",
    "x\nX-Evil: 1",
    "x\x0bBcc: evil@example.com",
    "x\u2028Bcc: e@example.com",
    "\x01x",
]


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents._contents, "test", write)


@pytest.fixture
def post(settings: Any) -> Post:
    return postmen(settings)


def test_with_nothing_left_to_say_the_row_goes(post: Post, now: datetime) -> None:
    put(now, silent=True)
    with SmtpSink() as sink:
        assert drain(post(sink), now) == 1
    assert sink.kept == []
    assert OutboxMail.objects.count() == 0


@pytest.mark.parametrize("subject", HEADERS)
def test_no_text_adds_a_header_or_a_recipient(post: Post, now: datetime, subject: str) -> None:
    put(now, subject=subject, body=".\r\nRCPT TO:<evil@example.com>\r\n.\r\n𠮷田 髙橋")
    with SmtpSink() as sink:
        drain(post(sink), now)
    [kept] = sink.kept
    assert kept.recipients == ("a@example.com",)
    assert "Bcc" not in kept.message
    assert "X-Evil" not in kept.message
    assert kept.message.get_content_type() == "text/plain"
    assert "𠮷田 髙橋" in kept.message.get_content()


@pytest.mark.parametrize("to", ["a@example.com\r\nBcc: e@example.com", "", "no address", "a@b@c"])
def test_a_broken_address_is_given_up_and_reaches_nobody_else(post: Post, now: datetime, to: str) -> None:
    mail = put(now, to)
    with SmtpSink(to_recipient=lambda to: "250 ok" if to.endswith("example.com") else "501 5.1.3 bad") as sink:
        drain(post(sink), now)
    mail.refresh_from_db()
    assert sink.kept == []
    assert mail.failed_at == now


def test_replies_go_to_the_host(post: Post, now: datetime, nittai: Tenant) -> None:
    nittai.contact_email = "desk@example.com"
    nittai.save()
    mail = put(now)
    OutboxMail.objects.filter(pk=mail.pk).update(tenant=nittai)
    with SmtpSink() as sink:
        drain(post(sink), now)
    assert sink.kept[0].message["Reply-To"] == "desk@example.com"


def test_a_letter_is_written_in_its_recipients_language(
    post: Post, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("s", str(get_language())))
    for language in ("en", "ja", "xx"):
        enqueue("test", to=f"{language}@example.com", key=language, context={}, at=now, language=language)
    with SmtpSink() as sink:
        drain(post(sink), now)
    assert [mail.message.get_content().strip() for mail in sink.kept] == ["en", "ja", "ja"]


def test_a_letter_that_cannot_be_written_waits_for_a_repair(post: Post, now: datetime) -> None:
    mail = put(now)
    OutboxMail.objects.filter(pk=mail.pk).update(kind="nobody.knows")
    with SmtpSink() as sink:
        assert drain(post(sink), now) == 1
    mail.refresh_from_db()
    assert mail.next_attempt_at == now + MINUTE
    assert mail.failed_at is None
    assert mail.last_error == "KeyError while writing it"
