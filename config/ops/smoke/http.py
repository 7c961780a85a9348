"""A visitor of a running site: HTTP of the standard library, cookies of its own, redirects looked at and not followed."""

import http.client
import json
import re
from collections.abc import Sequence
from email.message import Message
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

MOST_BYTES = 10_000_000
HOST = re.compile(r"[\w.-]+(:\d+)?", re.ASCII)
Fields = Sequence[tuple[str, str]]


class Away(Exception):
    """Nothing answers, or not in HTTP, or not in time."""


class Place(NamedTuple):
    """Where the site is. `name` is what the Host header says."""

    scheme: str
    host: str
    port: int
    name: str


def read_place(base_url: str, *, host: str = "") -> Place:
    """`https://entry.example.jp` or `http://127.0.0.1:8000`; `host` is another name to ask for. Raises ValueError."""
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address, for example https://entry.example.jp")
    if parts.username or parts.password:
        raise ValueError("write it without a user name or password")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("write it without a path")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        name = parts.hostname.encode("idna").decode("ascii")
    except ValueError:
        raise ValueError("its host or port cannot be read") from None
    if host and not HOST.fullmatch(host):
        raise ValueError("--host is a name, for example entry.example.jp")
    shown = f"[{name}]" if ":" in name else name
    return Place(parts.scheme, name, port, host or (f"{shown}:{parts.port}" if parts.port else shown))


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where a redirect leads, or nothing."""
        return self.headers.get("Location") or ""

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def exchange(
    link: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> Answer:
    """One request on this connection. Raises OSError and HTTPException."""
    link.request(method, path, body, headers)
    response = link.getresponse()
    answer = Answer(response.status, response.headers, response.read(MOST_BYTES))
    if not response.isclosed():  # longer than anybody reads: what is left of it must not be the next answer
        link.close()
    return answer


class Visitor:
    """One browser: its own cookies, and a connection for each request, so that every process of the site gets its turn.

    With `keep` the connection stays open between requests, as a browser's does. One that the server closed meanwhile is
    opened again once: a sheet may be sent twice without harm, its key says that it is the same one.

    A server outside dev wants https, which its proxy says in X-Forwarded-Proto; asked directly over http we say it in
    the proxy's stead, and send its `Secure` cookies. In dev that header is not looked at.
    """

    def __init__(self, place: Place, *, timeout: float, agent: str = "nitsys-smoke", keep: bool = False) -> None:
        self.place, self.timeout, self.agent, self.keep = place, timeout, agent, keep
        self.cookies: dict[str, str] = {}
        kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        self.link = kind(place.host, place.port, timeout=timeout)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Fields) -> Answer:
        """Send a form, with the token that its page set as a cookie."""
        token = [("csrfmiddlewaretoken", value) for name, value in self.cookies.items() if name.endswith("csrf")]
        names = {name for name, _value in token}
        kept = [(name, value) for name, value in fields if name not in names]
        return self._ask("POST", path, urlencode([*token, *kept], errors="surrogateescape").encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        was_open = self.link.sock is not None
        try:
            answer = exchange(self.link, method, path, body, self._headers(body is not None))
        except TimeoutError:
            self.link.close()
            raise Away(f"no answer to {path} within {self.timeout:g} seconds") from None
        except (OSError, http.client.HTTPException) as error:
            self.link.close()
            if was_open:
                return self._ask(method, path, body)
            raise Away(f"{getattr(error, 'strerror', None) or error or type(error).__name__}") from None
        if not self.keep:
            self.link.close()
        self._keep_cookies(answer.headers)
        return answer

    def _headers(self, has_body: bool) -> dict[str, str]:
        headers = {
            "Host": self.place.name,
            "User-Agent": self.agent,
            "Referer": f"https://{self.place.name}/",  # Django looks for it where the request counts as secure
            "Connection": "keep-alive" if self.keep else "close",
        }
        if self.place.scheme == "http":
            headers["X-Forwarded-Proto"] = "https"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if has_body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers

    def _keep_cookies(self, headers: Message) -> None:
        for line in headers.get_all("Set-Cookie") or []:
            try:
                found = SimpleCookie(line)
            except CookieError:
                continue
            for name, cookie in found.items():
                self.cookies.pop(name, None)
                if cookie.value and cookie["max-age"] != "0":
                    self.cookies[name] = cookie.value
