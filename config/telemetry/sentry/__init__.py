"""Error events to Sentry, without anything personal (seed 000 section 8, seed 002 「エラー監視（Sentry）」, requirement O1).

Sending happens in a thread of the SDK's with a bounded queue: when Sentry is slow or away, events are dropped and no
request waits (requirement M2).
"""

import contextvars
import sys
from time import monotonic
from typing import Any, Literal

from django.conf import settings

from config.env import ENV
from config.telemetry.sentry.events import (
    errors_only,
    event_for_sentry,
    told_by_us,
    transaction_for_sentry,
    without_data,
)

SECONDS_AT_THE_END = 2
"""So long a process that stops may wait for events that were not sent yet."""
DELIVERY_SECONDS = 10
BREADCRUMBS = 30
"""What happened last in a request. Each costs the request that fails some CPU: with the SDK's 100 an event took 7 ms."""


def options(*, role: str) -> dict[str, Any]:
    """What the SDK is started with, but for the address; `role` is web, worker or the name of a command.

    `send_default_pii` is off by itself, and deprecated as an option. What these switches leave, the hooks take out.
    """
    return {
        "environment": settings.APP_ENV,
        "release": settings.RELEASE or None,
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "traces_sample_rate": ENV.sentry_traces_sample_rate or None,
        "before_send": event_for_sentry(role),
        "before_send_transaction": transaction_for_sentry(role),
        "before_breadcrumb": without_data,
        "before_send_log": errors_only,
        "before_send_metric": errors_only,
        "enable_logs": False,
        "enable_metrics": False,
        "auto_session_tracking": False,
        "send_client_reports": False,
        "trace_propagation_targets": [],
        "server_name": role,
        "spotlight": False,
        "shutdown_timeout": SECONDS_AT_THE_END,
        "max_breadcrumbs": BREADCRUMBS,
        "default_integrations": False,
        "auto_enabling_integrations": False,
    }


def _integrations() -> list[Any]:
    """Named one by one: each sees something of a request, and a new one of the SDK's should not come by itself."""
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
    from sentry_sdk.integrations.stdlib import StdlibIntegration
    from sentry_sdk.integrations.threading import ThreadingIntegration

    ignore_logger("django.security.*")  # what was refused is no error of ours; the log has it
    return [
        AtexitIntegration(callback=lambda pending, timeout: None),
        DedupeIntegration(),
        DjangoIntegration(transaction_style="url", middleware_spans=False, signals_spans=False),
        ExcepthookIntegration(),
        LoggingIntegration(),
        StdlibIntegration(),
        ThreadingIntegration(propagate_scope=True),
    ]


def start(*, role: str, dsn: str = "", **more: Any) -> None:
    """Connect to Sentry when SENTRY_DSN is set (or `dsn` given); `more` replaces options, for tests."""
    address = dsn or ENV.sentry_dsn
    if not address:
        return
    import sentry_sdk  # slow to import, and not needed where it is off

    sentry_sdk.init(dsn=address, integrations=_integrations(), **{**options(role=role), **more})


def is_on() -> bool:
    """Whether this process reports to Sentry."""
    if "sentry_sdk" not in sys.modules:  # not even imported where it is off
        return False
    import sentry_sdk

    return bool(sentry_sdk.get_client().is_active())


def tell(
    message: str, *, level: Literal["info", "warning", "error", "fatal"] = "error", **facts: int | float | str | None
) -> str:
    """Send a message of our own, with counts and codes as its tags; the event's id, empty when Sentry is off.

    The message is told as it is: it must be a text of the code, or one that a person typed for Sentry.
    """
    if not is_on():
        return ""
    import sentry_sdk

    def send() -> str:
        told_by_us.set({name: value for name, value in facts.items() if value is not None})
        return sentry_sdk.capture_message(message, level=level) or ""

    return contextvars.copy_context().run(send)


def deliver() -> str:
    """Wait until all events have left; why one of them did not, or nothing when Sentry took them all."""
    import sentry_sdk

    client, lost = sentry_sdk.get_client(), list[str]()
    transport: Any = client.transport
    transport.on_dropped_event = lost.append
    began = monotonic()
    client.flush(timeout=DELIVERY_SECONDS)
    if monotonic() - began >= DELIVERY_SECONDS:
        return f"no answer within {DELIVERY_SECONDS} s"
    return lost[0] if lost else ""
