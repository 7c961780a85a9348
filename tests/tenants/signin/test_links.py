"""Links that work once: issuing, finding, redeeming."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from tenants.refusal import Refused
from tenants.signin import links
from tenants.signin.models import OneTimeLink, Purpose

HOUR = timedelta(hours=1)


def issued(now: datetime, **more: Any) -> links.Issued:
    return links.issue(Purpose.RESET, email="baba@example.com", at=now, lifetime=HOUR, **more)


def refused(token: str, at: datetime, purpose: str = Purpose.RESET) -> str:
    with pytest.raises(Refused) as no:
        links.redeem(purpose, token, at=at)
    return no.value.code


def test_a_link_works_once(db: None, now: datetime) -> None:
    new = issued(now, payload={"answer": 42})
    assert links.redeem(Purpose.RESET, new.token, at=now).payload == {"answer": 42}
    assert refused(new.token, now) == "link_invalid"


def test_at_its_last_instant_it_is_over(db: None, now: datetime) -> None:
    new = issued(now)
    assert refused(new.token, now + HOUR) == "link_invalid"
    assert links.redeem(Purpose.RESET, new.token, at=now + HOUR - timedelta(microseconds=1))


def test_a_link_is_for_one_purpose(db: None, now: datetime) -> None:
    assert refused(issued(now).token, now, Purpose.SIGN_IN) == "link_invalid"


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 100_000, "ü"])
def test_any_text_as_a_token_is_refused(db: None, now: datetime, token: str) -> None:
    issued(now)
    assert refused(token, now) == "link_invalid"


def test_looking_does_not_use_it_up(db: None, now: datetime) -> None:
    new = issued(now)
    links.find(Purpose.RESET, new.token, at=now)
    assert links.redeem(Purpose.RESET, new.token, at=now)


def test_it_is_unused_again_when_what_it_does_fails(db: None, now: datetime) -> None:
    new = issued(now)

    def fail() -> None:
        with transaction.atomic():
            links.redeem(Purpose.RESET, new.token, at=now)
            raise Refused("other")

    with pytest.raises(Refused):
        fail()
    assert links.redeem(Purpose.RESET, new.token, at=now)


def test_a_copy_of_the_database_opens_nothing(db: None, now: datetime, settings: Any) -> None:
    """Neither the row nor the outbox holds the token; with another secret key the seed makes none that works."""
    new = issued(now)
    row = OneTimeLink.objects.get()
    stored = f"{row.token_hash} {row.payload} {new.context}"
    assert new.token not in stored
    settings.SECRET_KEY = "a thief has no key, whatever else they have taken from us"
    assert links.token_for_mail(new.context, at=now) is None


def test_the_mail_finds_its_token_after_the_key_was_rotated(db: None, now: datetime, settings: Any) -> None:
    new = issued(now)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new key after a rotation, long enough to be one, 0123456789"
    found = links.token_for_mail(new.context, at=now)
    assert found is not None
    assert found[1] == new.token


def test_no_mail_leaves_for_a_link_that_is_over(db: None, now: datetime) -> None:
    new = issued(now)
    assert links.token_for_mail(new.context, at=now + HOUR) is None
    links.redeem(Purpose.RESET, new.token, at=now)
    assert links.token_for_mail(new.context, at=now) is None
