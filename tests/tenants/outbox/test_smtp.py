"""Seed 002, "メール設定": its settings, word for word, against a server that insists on TLS and a login."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import send_mail

from config import env
from tenants.models import OutboxMail
from tenants.outbox import contents
from tenants.outbox.actions import enqueue
from tenants.outbox.contents import Letter
from tenants.outbox.delivery import Postman, ServiceDown
from tests.config.env.test_mail import GMAIL, SENDGRID, SITE
from tests.smtp_server import Authority, SmtpServer, authority

HOSTS = ("smtp.gmail.com", "smtp.sendgrid.net", "localhost")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"), *HOSTS)


@pytest.fixture
def configured(settings: Any, monkeypatch: pytest.MonkeyPatch, trusted: Authority) -> Callable[..., None]:
    """Django as the environment configures it; its connections to any host reach the test's server."""

    def configure(given: dict[str, str], port: int, trust: Path = trusted.file) -> None:
        mail = env.read({**SITE, **given}).mail
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = mail.backend, mail.host, mail.port
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = mail.use_tls, mail.use_ssl
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = mail.user, mail.password
        settings.EMAIL_TIMEOUT = 5
        real = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda address, *rest: real(("127.0.0.1", port), *rest))
        monkeypatch.setenv("SSL_CERT_FILE", str(trust))

    return configure


@pytest.fixture
def gmail(trusted: Authority) -> Iterator[SmtpServer]:
    with SmtpServer(trusted.context, GMAIL["EMAIL_HOST_USER"], GMAIL["EMAIL_HOST_PASSWORD"]) as server:
        yield server


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(contents._contents, "test", lambda context: Letter("件名", "本文"))


@pytest.mark.parametrize("given", [GMAIL, SENDGRID, {**GMAIL, "EMAIL_HOST_PASSWORD": "abcd efgh ijkl mnop"}])
def test_the_runbooks_settings_speak_tls_and_sign_in(
    given: dict[str, str], configured: Any, trusted: Authority
) -> None:
    password = "SG.xxxxx" if given is SENDGRID else "abcdefghijklmnop"
    with SmtpServer(trusted.context, given["EMAIL_HOST_USER"], password) as server:
        configured(given, server.port)
        assert send_mail("テスト", "本文", "from@example.com", ["to@example.com"]) == 1
    [kept] = server.kept
    assert server.logins == [(given["EMAIL_HOST_USER"], True)]
    assert (kept.message["Subject"], kept.recipients) == ("テスト", ("to@example.com",))


def test_port_465_speaks_tls_from_the_start(configured: Any, trusted: Authority) -> None:
    with SmtpServer(trusted.context, "apikey", "SG.xxxxx", tls_from_the_start=True) as server:
        configured({**SENDGRID, "EMAIL_PORT": "465"}, server.port)
        assert send_mail("テスト", "本文", "from@example.com", ["to@example.com"]) == 1


@pytest.mark.parametrize(
    "host", ["smtp.gmail.com", "mail.evil.example"], ids=["unknown authority", "another host's certificate"]
)
def test_a_server_that_cannot_prove_who_it_is_gets_no_password(
    host: str, configured: Any, gmail: SmtpServer, trusted: Authority, tmp_path: Path
) -> None:
    trust = trusted.file if host != "smtp.gmail.com" else authority(tmp_path).file
    configured({**GMAIL, "EMAIL_HOST": host}, gmail.port, trust)
    with pytest.raises(ssl.SSLCertVerificationError):
        send_mail("テスト", "本文", "from@example.com", ["to@example.com"])
    assert gmail.logins == []


@pytest.mark.django_db
@pytest.mark.usefixtures("letters")
def test_a_wrong_password_costs_no_mail_its_turn(configured: Any, gmail: SmtpServer, now: datetime) -> None:
    enqueue("test", to="to@example.com", key="k", context={}, at=now)
    configured({**GMAIL, "EMAIL_HOST_PASSWORD": "wrong"}, gmail.port)
    with pytest.raises(ServiceDown, match=r"SMTPAuthenticationError: 535 5\.7\.8 Username and Password not accepted"):
        Postman().deliver_next(at=now)
    row = OutboxMail.objects.get()
    assert (row.sent_at, row.failed_at, row.next_attempt_at) == (None, None, now)
    assert "abcdefghijklmnop" not in row.last_error
    configured(GMAIL, gmail.port)
    assert Postman().deliver_next(at=now)
    assert len(gmail.kept) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("letters")
def test_a_refused_sender_is_everybodys_trouble(configured: Any, gmail: SmtpServer, now: datetime) -> None:
    gmail.sender_ok = lambda sender: False
    enqueue("test", to="to@example.com", key="k", context={}, at=now)
    configured(GMAIL, gmail.port)
    with pytest.raises(ServiceDown, match="SMTPSenderRefused: 553"):
        Postman().deliver_next(at=now)
    assert OutboxMail.objects.get().failed_at is None
