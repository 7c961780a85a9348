"""A Sentry on loopback: takes envelopes as the real one does and keeps them, or misbehaves when told to."""

import gzip
import json
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SentrySink:
    """`with SentrySink() as sink:` takes envelopes at `sink.dsn`; `sink.bodies` holds each as it came over the wire.

    `status` is what it answers; with `stall` it answers nothing until that is set.
    """

    def __init__(self, *, status: int = 200, stall: threading.Event | None = None) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.got_one = threading.Semaphore(0)
        sink = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                how = self.headers.get("Content-Encoding", "")
                sink.headers.append(dict(self.headers))
                sink.bodies.append(_plain(body, how))
                sink.got_one.release()
                if stall is not None:
                    stall.wait(60)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def dsn(self) -> str:
        """As SENTRY_DSN takes it."""
        return f"http://key@127.0.0.1:{self._server.server_address[1]}/1"

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events and transactions among what came."""
        return [item for body in self.bodies for item in items_of(body)]

    def __enter__(self) -> "SentrySink":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _plain(body: bytes, how: str) -> bytes:
    if how == "gzip":
        return gzip.decompress(body)
    if how == "br":
        import brotli

        return bytes(brotli.decompress(body))
    return zlib.decompress(body) if how == "deflate" else body


def items_of(envelope: bytes) -> list[dict[str, Any]]:
    """The payloads of one envelope: a header line, then for each item a header line and its payload."""
    lines = envelope.split(b"\n")[1:]
    return [json.loads(payload) for _, payload in zip(lines[::2], lines[1::2], strict=False) if payload]
