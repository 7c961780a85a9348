"""What one coach costs from sign-in to receipt with twenty athletes: CPU and round trips of each part, and coaches a second.

The parts are run in this process through the whole WSGI application; the last line sends whole coaches over HTTP.
"""

import gc
import io
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import median
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from psycopg import Connection, Cursor

from entries.meet.models import Meet, Race
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.bench import cast
from tests.rush import CSRF, Coach, coaches, enter_address, sheet
from tests.site import Site

PASSWORD = "Bench-Coach-Pass-2026"
RUNS = 40
LINE = "{:<34} {:>8} {:>8} {:>12} {:>9}"


def run(url: str) -> None:
    """Print the parts, their sum, and coaches a second over HTTP."""
    tenant = Tenant.objects.create(slug="coach", name="計測")
    people = coaches(400, athletes=cast.ROWS)
    _give_passwords([coach.user for coach in people])
    with tenant_scope(tenant.pk):
        meet, races = cast.new_meet(tenant, places=100_000)
        races.append(_one_more(meet, races))
    _print_parts(_parts(meet, races, people[:RUNS]))
    with Site(workers=2, threads=3, DJANGO_SETTINGS_MODULE="config.settings", DATABASE_URL=url) as site:
        _over_http(site.port, meet, races, people[RUNS:])


def _give_passwords(users: Sequence[User]) -> None:
    users[0].set_password(PASSWORD)
    User.objects.filter(pk__in=[user.pk for user in users]).update(password=users[0].password)


def _one_more(meet: Meet, races: Sequence[Race]) -> Race:
    return Race.objects.create(
        tenant_id=meet.tenant_id, meet=meet, name="オープン5000m 9", distance_m=5_000, sex="X", places=100_000,
        waiting_places=None, position=len(races),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- in this process


@dataclass
class Part:
    """One request of the way: CPU in ms, round trips to the database, and bytes of its answer, of each coach."""

    cpu: list[float] = field(default_factory=list)
    trips: list[int] = field(default_factory=list)
    size: int = 0


class Browser:
    """A browser without a network: it calls the application and keeps its cookies."""

    def __init__(self, application: WSGIHandler) -> None:
        self.application = application
        self.cookies = {settings.CSRF_COOKIE_NAME: CSRF}
        self.status, self.location = 0, ""

    def ask(self, path: str, body: str | None = None) -> bytes:
        """Send one request and return the body of its answer. Each stands alone, as in a server: no garbage waits."""
        data = (body or "").replace(CSRF, self.cookies[settings.CSRF_COOKIE_NAME]).encode()  # signing in changes it
        path, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET" if body is None else "POST", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(data)), "wsgi.input": io.BytesIO(data), "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http", "wsgi.multithread": True, "wsgi.multiprocess": True,
        }  # fmt: skip
        answer = self.application(environ, self._start)
        try:
            return b"".join(answer)
        finally:
            answer.close()

    def _start(self, status: str, headers: list[tuple[str, str]], _error: Any = None, /) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        self.location = dict(headers).get("Location", "")
        for name, value in headers:
            if name == "Set-Cookie" and (found := re.match(r"\s*([^=]+)=([^;]*)", value)):
                self.cookies[found[1]] = found[2]
        return self._written

    @staticmethod
    def _written(_data: bytes) -> object:
        raise AssertionError("an answer of Django's is read, never written")


@contextmanager
def round_trips() -> Iterator[list[int]]:
    """Counts what is sent to the database and waited for: statements, BEGIN and COMMIT alike."""
    sent = [0]
    execute, commit, rollback = Cursor.execute, Connection.commit, Connection.rollback

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(this: Any, *args: Any, **kwargs: Any) -> Any:
            link = this if isinstance(this, Connection) else this.connection
            begins = not isinstance(this, Connection) and not link.autocommit and link.info.transaction_status == 0
            sent[0] += 1 + begins
            return original(this, *args, **kwargs)

        return call

    patched: list[tuple[Any, str, Any]] = [
        (Cursor, "execute", execute), (Connection, "commit", commit), (Connection, "rollback", rollback),
    ]  # fmt: skip
    for owner, name, original in patched:
        setattr(owner, name, counted(original))
    try:
        yield sent
    finally:
        for owner, name, original in patched:
            setattr(owner, name, original)


