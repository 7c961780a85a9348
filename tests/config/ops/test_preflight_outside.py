"""`manage.py preflight` and what is outside: a real mail server, a real TLS server, and silence."""

import dataclasses
import socket
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from config.env import ENV
from config.ops.checklist import CheckLine, Word
from config.ops.preflight import outside_lines
from tests.smtp_sink import SmtpSink

Mail = type(ENV.mail)


def use(monkeypatch: pytest.MonkeyPatch, mail: Any) -> None:
    monkeypatch.setattr(outside_lines, "ENV", dataclasses.replace(ENV, mail=mail))


def look_at_mail() -> CheckLine:
    seen = outside_lines.mail(timezone.now())
    assert "canary" not in seen.text + seen.todo
    return seen


def test_a_mail_server_is_greeted_and_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with SmtpSink() as sink:
        use(monkeypatch, Mail("smtp", "127.0.0.1", sink.port, use_tls=False))
        assert look_at_mail().word is Word.OK
        assert (sink.conversations, sink.kept) == (1, [])


@pytest.mark.parametrize(("answer", "word"), [(b"235 welcome", Word.OK), (b"535 canary go away", Word.NG)])
def test_a_password_is_tried(monkeypatch: pytest.MonkeyPatch, answer: bytes, word: Word) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve_one_sign_in, args=(server, answer), daemon=True).start()
        port = server.getsockname()[1]
        use(monkeypatch, Mail("smtp", "127.0.0.1", port, use_tls=False, user="canary", password="canary"))
        assert look_at_mail().word is word


def _serve_one_sign_in(server: socket.socket, answer: bytes) -> None:
    line, _ = server.accept()
    with line, line.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 hello\r\n")
        for line_said in talk:
            said = line_said.upper()
            if said.startswith(b"EHLO"):
                talk.write(b"250-me\r\n250 AUTH PLAIN\r\n")
            elif said.startswith(b"AUTH"):
                talk.write(answer + b"\r\n")
            elif said.startswith(b"QUIT"):
                talk.write(b"221 bye\r\n")
                return


def test_a_mail_server_that_is_away_or_silent_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_lines, "SECONDS", 1)
    use(monkeypatch, Mail("smtp", "127.0.0.1", 1, use_tls=False))
    assert look_at_mail().word is Word.LOOK
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use(monkeypatch, Mail("smtp", "127.0.0.1", silent.getsockname()[1], use_tls=False))
        assert look_at_mail().word is Word.LOOK


@pytest.mark.parametrize("kind", ["none", "console"])
def test_a_site_without_a_mail_server_is_pointed_out(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    use(monkeypatch, Mail(kind))
    assert look_at_mail().word is Word.LOOK


@pytest.mark.parametrize(("status", "word"), [(401, Word.NG), (403, Word.NG), (500, Word.LOOK), (0, Word.LOOK)])
def test_a_providers_key_is_tried(monkeypatch: pytest.MonkeyPatch, settings: Any, status: int, word: Word) -> None:
    def refuse(request: Any, timeout: float) -> None:
        assert (request.get_method(), request.data) == ("GET", None), "something is sent"
        raise HTTPError("", status, "canary", Message(), None) if status else URLError("canary")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    settings.ANYMAIL = {"SENDGRID_API_KEY": "canary"}
    use(monkeypatch, Mail("anymail", esp="sendgrid"))
    assert look_at_mail().word is word


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[datetime]:
    """A TLS server on loopback whose certificate ends 60 days after the moment that is returned."""
    key, begins = ec.generate_private_key(ec.SECP256R1()), timezone.now() - timedelta(days=1)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), begins, begins + timedelta(days=61)
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName("test.localhost")]), critical=False)
    chain = tmp_path / "both.pem"
    chain.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_shake_hands, args=(server, context), daemon=True).start()
        settings.BASE_URL = f"https://test.localhost:{server.getsockname()[1]}"
        monkeypatch.setattr(socket, "getaddrinfo", _at_home(socket.getaddrinfo))
        monkeypatch.setattr(outside_lines, "trusted", lambda: ssl.create_default_context(cafile=str(chain)))
        yield begins + timedelta(days=1)


def _at_home(real: Any) -> Any:
    return lambda host, *args, **more: real("127.0.0.1" if host == "test.localhost" else host, *args, **more)


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        try:
            context.wrap_socket(line, server_side=True).close()
        except (ssl.SSLError, OSError):
            line.close()


def test_a_certificate_is_looked_at_as_a_browser_does(shop: datetime) -> None:
    seen = outside_lines.certificate(shop)
    assert (seen.word, seen.text) == (Word.OK, "test.localhost、残り 59 日")
    assert outside_lines.certificate(shop + timedelta(days=50)).word is Word.LOOK


def test_a_certificate_that_nobody_trusts_fails(shop: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_lines, "trusted", ssl.create_default_context)
    assert outside_lines.certificate(shop).word is Word.NG


def test_an_address_that_does_not_answer_is_pointed_out(settings: Any) -> None:
    settings.BASE_URL = "https://127.0.0.1:1"
    assert outside_lines.certificate(timezone.now()).word is Word.LOOK
    settings.BASE_URL, settings.APP_ENV = "https://localhost", "prod"
    assert outside_lines.certificate(timezone.now()).word is Word.NG
