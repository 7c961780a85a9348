"""A mail sent on purpose, to see that mail works: straight to the server, or through the outbox and its worker."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tenants.mail_address import quoted
from tenants.outbox import providers
from tenants.outbox.actions import enqueue
from tenants.outbox.backend import NotConfigured
from tenants.outbox.delivery import message_id
from tenants.outbox.mails import TEST, letter
from tenants.outbox.models import OutboxMail
from tenants.outbox.verdicts import UNREADABLE, check_taken, provider_id, status_of, words

LOOK_EVERY = 0.5


class Failed(Exception):
    """The mail did not leave; says why, and what to look at."""


@dataclass(frozen=True)
class Trial:
    """A mail that was handed over."""

    message_id: str
    provider_id: str
    seconds: float


def route() -> str:
    """Where mail goes, without user and password."""
    if settings.ANYMAIL_ESP:
        return f"{settings.ANYMAIL_ESP} (HTTP API)"
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        safety = "TLS" if settings.EMAIL_USE_SSL else "STARTTLS" if settings.EMAIL_USE_TLS else "no TLS"
        login = "with a login" if settings.EMAIL_HOST_USER else "without a login"
        return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} (SMTP, {safety}, {login})"
    return "the console" if "console" in settings.EMAIL_BACKEND else settings.EMAIL_BACKEND.rpartition(".")[2]


def send_directly(to: str, *, at: datetime) -> Trial:
    """Hand one mail to the server now. Raises Failed."""
    written = letter({"at": at.isoformat()})
    assert written is not None  # noqa: S101 - `letter` always has something to say
    name = f"<test.{uuid4().hex}@{urlsplit(settings.BASE_URL).hostname}>"
    message = EmailMessage(
        written.subject, written.body, settings.DEFAULT_FROM_EMAIL, [quoted(to)], headers=providers.headers(name)
    )
    started = monotonic()
    try:
        with get_connection() as connection:
            connection.send_messages([message])
        check_taken(message)
    except (OSError, AnymailError, ValueError, *UNREADABLE) as error:
        raise Failed(f"{words(error)} -- {hint(error)}") from error
    return Trial(name, provider_id(message), monotonic() - started)


def send_by_worker(to: str, *, at: datetime, timeout: float) -> Trial:
    """Put one mail into the outbox and wait until a worker sent it. Raises Failed, also when none did in time."""
    key, started = f"ops.test:{uuid4().hex}", monotonic()
    enqueue(TEST, to=to, key=key, context={"at": at.isoformat()}, at=at)
    pause = Event()
    while True:
        mail = OutboxMail.objects.get(key=key, to=to)
        if mail.sent_at is not None:
            return Trial(message_id(mail), mail.provider_id, monotonic() - started)
        if mail.failed_at is not None:
            raise Failed(f"the worker gave it up: {mail.last_error}")
        if monotonic() - started > timeout:
            why = mail.last_error or "no worker took it: is `run_worker` running?"
            raise Failed(f"not sent within {timeout:g} s: {why} -- it stays in the outbox and is sent when that works")
        pause.wait(LOOK_EVERY)


def hint(error: Exception) -> str:
    """What to look at first, for the usual faults."""
    status, text = status_of(error), words(error).lower()
    if isinstance(error, NotConfigured):
        return "set EMAIL_HOST (or EMAIL_URL, or ANYMAIL_ESP)"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _login_hint()
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "DEFAULT_FROM_EMAIL: the server does not let this account send from this address"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the server refuses this recipient, or to relay for this account"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "EMAIL_HOST: the server's certificate is not valid for this name"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "EMAIL_PORT and EMAIL_USE_TLS: 587 speaks STARTTLS, 465 TLS from the start"
    if status in (401, 403):
        return "the API key is wrong or may not send, or DEFAULT_FROM_EMAIL is not verified at the provider"
    if status is not None and "from" in text and status < 500:
        return "DEFAULT_FROM_EMAIL: the provider wants an address or domain that was verified there"
    if isinstance(error, OSError) and status is None:
        return "EMAIL_HOST and EMAIL_PORT (or ANYMAIL_API_URL): nobody answers there, or the platform blocks the port"
    return "see docs/mail.md"


def _login_hint() -> str:
    if "gmail" in settings.EMAIL_HOST:
        return (
            "EMAIL_HOST_PASSWORD: Gmail wants an app password of 16 letters, not the account's own; 2-step must be on"
        )
    if "sendgrid" in settings.EMAIL_HOST:
        return "EMAIL_HOST_USER is the word apikey, EMAIL_HOST_PASSWORD the key that begins with SG."
    return "EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
