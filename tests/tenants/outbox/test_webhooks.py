"""Requirement C12: what a mail provider tells is believed from nobody else, counts once,
and in whatever order it comes."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from config.env.mail import ESPS
from tenants.models import DeadAddress, MailEvent, OutboxMail
from tenants.outbox.providers import WEBHOOKS
from tests.esp_events import KEYS, Post, post
from tests.world import rows_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]
SECRET = "nit-sys:" + "s3cret" * 5
ID = "12345"


def basic(words: str) -> str:
    return "Basic " + base64.b64encode(words.encode()).decode()


@pytest.fixture
def use(settings: Any) -> Any:
    """The site sends through this provider, and awaits its events."""

    def provider(esp: str, **more: str) -> None:
        settings.ANYMAIL_ESP, settings.ANYMAIL_WEBHOOK_SECRET = esp, SECRET
        settings.ANYMAIL = {
            "MAILGUN_API_KEY": "other",
            "MAILGUN_WEBHOOK_SIGNING_KEY": KEYS["mailgun"],
            "MAILERSEND_SIGNING_SECRET": KEYS["mailersend"],
            **more,
        }

    return provider


def name_for(esp: str) -> str:
    return f"<{ID}@mg.example>" if esp == "mailgun" else ID


def sent(esp: str, now: datetime, to: str = "to@example.com", key: str = "k") -> OutboxMail:
    return OutboxMail.objects.create(
        key=key,
        kind="entry.received",
        to=to,
        next_attempt_at=now,
        sent_at=now - timedelta(days=9),
        provider_id=name_for(esp),
    )


def tell(client: Client, esp: str, one: Post, secret: str = SECRET, **headers: str) -> int:
    answer = client.generic(
        "POST",
        f"/anymail/{esp}/tracking/",
        one.body,
        content_type="application/json",
        headers={**one.headers, "Authorization": basic(secret), **headers},
    )
    return answer.status_code


@pytest.fixture
def strict() -> Client:
    """With the CSRF check that browsers meet."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("esp", ESPS)
@pytest.mark.parametrize(
    ("what", "bounced", "dead"),
    [("hard", True, True), ("soft", True, False), ("complained", False, True), ("delivered", False, False)],
)
def test_what_happened_is_noted(
    strict: Client, use: Any, now: datetime, esp: str, what: str, bounced: bool, dead: bool
) -> None:
    use(esp)
    mail = sent(esp, now)
    assert tell(strict, esp, post(esp, what, message_id=name_for(esp))) == 200
    mail.refresh_from_db()
    event = MailEvent.objects.get()
    assert (event.mail_id, event.esp, event.to) == (mail.pk, esp, "to@example.com")
    assert event.at <= now
    assert (mail.bounced_at is not None, DeadAddress.objects.exists()) == (bounced, dead)
    assert mail.sent_at is not None


@pytest.mark.parametrize("esp", ESPS)
def test_repeats_change_nothing(strict: Client, use: Any, now: datetime, esp: str) -> None:
    use(esp)
    sent(esp, now)
    one = post(esp, "hard", message_id=name_for(esp))
    tell(strict, esp, one)
    before = rows_of()
    assert [tell(strict, esp, one) for _ in range(5)] == [200] * 5
    assert rows_of() == before


@pytest.mark.parametrize("esp", ESPS)
def test_the_order_in_which_events_come_changes_nothing(strict: Client, use: Any, now: datetime, esp: str) -> None:
    use(esp)
    posts = [post(esp, what, message_id=name_for(esp), event_id=what) for what in ("delivered", "hard", "complained")]
    outcomes = []
    for order in (posts, posts[::-1]):
        mail = sent(esp, now)
        for one in order:
            tell(strict, esp, one)
        mail.refresh_from_db()
        kinds = sorted(MailEvent.objects.values_list("kind", flat=True))
        dead = list(DeadAddress.objects.values_list("address", flat=True))
        outcomes.append((mail.bounced_at, mail.last_error, kinds, dead))
        DeadAddress.objects.all().delete()
        mail.delete()
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("esp", ESPS)
def test_a_wrong_secret_changes_nothing_and_costs_no_query(
    strict: Client, use: Any, now: datetime, esp: str, django_assert_num_queries: Any
) -> None:
    use(esp)
    sent(esp, now)
    before = rows_of()
    for secret in ("", "nit-sys:", "nit-sys:wrong", SECRET + "x", SECRET[:-1], "x:" + SECRET):
        with django_assert_num_queries(0):
            assert tell(strict, esp, post(esp, "hard", message_id=name_for(esp)), secret) == 401, secret
    assert rows_of() == before


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ###", "Bearer " + SECRET, "Basic \u00e9", "basic " + "A" * 9999]
)
def test_a_header_of_any_form_is_refused(strict: Client, use: Any, now: datetime, header: str) -> None:
    use("brevo")
    sent("brevo", now)
    one = post("brevo", "hard", message_id=ID)
    assert tell(strict, "brevo", one, Authorization=header) == 401
    assert not MailEvent.objects.exists()


