"""A body over the limit is refused with a page that a browser comes to see, not with a broken connection."""

import socket
from collections.abc import Iterator

import pytest

from config.http.middleware import LARGEST_BODY
from tests.site import Site

pytestmark = pytest.mark.django_db(transaction=True)
PIECE = b"x" * 1024 * 1024


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    with Site(workers=1, threads=2) as site:
        yield site


def sent_whole(site: Site, length: int) -> bytes:
    """The answer to a browser's POST: it sends all of its body before it reads."""
    head = f"POST /auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as link:
        link.sendall(head.encode())
        left = length
        while left > 0:
            link.sendall(PIECE[:left])
            left -= len(PIECE)
        answer = b""
        while more := link.recv(65536):
            answer += more
    return answer


@pytest.mark.parametrize(
    ("head", "status", "words"),
    [("GET /meets/?q={} HTTP/1.1", 414, "アドレスが長すぎます"), ("GET /meets/ HTTP/1.1\r\nCookie: c={}", 431, "Cookieが大きすぎます"),
     ("GET /meets/ HTTP/1.1\r\nReferer: http://127.0.0.1/meets/?q={}", 200, "大会一覧")],
)  # fmt: skip
def test_what_is_too_long_is_refused_in_our_words(site: Site, head: str, status: int, words: str) -> None:
    sent = head.format("x" * (8190 - len("GET /meets/?q= HTTP/1.1\r\n")))
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as link:
        link.sendall(f"{sent}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: link.recv(65536), b"")).decode()
    assert answer.startswith(f"HTTP/1.1 {status}")
    assert words in answer


def test_a_browser_reads_why_its_file_was_refused(site: Site) -> None:
    answer = sent_whole(site, LARGEST_BODY + 10 * len(PIECE)).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert "送信内容が大きすぎます" in answer
    assert "</html>" in answer
