"""How `manage.py smoke` speaks HTTP and reads pages, against a server that answers what a test tells it to."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.env import ENV
from config.management.commands import check_env_data, seed_staging_min, smoke
from config.ops.smoke import http
from config.ops.smoke.http import Away, Visitor, read_place
from config.ops.smoke.pages import Page

Reply = tuple[int, list[tuple[str, str]], bytes]


class Stub(ThreadingHTTPServer):
    """Answers every request with `reply`, and keeps the headers of what was asked."""

    reply: Reply = (200, [], b"ok")
    hold: threading.Event | None = None
    daemon_threads = True
    links = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Counts connections; refuses none."""
        self.links += 1
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silence: the client went away, which is what some tests do."""


class Handler(BaseHTTPRequestHandler):
    server: Stub
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, dict(self.headers.items()), body))
        if self.server.hold:
            self.server.hold.wait(20)
        status, headers, body = self.server.reply
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name in ("Content-Length", "Connection") for name, _value in headers) and status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *args: Any) -> None:
        """Silence."""


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def visitor(stub: Stub, timeout: float = 10) -> Visitor:
    return Visitor(read_place(stub.address), timeout=timeout)


def refused(*options: str) -> tuple[str, str]:
    """What is said, and the one line on stderr."""
    out = StringIO()
    with pytest.raises(CommandError) as wrong:
        call_command("smoke", *options, stdout=out)
    assert len(str(wrong.value).splitlines()) == 1
    return out.getvalue(), str(wrong.value)


def test_secure_cookies_are_sent_back_over_http_with_the_proxys_header(stub: Stub) -> None:
    stub.reply = (
        200,
        [("Set-Cookie", "__Host-nitsys_csrf=token; Path=/; Secure; HttpOnly"), ("Set-Cookie", "b=1")],
        b"",
    )
    one = visitor(stub)
    one.get("/auth/login")
    one.post("/auth/login", [("email", "名@example.com"), ("csrfmiddlewaretoken", "old")])
    _path, headers, body = stub.asked[1]
    assert headers["Cookie"] == "__Host-nitsys_csrf=token; b=1"
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["Referer"] == f"https://127.0.0.1:{stub.server_port}/"
    assert body == b"csrfmiddlewaretoken=token&email=%E5%90%8D%40example.com"


def test_a_cookie_that_is_taken_back_is_forgotten(stub: Stub) -> None:
    one = visitor(stub)
    one.cookies = {"a": "1", "b": "2"}
    stub.reply = (200, [("Set-Cookie", 'a=""; Max-Age=0; Path=/'), ("Set-Cookie", "b=3"), ("Set-Cookie", "[odd")], b"")
    one.get("/")
    assert one.cookies == {"b": "3"}


def test_redirects_are_never_followed(stub: Stub) -> None:
    stub.reply = (302, [("Location", "http://elsewhere.example/")], b"")
    assert visitor(stub).get("/").location == "http://elsewhere.example/"
    said, wrong = refused("--base-url", stub.address, "--read-only")
    assert "302 to http://elsewhere.example/" in said
    assert wrong == "9 of 12 lines failed"
    assert {headers["Host"] for _path, headers, _body in stub.asked} == {f"127.0.0.1:{stub.server_port}"}


def test_each_request_has_a_connection_of_its_own_unless_it_is_kept(stub: Stub) -> None:
    one, kept = visitor(stub), Visitor(read_place(stub.address), timeout=10, keep=True)
    for who, links in ((one, 3), (kept, 4)):
        assert [who.get("/").text for _ in range(3)] == ["ok"] * 3
        assert stub.links == links
    assert [headers["Connection"] for _path, headers, _body in stub.asked] == ["close"] * 3 + ["keep-alive"] * 3


def test_a_kept_connection_that_the_server_closed_is_opened_again_once(stub: Stub) -> None:
    kept = Visitor(read_place(stub.address), timeout=10, keep=True)
    kept.get("/")
    assert kept.link.sock is not None
    kept.link.sock.shutdown(socket.SHUT_RDWR)
    assert kept.get("/").text == "ok"
    assert stub.links == 2
    stub.shutdown()
    stub.server_close()
    kept.link.sock.shutdown(socket.SHUT_RDWR)
    with pytest.raises(Away, match="Connection refused"):
        kept.get("/")


def test_of_an_answer_without_end_a_part_is_read_and_the_rest_is_no_next_answer(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 3)
    stub.reply = (200, [], b"abcdef")
    kept = Visitor(read_place(stub.address), timeout=10, keep=True)
    assert [kept.get("/").text for _ in range(2)] == ["abc", "abc"]


def test_a_server_that_does_not_answer_in_time_is_away(stub: Stub) -> None:
    stub.hold = threading.Event()
    with pytest.raises(Away, match=r"no answer to /readyz within 0.2 seconds"):
        visitor(stub, timeout=0.2).get("/readyz")
    stub.hold.set()


def test_nothing_there_is_one_line(stub: Stub) -> None:
    stub.shutdown()
    stub.server_close()
    said, wrong = refused("--base-url", stub.address)
    assert wrong == f"nothing answers at {stub.address}: Connection refused"
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("host", ["no-such-host.invalid", "[::1]:1"])
def test_a_host_that_is_not_there_is_one_line(host: str) -> None:
    assert refused("--base-url", f"http://{host}")[1].startswith(f"nothing answers at http://{host}: ")


def test_what_does_not_speak_tls_is_one_line(stub: Stub) -> None:
    assert "nothing answers at https://127.0.0.1" in refused("--base-url", stub.address.replace("http", "https"))[1]


@pytest.mark.parametrize(
    "reply",
    [(200, [], b""), (200, [], b"\xff\xfe\x00"), (500, [], b"<html>"), (204, [], b""), (200, [("Set-Cookie", "nitsys_csrf=x")], b"[]")],
)  # fmt: skip
def test_another_site_is_no_traceback(stub: Stub, reply: Reply) -> None:
    stub.reply = reply
    said, wrong = refused("--base-url", stub.address, "--read-only")
    assert wrong.endswith("of 12 lines failed")
    assert "✗ /healthz answers 200" in said


@pytest.mark.parametrize(
    "url",
    ["", "entry.example.jp", "ftp://x", "https://user:canary@x", "https://x/app", "https://x?q=canary", "https://x:port",
     "https://" + "a" * 300, "http://"],
)  # fmt: skip
def test_an_address_that_cannot_be_is_said_without_repeating_it(url: str) -> None:
    wrong = refused("--base-url", url)[1]
    assert wrong.startswith("--base-url: ")
    assert "canary" not in wrong


@pytest.mark.parametrize(
    ("option", "value"),
    [("--timeout", "0"), ("--timeout", "-1"), ("--timeout", "601"), ("--host", "a\r\nX: y"), ("--host", "a b"), ("--host", "𠮷")],
)  # fmt: skip
def test_an_option_that_cannot_be_is_said(stub: Stub, option: str, value: str) -> None:
    assert option in refused(f"{option}={value}", "--base-url", stub.address)[1]
    assert stub.asked == []


def test_an_address_and_a_password_may_hold_any_bytes(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = {"SEED_ADMIN_PASSWORD": "p\udcff\x00", "SEED_STAFF_A_PASSWORD": "𠮷"}
    monkeypatch.setattr(smoke, "ENV", replace(ENV, seed_passwords=passwords))
    stub.reply = (200, [("Set-Cookie", "nitsys_csrf=x")], b"")
    assert "of 12 lines failed" in refused("--base-url", stub.address, "--read-only", "--staff-email", "\udcff@x")[1]
    assert any(b"password=p%FF%00" in body for _path, _headers, body in stub.asked)


def test_a_japanese_host_name_and_an_ipv6_address_are_written_as_http_wants_them() -> None:
    assert read_place("https://記録会.example/").name == "xn--6oq015lzyf.example"
    assert read_place("http://[::1]:8000").name == "[::1]:8000"
    assert read_place("https://x", host="entry.example.jp").name == "entry.example.jp"
    assert [read_place(f"{scheme}://x").port for scheme in ("http", "https")] == [80, 443]


FORM = """<script>var secret = 1</script><p>本文 <b>太字</b></p>
<form><input name=csrf value=1><input type=checkbox name=on checked><input type=checkbox name=off><input type=submit name=s>
<textarea name=note>
一行目
</textarea><select name=role><option value=a>A</option><option value=b selected>B</option></select>
<select name=first><option value=x>X</option><option value=y>Y</option></select></form>
<input name=outside value=1>"""


def test_a_form_is_sent_as_a_browser_would() -> None:
    page = Page(FORM)
    assert page.form("csrf") == [("csrf", "1"), ("on", "on"), ("note", "一行目\n"), ("role", "b"), ("first", "x")]
    assert page.form("nothing") == []
    assert page.text.startswith("本文 太字")
    assert "secret" not in page.text


def test_a_list_is_read_row_by_row() -> None:
    page = Page(
        "<table><tr><th>head</th></tr><tr><td class=action-checkbox><input></td>"
        '<th class="field-name"><a href="/admin/tenants/user/7/change/?q=a">名 前</a></th>'
        '<td data-label="x" class="field-state nowrap"><span class="chip"><svg></svg>有効</span></td></tr></table>'
    )
    assert page.rows[1].link == "/admin/tenants/user/7/change/?q=a"
    assert page.rows[1].cells == {"field-name": "名 前", "field-state": "有効"}


@pytest.mark.parametrize(
    "odd", ["<", "<td class=field-x>", "</td></tr></form>", "<form><option>", "<textarea>x", "\x00<p", "<a href>"]
)
def test_a_damaged_page_is_read_all_the_same(odd: str) -> None:
    assert isinstance(Page(odd).text, str)


def test_help_says_what_it_does_in_a_sentence() -> None:
    commands: list[Callable[..., Any]] = [check_env_data.Command, seed_staging_min.Command, smoke.Command]
    assert all(command().help.endswith(".") for command in commands)
