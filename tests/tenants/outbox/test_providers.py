"""Mail through a provider's HTTP API: what became of it, for each provider and each way in which it can go wrong."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest

from config import env
from config.env.mail import ESPS
from tenants.models import DeadAddress, OutboxMail
from tenants.outbox import contents, delivery
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tenants.outbox.delivery import Postman, ServiceDown
from tests.config.env.test_mail import SITE
from tests.esp_stand_in import ADDRESS_REFUSED, PROVIDER_ID, SENDER_REFUSED, TAKEN, TO, Answer, EspStandIn

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]


PLAIN = {"AMAZON_SES_REGION": "ap-northeast-1", "MAILGUN_SENDER_DOMAIN": "mg.example.jp"}


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("受付のお知らせ", "𠮷田さん\n本文"))


@pytest.fixture(params=ESPS)
def esp(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def aws() -> Any:
    """What AWS can do stands in megabytes of JSON; a session of its own would read them anew in every test."""
    from botocore.session import get_session

    return get_session()


@pytest.fixture
def api(esp: str, settings: Any, aws: Any) -> Iterator[EspStandIn]:
    """The provider in use, at a stand-in that takes mails."""
    with EspStandIn(TAKEN[esp]) as stand_in:
        keys = {name: f"key-of-{name.lower()}" for name in ESPS[esp].needs} | PLAIN
        mail = env.read({**SITE, "ANYMAIL_ESP": esp, **keys, "ANYMAIL_API_URL": stand_in.address}).mail
        settings.EMAIL_BACKEND, settings.ANYMAIL_ESP = mail.backend, esp
        settings.ANYMAIL = {**mail.anymail, "AMAZON_SES_SESSION_PARAMS": {"botocore_session": aws}}
        settings.DEFAULT_FROM_EMAIL = "nit-sys@example.jp"
        yield stand_in


@pytest.fixture
def impatient(api: EspStandIn, settings: Any) -> None:
    """A fraction of the patience that the site has."""
    if settings.ANYMAIL_ESP == "amazon_ses":
        client = settings.ANYMAIL["AMAZON_SES_CLIENT_PARAMS"]
        settings.ANYMAIL = {
            **settings.ANYMAIL,
            "AMAZON_SES_CLIENT_PARAMS": {**client, "config": {**client["config"], "read_timeout": 0.2}},
        }
    else:
        settings.ANYMAIL = {**settings.ANYMAIL, "REQUESTS_TIMEOUT": (0.2, 0.2)}


@pytest.fixture
def put(now: datetime) -> Callable[[], OutboxMail]:
    def one() -> OutboxMail:
        enqueue("test", to=TO, key=f"k{OutboxMail.objects.count()}", context={}, at=now)
        return OutboxMail.objects.latest("pk")

    return one


def test_a_mail_is_taken_and_the_provider_s_name_for_it_is_kept(
    esp: str, api: EspStandIn, put: Any, now: datetime
) -> None:
    mail = put()
    assert Postman().deliver_next(at=now)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.failed_at, mail.last_error) == (now, None, "")
    assert mail.provider_id
    if esp not in ("sendgrid", "mailjet"):
        assert PROVIDER_ID in mail.provider_id
    [(_path, headers, body)] = api.asked
    sent = f"{headers} {body.decode('utf-8', 'replace')}"
    if esp not in ("mailjet", "mailersend", "amazon_ses", "mailgun"):
        assert delivery.message_id(mail) in sent
    assert ("key-of" in sent) or esp == "mailgun" or esp == "mailjet"


def test_a_carrier_s_address_reaches_the_provider_in_quotes(esp: str, api: EspStandIn, put: Any, now: datetime) -> None:
    """Two dots in a row stand in quotes only; Python's own class of addresses leaves these out."""
    mail = put()
    OutboxMail.objects.filter(pk=mail.pk).update(to="taro..kita.@docomo.ne.jp")
    Postman().deliver_next(at=now)
    [(_path, _headers, body)] = api.asked
    text = unquote_plus(body.decode("utf-8", "replace")).replace('\\"', '"')
    assert '"taro..kita."@docomo.ne.jp' in text
    assert "taro..kita.@docomo.ne.jp" not in text


def test_an_address_that_is_refused_for_good_is_given_up_and_noted(
    esp: str, api: EspStandIn, put: Any, now: datetime
) -> None:
    mail, api.answer = put(), ADDRESS_REFUSED[esp]
    assert Postman().deliver_next(at=now)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.failed_at) == (None, now)
    assert mail.last_error
    assert DeadAddress.objects.get().address == TO


def test_a_sender_that_is_refused_gives_no_mail_up(esp: str, api: EspStandIn, put: Any, now: datetime) -> None:
    mail, api.answer, postman = put(), SENDER_REFUSED[esp], Postman()
    with suppress(ServiceDown):
        postman.deliver_next(at=now)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.failed_at) == (None, None)
    assert not DeadAddress.objects.exists()
    api.answer = TAKEN[esp]
    assert postman.deliver_next(at=now + timedelta(minutes=10))
    mail.refresh_from_db()
    assert mail.sent_at is not None


GONE: dict[str, Answer | str] = {
    "the key is refused": Answer(
        401, {"message": "Unauthorized", "ErrorCode": "x", "errors": [{"message": "bad key"}]}
    ),
    "the limit is reached": Answer(429, {"message": "Too many", "ErrorCode": "x"}, (("Retry-After", "1"),)),
    "the service is in trouble": Answer(503, b"<html>Service Unavailable</html>", (("Content-Type", "text/html"),)),
    "a proxy answers in its stead": Answer(200, b"<html>Welcome to the hotel</html>", (("Content-Type", "text/html"),)),
    "the answer is another one's": Answer(200, [1, "two", None]),
    "it hangs up": "close",
}


@pytest.mark.parametrize("how", GONE)
def test_a_service_that_is_down_costs_no_mail(esp: str, api: EspStandIn, put: Any, now: datetime, how: str) -> None:
    mail, api.answer, postman = put(), GONE[how], Postman()
    with pytest.raises(ServiceDown):
        postman.deliver_next(at=now)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.failed_at, mail.leased_until) == (None, None, None)
    assert mail.last_error
    assert "key-of" not in mail.last_error
    assert not DeadAddress.objects.exists()
    api.answer = TAKEN[esp]
    assert postman.deliver_next(at=now + timedelta(minutes=5))
    mail.refresh_from_db()
    assert mail.sent_at is not None


@pytest.mark.usefixtures("impatient")
def test_a_service_that_never_answers_is_not_awaited_for_long(
    esp: str, api: EspStandIn, put: Any, now: datetime
) -> None:
    mail, api.answer = put(), "hang"
    with pytest.raises(ServiceDown, match=r"[Tt]imed? ?out"):
        Postman().deliver_next(at=now)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.failed_at) == (None, None)


def test_an_outage_leaves_the_order_as_it_was(api: EspStandIn, esp: str, put: Any, now: datetime) -> None:
    mails, postman, at = [put() for _ in range(4)], Postman(), now
    api.answer = Answer(503)
    for _ in range(5):
        with pytest.raises(ServiceDown):
            postman.deliver_next(at=at)
        at += timedelta(minutes=5)
    api.answer = TAKEN[esp]
    while postman.deliver_next(at=at):
        continue
    sent = OutboxMail.objects.filter(sent_at=at)
    assert sent.count() == len(mails)
