"""Putting mails into the outbox, and a worker's round."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from tenants.models import OutboxMail
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tenants.outbox.delivery import Postman, ServiceDown
from tests.smtp_sink import SmtpSink

MINUTE = timedelta(minutes=1)
Post = Callable[[SmtpSink | int], Postman]


def write(context: dict[str, Any]) -> Letter | None:
    """For a kind of mail whose context is the letter."""
    return None if context.get("silent") else Letter(context.get("subject", "件名"), context.get("body", "本文"))


def postmen(settings: Any) -> Post:
    """Postmen for a sink or a port."""

    def at(sink: SmtpSink | int) -> Postman:
        settings.EMAIL_BACKEND = "tenants.outbox.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink if isinstance(sink, int) else sink.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 5
        return Postman()

    return at


def put(at: datetime, to: str = "a@example.com", **context: Any) -> OutboxMail:
    key = f"test:{OutboxMail.objects.count()}"
    enqueue("test", to=to, key=key, context=context, at=at)
    return OutboxMail.objects.get(key=key, to=to)


def drain(postman: Postman, at: datetime) -> int:
    """How many mails were dealt with until none was due, or until the worker would pause."""
    sent = 0
    with suppress(ServiceDown):
        while postman.deliver_next(at=at):
            sent += 1
    postman.hang_up()
    return sent
