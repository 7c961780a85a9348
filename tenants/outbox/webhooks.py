"""Reading a provider's webhook: is it the provider, and what does it say. Nothing here asks the database."""

import base64
import binascii
import hmac
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tenants.outbox.events import Told, told
from tenants.outbox.providers import WEBHOOKS

MOST_EVENTS = 1_000
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError, RecursionError, AnymailError,
              AnymailConfigurationError)  # fmt: skip
"""What anymail's parsers stumble over; it expects what each provider documents and checks little."""


class Forged(Exception):
    """It does not come from the provider."""


class Garbage(Exception):
    """It comes from the provider, and cannot be read."""


def is_open_for(esp: str) -> bool:
    """Whether this site awaits events of this provider."""
    return esp == settings.ANYMAIL_ESP and esp in WEBHOOKS and bool(settings.ANYMAIL_WEBHOOK_SECRET)


def read(request: HttpRequest, *, at: datetime) -> list[Told]:
    """What the provider in use says, signature checked where it signs. Raises Forged, and Garbage."""
    try:
        reader = _reader()
        reader.run_validators(request)  # the user and password that we gave the provider, and its own signature
        if settings.ANYMAIL_ESP == "resend":
            check_svix(request)
        found = [told(settings.ANYMAIL_ESP, event, at=at) for event in reader.parse_events(request)]
    except SuspiciousOperation as forged:
        raise Forged from forged
    except (*UNREADABLE, *_amazons()) as fault:
        raise Garbage(type(fault).__name__) from fault
    if len(found) > MOST_EVENTS:
        raise Garbage("too many events at once")
    return found


def _reader() -> Any:
    """Anymail's view of this provider, of which we use the parser and the check of signatures."""
    name = WEBHOOKS[settings.ANYMAIL_ESP]
    view = getattr(import_module(f"anymail.webhooks.{name.module}"), f"{name.view}TrackingWebhookView")
    # Anymail would check Resend's signature with a library of its own, which we do without.
    return view(signing_secret=None) if settings.ANYMAIL_ESP == "resend" else view()


def _amazons() -> tuple[type[Exception], ...]:
    """A new subscription is confirmed at Amazon, which may fail."""
    if settings.ANYMAIL_ESP != "amazon_ses":
        return ()
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError


def check_svix(request: HttpRequest) -> None:
    """Resend's signature, when its secret is known (docs.svix.com, "verify manually"). Raises Forged."""
    secret = settings.ANYMAIL.get("RESEND_SIGNING_SECRET", "")
    if not secret:
        return
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise Forged from None
    signed = (
        f"{request.headers.get('svix-id', '')}.{request.headers.get('svix-timestamp', '')}.".encode() + request.body
    )
    wanted = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    offered = [one.removeprefix("v1,") for one in request.headers.get("svix-signature", "").split() if one[:3] == "v1,"]
    if not any(constant_time_compare(one, wanted) for one in offered):
        raise Forged
