"""Mail to addresses that can never exist is taken out without asking any mail server."""

from datetime import datetime
from typing import Any

import pytest

from tenants.models import OutboxMail
from tenants.outbox.actions import enqueue
from tenants.outbox.delivery import Postman
from tenants.outbox.undeliverable import is_nowhere


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("coach-1@loadtest.invalid", True),
        ("A@X.INVALID", True),
        ("a@b.invalid.", True),
        ("a@invalid.example.com", False),
        ("a@notinvalid", False),
    ],
)
def test_only_the_reserved_domain_is_nowhere(address: str, answer: bool) -> None:
    assert is_nowhere(address) is answer


@pytest.mark.django_db
def test_the_worker_drops_it_without_a_mail_server(now: datetime, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tenants.outbox.backend.NotConfiguredBackend"
    enqueue("entry.received", to="coach-1@loadtest.invalid", key="k", context={"submission": 1}, at=now)
    postman = Postman()
    assert postman.deliver_next(at=now)
    assert not OutboxMail.objects.exists()
    assert postman.connection is None
