"""The SDK as a process of ours starts it, and somebody who visits pages that break."""

from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.test import Client

from config.telemetry import sentry
from tenants.models import User
from tests.config.child import CHILD, MAIL, NAME, PASSWORD, ROMAJI, TOKEN
from tests.config.telemetry.sentry.pages import ADDRESS, Keep, Start, Urls


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the SDK with a transport that keeps everything."""

    def begin(**more: Any) -> Keep:
        kept = Keep()
        sentry.start(role="web", dsn="http://key@127.0.0.1:9/1", transport=kept, **more)
        return kept

    yield begin
    sentry_sdk.get_global_scope().set_client(None)
    sentry_sdk.get_isolation_scope().clear()


@pytest.fixture
def visitor(settings: Any, db: None) -> Client:
    """Signed in, with canaries in every header."""
    settings.ROOT_URLCONF = Urls
    headers = {
        "authorization": f"Bearer {TOKEN}",
        "x-forwarded-for": ADDRESS,
        "user-agent": CHILD.encode().decode("latin-1"),
        "referer": f"https://x/?token={TOKEN}",
        "baggage": f"sentry-release={TOKEN},sentry-user_id={ROMAJI}",
    }
    client = Client(raise_request_exception=False, headers=headers)
    client.force_login(User.objects.create_user(f"me.{MAIL}", PASSWORD, name=NAME))
    client.cookies["canary"] = TOKEN
    return client
