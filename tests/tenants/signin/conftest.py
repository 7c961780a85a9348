"""What the tests of sign-in share: a visitor, and the post."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone, translation

from tenants.outbox.contents import Letter, write
from tenants.outbox.models import OutboxMail


@pytest.fixture
def post(db: None) -> Callable[[], list[tuple[OutboxMail, Letter | None]]]:
    """Every mail in the outbox as the worker would write it, in its language."""

    def read() -> list[tuple[OutboxMail, Letter | None]]:
        found = []
        for row in OutboxMail.objects.order_by("pk"):
            with translation.override(row.language):
                found.append((row, write(row.kind, row.context)))
        return found

    return read


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Move the clock that views read."""

    def move(**delta: Any) -> None:
        from datetime import timedelta

        real, ahead = timezone.now, timedelta(**delta)
        monkeypatch.setattr("django.utils.timezone.now", lambda: real() + ahead)

    return move