@pytest.mark.parametrize("esp", ["mailgun", "mailersend"])
def test_a_wrong_signature_changes_nothing(strict: Client, use: Any, now: datetime, esp: str) -> None:
    use(esp, MAILGUN_WEBHOOK_SIGNING_KEY="another", MAILERSEND_SIGNING_SECRET="another")
    sent(esp, now)
    assert tell(strict, esp, post(esp, "hard", message_id=name_for(esp))) == 401
    assert not MailEvent.objects.exists()


def test_sendgrids_signature_is_checked_when_its_key_is_known(strict: Client, use: Any, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    use("sendgrid", SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY=base64.b64encode(public).decode())
    mail = sent("sendgrid", now)
    one = post("sendgrid", "hard", message_id=ID)
    signature = base64.b64encode(key.sign(b"1600" + one.body, ec.ECDSA(hashes.SHA256()))).decode()
    names = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
    assert tell(strict, "sendgrid", one) == 401
    assert tell(strict, "sendgrid", one, **{names[0]: signature, names[1]: "1601"}) == 401
    assert not MailEvent.objects.exists()
    assert tell(strict, "sendgrid", one, **{names[0]: signature, names[1]: "1600"}) == 200
    mail.refresh_from_db()
    assert mail.bounced_at is not None


def test_resends_signature_is_checked_when_its_secret_is_known(strict: Client, use: Any, now: datetime) -> None:
    key = b"resend-signing-key"
    use("resend", RESEND_SIGNING_SECRET="whsec_" + base64.b64encode(key).decode())
    sent("resend", now)
    one = post("resend", "hard", message_id=ID)
    signed = f"{one.headers['svix-id']}.1700.".encode() + one.body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert tell(strict, "resend", one) == 401
    assert tell(strict, "resend", one, **{"svix-timestamp": "1701", "svix-signature": f"v1,{right}"}) == 401
    assert not MailEvent.objects.exists()
    assert tell(strict, "resend", one, **{"svix-timestamp": "1700", "svix-signature": f"v1,x v1,{right}"}) == 200
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize("esp", ESPS)
def test_what_is_about_no_mail_of_ours_changes_nothing(strict: Client, use: Any, now: datetime, esp: str) -> None:
    use(esp)
    sent(esp, now)
    before = rows_of()
    other = "999" if esp != "mailgun" else "<999@mg.example>"
    assert tell(strict, esp, post(esp, "hard", message_id=other)) == 200
    assert tell(strict, esp, post(esp, "hard", message_id=name_for(esp), to="else@example.com")) == 200
    assert rows_of() == before


GARBAGE = [
    b"", b"{", b"null", b"[]", b"[1]", b"{}", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"event": ["x"]}', b'[{"event": {}}]',
    b'[{"event":"bounce","anymail_id":{"a":1},"timestamp":"x"}]', b'[{"event":"bounce","timestamp":1e400}]',
    b'{"event-data": [], "signature": {"token": "", "timestamp": "", "signature": ""}}', b'[{"msys": 5}]',
    b'{"type":"email.bounced","created_at":5,"data":[]}', b'{"Type":"Notification","MessageId":"e1","Message":"5"}',
    b'{"RecordType":["Bounce"],"MessageID":"12345","Email":5,"BouncedAt":"x"}',
    json.dumps({"event": "hard_bounce", "message-id": ID, "email": "\x00\ud800", "ts_epoch": 10**30}).encode(),
]  # fmt: skip


