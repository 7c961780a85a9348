"""A stand-in of the Messages API on loopback: keeps what it is asked, answers or misbehaves as it is told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TEXT = "ASICSのシューズです。価格は24,200円です。"


@dataclass
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Parsed."""
        return json.loads(self.raw)


Mode = Callable[["_Talk"], None]


class StandIn:
    """`with StandIn() as service:` serves at `service.url` until the block ends; `service.asked` holds the requests.

    `mode` is what it does with the next requests: one of the functions below. `go_on` is set to release `stall`.
    """

    def __init__(self, mode: "Mode | None" = None) -> None:
        self.mode: Mode = mode or text(TEXT)
        self.asked: list[Asked] = []
        self.go_on, self.arrived = threading.Event(), threading.Semaphore(0)
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """As ANTHROPIC_BASE_URL takes it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    stand_in: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is not worth a traceback."""


class _Talk(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Keep the request, then do what the mode says."""
        stand_in = self.server.stand_in
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        stand_in.asked.append(Asked(self.path, dict(self.headers.items()), raw))
        stand_in.arrived.release()
        with suppress(ConnectionError):
            stand_in.mode(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def give(self, status: int, body: bytes, **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def message(words: str, stop_reason: str = "end_turn") -> bytes:
    """A message as the service writes it."""
    answer = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": stop_reason, "stop_sequence": None,
        "content": [{"type": "text", "text": words}], "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    return json.dumps(answer).encode()


def text(words: str, stop_reason: str = "end_turn") -> Mode:
    """Answer with these words."""
    return lambda talk: talk.give(200, message(words, stop_reason))


def texts(*words: str) -> Mode:
    """One after the other, the last one for good."""
    left: Iterator[str] = iter(words)

    def answer(talk: _Talk) -> None:
        talk.give(200, message(next(left, words[-1])))

    return answer


def raw(body: bytes, status: int = 200, **headers: str) -> Mode:
    """Answer with these bytes."""
    return lambda talk: talk.give(status, body, **headers)


def error(status: int, kind: str) -> Mode:
    """An error as the service words it, with a secret in it that no log should carry."""
    body = {"type": "error", "error": {"type": kind, "message": "SERVICE-SECRET"}}
    return lambda talk: talk.give(status, json.dumps(body).encode())


def stall(talk: _Talk) -> None:
    """Say nothing until `go_on`, then hang up."""
    talk.server.stand_in.go_on.wait(60)
    talk.close_connection = True


def held(words: str) -> Mode:
    """Answer only when `go_on` is set."""

    def answer(talk: _Talk) -> None:
        talk.server.stand_in.go_on.wait(60)
        talk.give(200, message(words))

    return answer


def drip(what: bytes) -> Mode:
    """Send `what`, then a byte now and then, for ever."""

    def answer(talk: _Talk) -> None:
        talk.close_connection = True
        talk.wfile.write(what)
        while not talk.server.stand_in.go_on.wait(0.05):
            talk.wfile.write(b" ")
            talk.wfile.flush()

    return answer


def hang_up(talk: _Talk) -> None:
    """Close the connection without a word."""
    talk.close_connection = True
    talk.connection.shutdown(socket.SHUT_RDWR)


DRIP_BODY = drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
DRIP_HEAD = drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


__all__ = [
    "DRIP_BODY", "DRIP_HEAD", "TEXT", "Asked", "Mode", "StandIn", "closed_port", "drip", "error", "hang_up", "held", "message", "raw",
    "stall", "text", "texts",
]  # fmt: skip
