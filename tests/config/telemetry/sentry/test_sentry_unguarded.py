"""What shows that the tests of what reaches Sentry can fail: without our hooks it all leaves."""

import pytest
from django.test import Client

from tests.config.telemetry.sentry.breaks import WAYS
from tests.config.telemetry.sentry.pages import Start, leaks, visit

UNGUARDED = {
    "before_send": None,
    "before_send_transaction": None,
    "before_breadcrumb": None,
    "include_local_variables": True,
    "send_default_pii": True,
    "max_request_body_size": "always",
    "include_source_context": True,
}


def test_without_the_hooks_nearly_every_kind_leaks(visitor: Client, start: Start) -> None:
    leaking = set()
    for kind in WAYS:
        kept = start(**UNGUARDED)
        visit(visitor, kind)
        if leaks(kept.bodies):
            leaking.add(kind)
    assert len(leaking) >= 25


@pytest.mark.parametrize(
    "kind",
    ["integrity_with_detail", "validation", "mail_refused", "missing_key", "after_a_query", "logged", "cause"],
)
def test_without_the_hooks_alone_texts_queries_and_logs_leak(visitor: Client, start: Start, kind: str) -> None:
    """The SDK's own switches (no locals, no personal data, no bodies) are not enough (requirement O1)."""
    kept = start(before_send=None, before_breadcrumb=None)
    visit(visitor, kind)
    assert leaks(kept.bodies) != set()
