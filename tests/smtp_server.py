"""A mail server as Gmail's and SendGrid's are: STARTTLS or TLS from the start, a login, and no mail without both.

`tests.smtp_sink` misbehaves on demand; this one is strict. Its certificate is signed by an authority that the test makes.
"""

import base64
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.smtp_sink import Kept

GMAIL_SAYS = (
    "535-5.7.8 Username and Password not accepted.\r\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials"
)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _signed(subject: str, key: Any, issuer: str, by: Any, *more: tuple[x509.ExtensionType, bool]) -> x509.Certificate:
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    built = built.public_key(key.public_key()).serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    for extension, critical in more:
        built = built.add_extension(extension, critical)
    return built.sign(by, hashes.SHA256())


@dataclass(frozen=True)
class Authority:
    """Who signed the certificate: `file` is what SSL_CERT_FILE takes, `context` what a server speaks TLS with."""

    file: Path
    context: ssl.SSLContext


def authority(folder: Path, *hosts: str) -> Authority:
    """A new authority, and a certificate of it for these host names and for 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    ca = _signed("test authority", ca_key, "test authority", ca_key, (x509.BasicConstraints(True, None), True), (usage, True),
                 (x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), False))  # fmt: skip
    names = [x509.IPAddress(ip_address("127.0.0.1")), *(x509.DNSName(host) for host in hosts)]
    whose = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    own = _signed("mail", key, "test authority", ca_key, (x509.SubjectAlternativeName(names), False), (whose, False))
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + own.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return Authority(folder / "ca.pem", context)


@dataclass
class SmtpServer:
    """`with SmtpServer(authority.context, "apikey", "SG.xxxxx") as server:` serves on `server.port`."""

    context: ssl.SSLContext
    user: str
    password: str
    tls_from_the_start: bool = False
    sender_ok: Callable[[str], bool] = lambda sender: True
    kept: list[Kept] = field(default_factory=list)
    logins: list[tuple[str, bool]] = field(default_factory=list)
    """Each login's name, and whether TLS was spoken by then."""

    def __enter__(self) -> "SmtpServer":
        server = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                Conversation(server, self).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that does not trust the certificate hangs up."""

        self._server = Server(("127.0.0.1", 0), Talk)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Conversation:
    """One client's."""

    def __init__(self, server: SmtpServer, talk: socketserver.StreamRequestHandler) -> None:
        self.server, self.talk, self.socket = server, talk, talk.request
        self.is_tls = self.is_in = False
        self.sender, self.recipients = "", list[str]()

    def say(self, line: str) -> None:
        self.file.write(line.encode() + b"\r\n")
        self.file.flush()

    def tls(self) -> None:
        self.socket = self.server.context.wrap_socket(self.socket, server_side=True)
        self.file, self.is_tls = self.socket.makefile("rwb"), True

    def run(self) -> None:
        self.file = self.socket.makefile("rwb")
        if self.server.tls_from_the_start:
            self.tls()
        self.say("220 mail.example ESMTP")
        while line := self.file.readline():
            verb, _sep, rest = line.decode().strip().partition(" ")
            answer = getattr(self, f"on_{verb.lower()}", lambda rest: "502 5.5.1 what?")(rest)
            if answer:
                self.say(answer)
            if verb.upper() == "STARTTLS":
                self.tls()
            if verb.upper() == "QUIT":
                return

    def on_ehlo(self, rest: str) -> str:
        offers = ["AUTH PLAIN LOGIN"] if self.is_tls else ["STARTTLS"]
        return "\r\n".join(["250-mail.example", *(f"250-{offer}" for offer in offers), "250 SMTPUTF8"])

    def on_starttls(self, rest: str) -> str:
        return "220 2.0.0 ready"

    def on_quit(self, rest: str) -> str:
        return "221 2.0.0 bye"

    def on_rset(self, rest: str) -> str:
        return "250 2.0.0 ok"

    def on_auth(self, rest: str) -> str:
        kind, _sep, first = rest.partition(" ")
        if not self.is_tls:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if kind == "LOGIN":
            self.say("334 UGFzc3dvcmQ6")
            second = self.file.readline().decode().strip()
            user, password = base64.b64decode(first).decode(), base64.b64decode(second).decode()
        else:
            user, password = base64.b64decode(first).decode().split("\0")[1:]
        self.server.logins.append((user, self.is_tls))
        self.is_in = (user, password) == (self.server.user, self.server.password)
        return "235 2.7.0 Accepted" if self.is_in else GMAIL_SAYS

    def on_mail(self, rest: str) -> str:
        if not self.is_in:
            return "530 5.7.0 Authentication Required"
        self.sender, self.recipients = rest.split("<")[1].split(">")[0], []
        return "250 2.1.0 ok" if self.server.sender_ok(self.sender) else "553 5.7.1 Sender address not owned by user"

    def on_rcpt(self, rest: str) -> str:
        self.recipients.append(rest.split("<")[1].split(">")[0])
        return "250 2.1.5 ok"

    def on_data(self, rest: str) -> str:
        self.say("354 go on")
        text = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            text.append(line[1:] if line.startswith(b"..") else line)
        self.server.kept.append(Kept(self.sender, tuple(self.recipients), b"".join(text)))
        return "250 2.0.0 queued"
