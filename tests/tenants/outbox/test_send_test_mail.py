"""Seed 002, "送信テスト": one command that sends, and says what is wrong when it cannot."""

import os
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from tenants.models import DeadAddress, OutboxMail
from tenants.outbox import trial
from tenants.outbox.backend import NotConfigured
from tenants.outbox.delivery import Postman
from tests.smtp_server import Authority, SmtpServer, authority

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"), "localhost")


@pytest.fixture
def server(trusted: Authority) -> Iterator[SmtpServer]:
    with SmtpServer(trusted.context, "your-email@gmail.com", "abcdefghijklmnop") as running:
        yield running


def run(server: SmtpServer, trusted: Authority, to: str = "to@example.com", **change: str) -> Any:
    """The command as ops run it, with the runbook's variables and this server as host."""
    env = {
        "PATH": os.environ["PATH"], "EMAIL_HOST": "localhost", "EMAIL_PORT": str(server.port), "EMAIL_USE_TLS": "True",
        "EMAIL_HOST_USER": "your-email@gmail.com", "EMAIL_HOST_PASSWORD": "abcdefghijklmnop",
        "SSL_CERT_FILE": str(trusted.file), "DEFAULT_FROM_EMAIL": "your-email@gmail.com", **change,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "manage.py", "send_test_mail", to],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_sends_over_tls_with_a_login_and_says_how(server: SmtpServer, trusted: Authority) -> None:
    done = run(server, trusted)
    assert done.returncode == 0, done.stderr
    [kept] = server.kept
    assert f"By localhost:{server.port} (SMTP, STARTTLS, with a login), from your-email@gmail.com" in done.stdout
    assert f"Message-ID: {kept.message['Message-ID']}" in done.stdout
    assert "Taken by the server after" in done.stdout
    assert (kept.recipients, kept.message["Subject"]) == (("to@example.com",), "【NIT-SYS】送信テスト")
    assert "abcdefghijklmnop" not in done.stdout + done.stderr


def test_it_ends_with_one_line_when_it_did_not_send(server: SmtpServer, trusted: Authority) -> None:
    done = run(server, trusted, EMAIL_HOST_PASSWORD="canary-password")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "535" in done.stderr
    assert "EMAIL_HOST_PASSWORD" in done.stderr
    assert "canary" not in done.stdout + done.stderr
    assert server.kept == []


FAULTS = [
    ("smtp.gmail.com", smtplib.SMTPAuthenticationError(535, b"5.7.8 Username and Password not accepted"), "app password"),
    ("smtp.sendgrid.net", smtplib.SMTPAuthenticationError(535, b"Authentication failed"), "apikey"),
    ("h", ConnectionRefusedError(111, "Connection refused"), "EMAIL_PORT"),
    ("h", TimeoutError("timed out"), "EMAIL_PORT"),
    ("h", socket.gaierror(-2, "Name or service not known"), "EMAIL_HOST"),
    ("h", ssl.SSLCertVerificationError(1, "self-signed certificate"), "certificate"),
    ("h", ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "EMAIL_USE_TLS"),
    ("h", smtplib.SMTPNotSupportedError("STARTTLS extension not supported"), "EMAIL_USE_TLS"),
    ("h", smtplib.SMTPSenderRefused(553, b"not owned by user", "x"), "DEFAULT_FROM_EMAIL"),
    ("h", smtplib.SMTPRecipientsRefused({"a": (554, b"relay denied")}), "relay"),
    ("h", NotConfigured("no mail server is configured"), "EMAIL_HOST"),
    ("", AnymailAPIError("bad key", status_code=401, response=type("R", (), {"reason": "", "text": ""})()), "API key"),
    ("", AnymailAPIError("from address", status_code=422, response=type("R", (), {"reason": "", "text": ""})()), "DEFAULT_FROM_EMAIL"),
    ("", AnymailAPIError("x", status_code=500, response=type("R", (), {"reason": "", "text": ""})()), "docs/mail.md"),
]  # fmt: skip


@pytest.mark.parametrize(("host", "error", "says"), FAULTS)
def test_usual_faults_have_a_hint(host: str, error: Exception, says: str, settings: Any) -> None:
    settings.EMAIL_HOST = host
    assert says in trial.hint(error)


@pytest.mark.parametrize("to", ["", "no address", "a@b@c", "a\x00@example.com", "a@example.com\r\nBcc: b@example.com"])
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(CommandError, match="not a mail address"):
        call_command("send_test_mail", to)
    assert mail.outbox == []


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes one mail whenever the command pauses."""

    class Pause:
        def wait(self, seconds: float) -> bool:
            return Postman().deliver_next(at=timezone.now())

    monkeypatch.setattr(trial, "Event", Pause)


@pytest.mark.django_db
@pytest.mark.usefixtures("working")
def test_through_the_outbox_it_waits_until_the_worker_sent_it() -> None:
    DeadAddress.objects.create(address="to@example.com", since_at=timezone.now())
    out = StringIO()
    call_command("send_test_mail", "to@example.com", "--via-outbox", stdout=out)
    assert "Sent by the worker after" in out.getvalue()
    assert mail.outbox[0].extra_headers["Message-ID"] in out.getvalue()


@pytest.mark.django_db
def test_without_a_worker_it_says_so_and_the_mail_stays() -> None:
    with pytest.raises(CommandError, match=r"not sent within 0 s: no worker took it: is `run_worker` running\?"):
        call_command("send_test_mail", "to@example.com", "--via-outbox", "--timeout", "0", stdout=StringIO())
    assert OutboxMail.objects.filter(sent_at=None, failed_at=None).count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("working")
def test_it_says_when_the_worker_gave_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"to@example.com": (550, b"5.1.1 no such user")})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    with pytest.raises(CommandError, match="gave it up: recipient refused: 550"):
        call_command("send_test_mail", "to@example.com", "--via-outbox", stdout=StringIO())
