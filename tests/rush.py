"""Many coaches at once: their teams in the database, their sessions, and their requests over real sockets."""

import asyncio
import re
import secrets
import string
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from config.ops.loadtest.rush import sheet_fields
from config.ops.loadtest.stage import people
from entries.meet.models import Meet
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.signin.models import Session

CSRF = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
Result = TypeVar("Result")
BACKEND = "tenants.signin.backend.EmailBackend"


@dataclass(frozen=True)
class Coach:
    """A signed-in coach with a team."""

    user: User
    team: Team
    athletes: list[Athlete]
    cookies: str


@dataclass(frozen=True)
class Reply:
    """What the server answered; status 0 when the connection broke before it did."""

    status: int
    location: str
    body: str


def coaches(how_many: int, athletes: int = 1) -> list[Coach]:
    """New coaches, each with a team of `athletes` men and a session."""
    batch = secrets.token_hex(3)
    made = people(how_many, athletes, email=lambda n: f"{batch}-{n}@example.com", name=f"{batch} クラブ", password="!")
    keys = _sessions([user for user, _team, _athletes in made])
    return [Coach(*one, cookies(key)) for one, key in zip(made, keys, strict=True)]


def cookies(session_key: str) -> str:
    """The Cookie header of a signed-in browser."""
    return f"{settings.SESSION_COOKIE_NAME}={session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def session_of(user: User) -> str:
    """The key of a new session of this person."""
    return _sessions([user])[0]


def _sessions(users: Sequence[User]) -> list[str]:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    rows = []
    for user in users:
        key = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(32))
        data = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: user.get_session_auth_hash()}
        ends = timezone.now() + timedelta(days=1)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=ends, user=user))
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]


def sheet(coach: Coach, rows: Iterable[tuple[int, int, str]], key: str = "") -> str:
    """The body of a sheet: (athlete id, race id, seed time) a row."""
    fields = sheet_fields(coach.team.pk, rows, key=key or secrets.token_hex(16))
    return urlencode([("csrfmiddlewaretoken", CSRF), *fields])


def request(path: str, cookies: str, body: str | None = None) -> bytes:
    """One HTTP/1.1 request as bytes; a POST when there is a body."""
    payload = (body or "").encode()
    head = [
        f"{'GET' if body is None else 'POST'} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {cookies}",
        "Connection: close",
    ]
    if body is not None:
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(payload)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + payload


def enter_address(meet: Meet) -> str:
    """Where the sheet of a meet is posted. Needs `tenant` loaded."""
    return f"/meets/{meet.tenant.slug}/{meet.slug}/enter"


def run_apart(work: Coroutine[Any, Any, Result]) -> Result:
    """asyncio.run in a thread of its own: in a session with browser tests this one has Playwright's loop."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def post_all(port: int, requests: Sequence[bytes], *, at_once: int = 500) -> list[Reply]:
    """Send all requests, each on a connection of its own, at most `at_once` open together."""
    return run_apart(_post_all(port, requests, at_once))


async def _post_all(port: int, requests: Sequence[bytes], at_once: int) -> list[Reply]:
    gate = asyncio.Semaphore(at_once)

    async def one(payload: bytes) -> Reply:
        async with gate:
            return await send(port, payload)

    return list(await asyncio.gather(*(one(payload) for payload in requests)))


async def send(port: int, payload: bytes) -> Reply:
    """One request on its own connection."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(payload)
        await writer.drain()
        raw = await asyncio.wait_for(reader.read(), timeout=120)
        writer.close()
    except (ConnectionError, OSError, TimeoutError):
        return Reply(0, "", "")
    head, _, body = raw.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1."):
        return Reply(0, "", "")
    location = re.search(rb"(?im)^location: *(\S+)", head)
    return Reply(int(head.split(b" ", 2)[1]), location[1].decode() if location else "", body.decode(errors="replace"))
