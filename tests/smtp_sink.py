"""A mail server on loopback that keeps what it is given, and misbehaves when told to."""

import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass(frozen=True)
class Kept:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Parsed."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


Answer = Callable[[str], str]


class SmtpSink:
    """`with SmtpSink() as sink:` serves on 127.0.0.1:`sink.port` until the block ends; `sink.kept` holds the mails.

    `to_recipient` and `to_data` give the answer for an address; an answer of "" closes the connection instead. `stall`
    holds back the answer to the text of a mail until it is set.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        to_recipient: Answer = lambda _: "250 ok",
        to_data: Answer = lambda _: "250 ok",
        stall: threading.Event | None = None,
    ) -> None:
        self.kept: list[Kept] = []
        self.conversations = 0
        self.to_recipient, self.to_data, self.stall = to_recipient, to_data, stall
        self.got_data = threading.Semaphore(0)
        sink = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                sink.conversations += 1
                sink._talk(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that was killed is not worth a traceback."""

        self._server = Server(("127.0.0.1", port), Talk)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    @property
    def url(self) -> str:
        """As EMAIL_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> "SmtpSink":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, talk: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            talk.wfile.write(line.encode() + b"\r\n")

        say("220 sink")
        sender = ""
        recipients: list[str] = []
        while line := talk.rfile.readline():
            verb = line[:4].upper().strip()
            if verb in (b"EHLO", b"HELO"):
                say("250 sink")
            elif verb == b"MAIL":
                sender, recipients = line.decode().strip(), []
                say("250 ok")
            elif verb == b"RCPT":
                address = line.decode().split("<")[1].split(">")[0]
                answer = self.to_recipient(address)
                if not answer:
                    return
                if answer.startswith("2"):
                    recipients.append(address)
                say(answer)
            elif verb == b"DATA":
                say("354 go on")
                if not self._take(talk, say, sender, tuple(recipients)):
                    return
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def _take(self, talk: Any, say: Callable[[str], None], sender: str, recipients: tuple[str, ...]) -> bool:
        text = []
        while (line := talk.rfile.readline()) not in (b".\r\n", b""):
            text.append(line[1:] if line.startswith(b"..") else line)
        answer = self.to_data(recipients[0])
        if answer.startswith("2"):
            self.kept.append(Kept(sender, recipients, b"".join(text)))
        self.got_data.release()
        if self.stall is not None:
            self.stall.wait(30)
        if not answer:
            return False
        say(answer)
        return True
