"""Addresses that carriers gave out are accepted at every door and reach them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from anymail.utils import parse_address_list
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models
from django.test import Client

from entries.roster.models import Team
from tenants.mail_address import MailAddressField, normal_email, quoted, validate_address
from tenants.models import OneTimeLink, OutboxMail, User
from tenants.outbox import contents
from tenants.outbox.delivery import Postman
from tenants.outbox.events import Told, take
from tenants.outbox.queries import mail_state
from tenants.outbox.resend import send_again
from tenants.outbox.suppression import is_dead, note_dead, proved_alive
from tests.conftest import PASSWORD
from tests.entries.roster.test_registration import CONFIRM, TEAM, URL, token
from tests.smtp_sink import SmtpSink
from tests.tenants.outbox.posting import drain, postmen, put, write

DOTS = "taro..kita.@docomo.ne.jp"
QUOTED = '"taro..kita."@docomo.ne.jp'


@pytest.mark.parametrize("address", [DOTS, "a.@ezweb.ne.jp", "a..b@t.ezweb.ne.jp", "a..@au.com", "a.b@example.com"])
def test_an_address_that_a_carrier_gave_out_is_one(address: str) -> None:
    validate_address(address)


@pytest.mark.parametrize(
    "address", ["a..b@example.com", "a.@gmail.com", ".a@docomo.ne.jp", "..@docomo.ne.jp", "a..b@notdocomo.ne.jp", "a b.@docomo.ne.jp", "a..b", "@docomo.ne.jp"]
)  # fmt: skip
def test_what_nobody_has_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        validate_address(address)


def test_it_stands_in_quotes_on_an_envelope_and_nowhere_else() -> None:
    assert quoted(DOTS) == QUOTED
    assert quoted("a.b@example.com") == "a.b@example.com"
    assert quoted(QUOTED) == QUOTED
    assert normal_email(QUOTED) == DOTS
    assert normal_email(" ＴＡＲＯ..kita.＠docomo.ne.jp\u200b") == DOTS
    assert normal_email('"a b"@example.com') == '"ab"@example.com'.replace('"', "")


def test_every_column_that_people_fill_in_takes_such_an_address() -> None:
    filled = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.EmailField)
        and field.name in ("email", "contact_email")
        and model is not OneTimeLink
    ]
    assert {type(field) for field in filled} == {MailAddressField}
    assert len(filled) == 4


@pytest.mark.django_db
def test_a_coach_registers_signs_in_and_resets_with_it(client: Client) -> None:
    assert client.post(URL, {**TEAM, "email": QUOTED}).status_code == 200
    assert OutboxMail.objects.get(kind="auth.register").to == DOTS
    assert client.post(CONFIRM, {"token": token()}).status_code in (302, 303)
    assert User.objects.get().email == DOTS
    for typed in (DOTS, QUOTED, DOTS.upper()):
        client.logout()
        assert client.post("/auth/login", {"email": typed, "password": PASSWORD}).status_code == 302, typed
    client.logout()
    client.post("/auth/password/reset", {"email": DOTS})
    assert OutboxMail.objects.get(kind="auth.reset").to == DOTS


@pytest.mark.django_db
def test_a_member_is_invited_and_an_admin_made_with_it(client: Client, kita: Team, baba: User, settings: Any) -> None:
    client.force_login(baba)
    client.post(f"/teams/{kita.pk}/members/", {"email": DOTS})
    assert OutboxMail.objects.get(kind="roster.invitation").to == DOTS
    settings.PLATFORM_ADMIN_PASSWORD = PASSWORD
    call_command("create_platform_admin", email="root..@ezweb.ne.jp")
    assert User.objects.filter(email="root..@ezweb.ne.jp").exists()


@pytest.mark.django_db
def test_it_reaches_the_server_in_quotes(settings: Any, now: datetime, monkeypatch: Any) -> None:
    monkeypatch.setitem(contents._contents, "test", write)
    post: Callable[[SmtpSink], Postman] = postmen(settings)
    with SmtpSink() as sink:
        put(now, to=DOTS)
        put(now, to="other@example.com")
        assert drain(post(sink), now) == 2
    assert sorted(kept.recipients for kept in sink.kept) == [(QUOTED,), ("other@example.com",)]
    [raw] = [kept.raw.decode() for kept in sink.kept if kept.recipients == (QUOTED,)]
    assert f"\r\nTo: {QUOTED}\r\n" in raw.replace("\n", "\r\n").replace("\r\r\n", "\r\n")


def test_a_provider_is_handed_it_in_quotes() -> None:
    [parsed] = parse_address_list([QUOTED])
    assert (parsed.addr_spec, parsed.address, str(parsed)) == (QUOTED, QUOTED, QUOTED)
    [named] = parse_address_list([f"北 太郎 <{QUOTED}>"])
    assert named.as_dict()["email"] == QUOTED
    assert named.address.endswith(f"<{QUOTED}>")
    [plain] = parse_address_list(["a.b@example.com"])
    assert plain.addr_spec == "a.b@example.com"


@pytest.mark.django_db
def test_what_a_provider_tells_of_it_finds_the_mail_and_the_account(now: datetime) -> None:
    mail = put(now, to=DOTS)
    OutboxMail.objects.filter(pk=mail.pk).update(provider_id="p", sent_at=now)
    for number, to in enumerate((QUOTED, DOTS)):
        assert take([Told("sendgrid", f"e{number}", "bounced", "p", to, now, "gone", True)]) == 1
    assert is_dead(DOTS)
    assert is_dead(QUOTED)
    assert proved_alive(DOTS, at=now)
    note_dead(QUOTED, reason="x", at=now)
    assert is_dead(DOTS)


@pytest.mark.django_db
def test_a_mail_that_was_addressed_otherwise_is_known_not_to_arrive_and_sent_again(now: datetime, admin: User) -> None:
    note_dead(DOTS, reason="x", at=now)
    mail = put(now, to=QUOTED)
    assert mail_state(mail.key, to=QUOTED, at=now) == "dead"
    assert send_again(mail, by=admin, at=now)
    assert not is_dead(DOTS)
