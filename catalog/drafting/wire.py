"""The connection to the service, bounded in time and size as a whole.

A read time-out begins anew with each byte, so that a server which sends one now and then would hold a worker for ever.
Here every step gets what is left of one deadline, and every byte counts. Imported by `service` only when a text is
asked for: it needs the optional requirement.
"""

import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore2
import httpx2

# Theirs would carry the prompt (ANTHROPIC_LOG=debug) and the address, with a gateway's password in it. Ours say enough.
for name in ("anthropic", "httpx2", "httpcore2"):
    logging.getLogger(name).setLevel(logging.WARNING)


class TooLarge(Exception):
    """The answer has more bytes than any that we asked for."""


class Packed(Exception):
    """The answer is compressed, although we asked for none: what it unpacks to has no bound."""


class Budget:
    """What one request may use up."""

    def __init__(self, *, seconds: float, most_bytes: int) -> None:
        self.ends = time.monotonic() + seconds
        self.bytes_left = most_bytes

    def seconds(self, error: type[Exception]) -> float:
        """How long the next step may take. Raises `error` when nothing is left."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise error("the deadline for the whole request has passed")
        return left

    def take(self, data: bytes) -> bytes:
        """Count what came off the budget of the whole answer, and hand it on. Raises TooLarge."""
        self.bytes_left -= len(data)
        if self.bytes_left < 0:
            raise TooLarge
        return data


class BoundedStream(httpcore2.NetworkStream):
    """A connection that ends with its budget."""

    def __init__(self, stream: httpcore2.NetworkStream, budget: Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._budget.take(self._stream.read(max_bytes, self._budget.seconds(httpcore2.ReadTimeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._budget.seconds(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """As the stream's; Python bounds a handshake as a whole."""
        seconds = self._budget.seconds(httpcore2.ConnectTimeout)
        return BoundedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class BoundedBackend(httpcore2.NetworkBackend):
    """Opens connections within the budget, address after address."""

    def __init__(self, budget: Budget) -> None:
        self._backend, self._budget = httpcore2.SyncBackend(), budget

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first address that answers. Python would give each of them the whole time."""
        error: Exception | None = None
        for address in _addresses(host, port):
            seconds = self._budget.seconds(httpcore2.ConnectTimeout)
            try:
                stream = self._backend.connect_tcp(address, port, seconds, local_address, socket_options)
                return BoundedStream(stream, self._budget)
            except httpcore2.ConnectError as refused:
                error = refused
        raise error or httpcore2.ConnectError(f"{host} has no address")


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class BoundedTransport(httpx2.BaseTransport):
    """HTTP/1.1 within the budget; one request, then it is closed."""

    def __init__(self, budget: Budget) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpcore2.default_ssl_context(), network_backend=BoundedBackend(budget)
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and read the whole answer. Time-outs are raised as httpx2's, the rest as it comes."""
        asked = httpcore2.Request(
            method=request.method,
            url=str(request.url),
            headers=request.headers.raw,
            content=request.read(),
            extensions={},
        )
        try:
            answer = self._pool.handle_request(asked)
            headers = httpx2.Headers(answer.headers)
            if headers.get("content-encoding", "identity") != "identity":
                answer.close()
                raise Packed
            return httpx2.Response(answer.status, headers=headers, content=b"".join(_parts(answer)))
        except httpcore2.TimeoutException as error:
            raise httpx2.TimeoutException(str(error), request=request) from error

    def close(self) -> None:
        self._pool.close()


def _parts(answer: httpcore2.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_stream()
    finally:
        answer.close()


def client(*, seconds: float, most_bytes: int) -> httpx2.Client:
    """A client for one request. It follows no redirect, which could carry the key elsewhere, and asks no environment."""
    budget = Budget(seconds=seconds, most_bytes=most_bytes)
    return httpx2.Client(transport=BoundedTransport(budget), follow_redirects=False, trust_env=False)