def _parts(meet: Meet, races: Sequence[Race], people: Sequence[Coach]) -> dict[str, Part]:
    """Every coach goes the whole way; the first few only warm up."""
    found: dict[str, Part] = {}
    application = WSGIHandler()
    warm = 5
    for number, coach in enumerate(people):
        browser = Browser(application)
        receipt = ""
        for name, path, body in _way(meet, races, coach):
            gc.collect()
            with round_trips() as sent:
                began = process_time()
                answer = browser.ask(path or receipt, body)
                took = (process_time() - began) * 1000
            assert browser.status in (200, 302, 303), (name, browser.status, answer[:500])
            receipt = browser.location or receipt
            if number >= warm:
                part = found.setdefault(name, Part())
                part.cpu.append(took)
                part.trips.append(sent[0])
                part.size = len(answer)
    connection.close()
    return found


def _way(meet: Meet, races: Sequence[Race], coach: Coach) -> list[tuple[str, str, str | None]]:
    """Name, path and body of each request; an empty path is where the last answer led."""
    page = enter_address(meet).removesuffix("enter")
    rows = [(athlete.pk, races[n % len(races)].pk, "14:30.00") for n, athlete in enumerate(coach.athletes)]
    signs_in = urlencode({"csrfmiddlewaretoken": CSRF, "email": coach.user.email, "password": PASSWORD})
    return [
        ("sign-in, POST", "/auth/login", signs_in),
        ("meet page, GET", page, None),
        ("sheet, GET", f"{page}enter", None),
        ("sheet, POST", f"{page}enter", sheet(coach, rows)),
        ("receipt, GET", "", None),
    ]


def _print_parts(parts: dict[str, Part]) -> None:
    print(LINE.format("CPU of one coach, 20 athletes", "median", "p95", "round trips", "KB"))
    for name, part in parts.items():
        p95 = sorted(part.cpu)[int(len(part.cpu) * 0.95)]
        row = [f"{median(part.cpu):.1f} ms", f"{p95:.1f} ms", f"{median(part.trips):.0f}", f"{part.size / 1000:.0f}"]
        print(LINE.format(f"  {name}", *row), flush=True)
    total = sum(median(part.cpu) for part in parts.values())
    print(f"    = {total:.1f} ms a coach in Python, {1000 / total:.0f} a second on one core")


# ------------------------------------------------------------------------------------------------- over HTTP


def _over_http(port: int, meet: Meet, races: Sequence[Race], people: Sequence[Coach]) -> None:
    """Whole coaches, eight at once, each on a connection of its own."""
    half = len(people) // 4
    _send(port, meet, races, people[:half])
    began = perf_counter()
    _send(port, meet, races, people[half:])
    took = perf_counter() - began
    count = len(people) - half
    print(
        f"coaches a second, sign-in to receipt: {count / took:.1f} ({count} coaches, 8 at once, 2 processes)",
        flush=True,
    )


def _send(port: int, meet: Meet, races: Sequence[Race], people: Sequence[Coach]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda coach: _walk(port, _way(meet, races, coach)), people))


def _walk(port: int, way: Sequence[tuple[str, str, str | None]]) -> None:
    link = HTTPConnection("127.0.0.1", port, timeout=60)
    cookies, receipt = {settings.CSRF_COOKIE_NAME: CSRF}, ""
    for name, path, body in way:
        head = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        payload = None if body is None else body.replace(CSRF, cookies[settings.CSRF_COOKIE_NAME])
        link.request("GET" if body is None else "POST", path or receipt, payload, head)
        answer = link.getresponse()
        answer.read()
        assert answer.status in (200, 302, 303), (name, answer.status)
        receipt = answer.headers.get("Location") or receipt
        for value in answer.headers.get_all("Set-Cookie") or []:
            key, _, rest = value.partition("=")
            cookies[key.strip()] = rest.partition(";")[0]
    link.close()