@pytest.mark.parametrize("esp", ESPS)
def test_garbage_is_answered_and_changes_nothing(use: Any, now: datetime, esp: str) -> None:
    use(esp)
    sent(esp, now)
    before = rows_of()
    client = Client(raise_request_exception=False)
    for body in GARBAGE:
        headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "e1"}
        if esp == "mailersend":
            headers["Signature"] = hmac.new(KEYS[esp].encode(), body, hashlib.sha256).hexdigest()
        assert tell(client, esp, Post(body, headers)) in (200, 400, 401), body
    assert rows_of() == before


def test_odd_text_in_an_event_is_kept_as_one_line(strict: Client, use: Any, now: datetime) -> None:
    use("brevo")
    mail = sent("brevo", now)
    event = {"event": "soft_bounce", "message-id": ID, "ts_epoch": 9e15, "reason": "a\x00b\r\n\ud800𠮷" + "x" * 9999}
    assert tell(strict, "brevo", Post(json.dumps(event).encode(), {})) in (200, 400)
    event["ts_epoch"] = 4_000_000_000_000  # in the year 2096
    assert tell(strict, "brevo", Post(json.dumps(event).encode(), {})) == 200
    mail.refresh_from_db()
    assert mail.bounced_at is not None
    assert mail.bounced_at <= now + timedelta(minutes=1)
    assert mail.last_error.startswith("a b")
    assert len(mail.last_error) == 300


def test_it_is_bounded(strict: Client, use: Any, now: datetime) -> None:
    use("sendgrid")
    mail = sent("sendgrid", now)
    many = [json.loads(post("sendgrid", "delivered", message_id=ID, event_id=f"e{n}").body)[0] for n in range(1_001)]
    assert tell(strict, "sendgrid", Post(json.dumps(many).encode(), {})) == 400
    assert tell(strict, "sendgrid", Post(b"x" * (1024 * 1024 + 1), {})) == 413
    assert tell(strict, "sendgrid", Post(json.dumps(many[:60]).encode(), {})) == 200
    assert MailEvent.objects.filter(mail=mail).count() == 50


def test_it_is_closed_unless_provider_and_secret_are_set(
    strict: Client, use: Any, settings: Any, now: datetime
) -> None:
    sent("brevo", now)
    one = post("brevo", "hard", message_id=ID)
    assert {tell(strict, esp, one) for esp in (*ESPS, "x")} == {404}
    use("brevo")
    assert tell(strict, "sendgrid", one) == 404
    assert strict.head("/anymail/brevo/tracking/").status_code == 200
    assert strict.get("/anymail/brevo/tracking/").status_code == 405
    settings.ANYMAIL_WEBHOOK_SECRET = ""
    assert tell(strict, "brevo", one, "") == 404
    assert not MailEvent.objects.exists()


def test_a_new_subscription_of_amazon_is_confirmed_and_a_failure_is_no_error_page(
    use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
    from botocore.exceptions import EndpointConnectionError

    use("amazon_ses")
    confirmed: list[str] = []
    monkeypatch.setattr(
        AmazonSESTrackingWebhookView, "auto_confirm_sns_subscription", lambda self, sns: confirmed.append(sns["Token"])
    )
    body = json.dumps({"Type": "SubscriptionConfirmation", "MessageId": "m", "Token": "t", "TopicArn": "a:b:c:d:e:f"})
    headers = {"x-amz-sns-message-type": "SubscriptionConfirmation", "x-amz-sns-message-id": "m"}
    client = Client(raise_request_exception=False)
    assert tell(client, "amazon_ses", Post(body.encode(), headers)) == 200
    assert confirmed == ["t"]

    def away(self: Any, sns: Any) -> None:
        raise EndpointConnectionError(endpoint_url="x")

    monkeypatch.setattr(AmazonSESTrackingWebhookView, "auto_confirm_sns_subscription", away)
    assert tell(client, "amazon_ses", Post(body.encode(), headers)) == 400


def test_every_provider_that_sends_can_tell() -> None:
    assert WEBHOOKS.keys() == ESPS.keys()
