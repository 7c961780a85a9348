"""Requirement G5: a deployment under load loses no request. ROLLS=20 is the full measure.

As Render does it: the new instance is started beside the old one, asked for /readyz until it is ready, new connections go
to it, then the old one gets SIGTERM. The balancer here carries connections, not requests: a browser's or a proxy's
connection that is kept open stays with the old instance, which has to say when it is over.
"""

import asyncio
import itertools
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from entries.entry.models import Submission
from entries.meet.models import Meet
from tests.conftest import race_of
from tests.rush import Coach, coaches, enter_address, request, sheet
from tests.site import Site

ROLLS = int(os.environ.get("ROLLS", "2"))
READERS, WRITERS = 4, 3
AT_LEISURE = 0.5
"""Seconds between two requests of somebody who reads: the connection is idle when the instance is told to stop."""
SHEETS_PER_ROLL = 300
SOME = 30
"""So many answers between two steps of a roll: the load goes on all the time."""


class Balancer:
    """Carries each new connection to the instance that is `port` at that moment."""

    def __init__(self) -> None:
        self.port = self.address = 0
        self.carried: set[asyncio.Task[None] | None] = set()

    async def open(self) -> None:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0, backlog=512)
        self.address = server.sockets[0].getsockname()[1]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.carried.add(asyncio.current_task())
        try:
            from_site, to_site = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, to_site), _pump(from_site, writer))

    async def finish(self) -> None:
        """Until all that was carried has ended."""
        await asyncio.gather(*(task for task in self.carried if task), return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Load:
    """Many browsers that keep their connections: some read pages, some send sheets. Never tries anything twice."""

    def __init__(self, balancer: Balancer, readings: list[bytes], sheets: Iterator[bytes]) -> None:
        self.balancer, self.readings, self.sheets = balancer, itertools.cycle(readings), sheets
        self.answers: Counter[int] = Counter()
        self.lost: list[str] = []
        self.over = False

    async def run(self) -> None:
        await asyncio.gather(
            *(self._browse(self.readings) for _ in range(READERS)),
            *(self._browse(self.sheets) for _ in range(WRITERS)),
            self._browse(self.readings, pause=AT_LEISURE),
        )

    async def _browse(self, requests: Iterator[bytes], *, pause: float = 0) -> None:
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        for asked in requests:
            if self.over:
                break
            try:
                connection = connection or await asyncio.open_connection("127.0.0.1", self.balancer.address)
                connection[1].write(asked)
                status, goes_on = await asyncio.wait_for(_answer(connection[0]), timeout=60)
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                self.lost.append(f"{asked[:60]!r} {type(error).__name__}")
                connection = None
                continue
            self.answers[status] += 1
            if not goes_on:
                connection[1].close()
                connection = None
            await asyncio.sleep(pause)
        if connection:
            connection[1].close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Status, and whether the connection may be used again. Raises IncompleteReadError when it ends too early."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"(?im)^content-length: *(\d+)", head)
    assert length, head
    await reader.readexactly(int(length[1]))
    return int(head.split(" ", 2)[1]), not re.search(r"(?im)^connection: *close", head)


@contextmanager
def under_load(meet: Meet, balancer: Balancer) -> Iterator[Load]:
    """A thread of its own for the balancer and the load; at the end every request that was begun has ended."""
    races = [race_of(meet), race_of(meet, "男子10000m", distance_m=10_000)]
    people = coaches(SHEETS_PER_ROLL * ROLLS // 20, athletes=10)
    load = Load(balancer, readings(meet, people[0]), sheets(meet, people, [race.pk for race in races]))
    opened = threading.Event()

    async def all_of_it() -> None:
        await balancer.open()
        opened.set()
        await load.run()
        await balancer.finish()

    thread = threading.Thread(target=asyncio.run, args=(all_of_it(),))
    thread.start()
    assert opened.wait(30)
    try:
        yield load
    finally:
        load.over = True
        thread.join(90)


def readings(meet: Meet, coach: Coach) -> list[bytes]:
    paths = ["/", "/meets/", f"/meets/{meet.tenant.slug}/{meet.slug}/", "/healthz", enter_address(meet)]
    return [kept_open(request(path, coach.cookies)) for path in paths]


def sheets(meet: Meet, people: list[Coach], races: list[int]) -> Iterator[bytes]:
    for race, place, coach in itertools.product(races, range(10), people):
        body = sheet(coach, [(coach.athletes[place].pk, race, "14:30.00")])
        yield kept_open(request(enter_address(meet), coach.cookies, body))


def kept_open(payload: bytes) -> bytes:
    return payload.replace(b"Connection: close", b"Connection: keep-alive", 1)


def some_more(load: Load) -> None:
    """Wait until so many more answers have come, or requests were lost."""
    until = load.answers.total() + len(load.lost) + SOME
    pause = threading.Event()
    for _ in range(600):
        if load.answers.total() + len(load.lost) >= until:
            return
        pause.wait(0.05)
    raise AssertionError("the load does not go on")


def roll(meet: Meet, rolls: int, *, gently: bool) -> Load:
    """Replace the instance so many times under load."""
    balancer, old = Balancer(), Site(workers=2)
    old.start()
    balancer.port = old.port
    with under_load(meet, balancer) as load:
        for _ in range(rolls):
            some_more(load)
            new = Site(workers=2)
            new.start()
            balancer.port = new.port
            some_more(load)
            (old.stop if gently else old.kill)()
            assert not gently or (old.process and old.process.returncode == 0), "was killed, or ended badly"
            old = new
        some_more(load)
    old.stop()
    return load


def test_a_rolling_restart_under_load_loses_no_request(meet: Meet) -> None:
    load = roll(meet, ROLLS, gently=True)
    print(f"\n{ROLLS} rolls: answers {dict(load.answers)}, lost {len(load.lost)}")
    assert load.lost == []
    assert load.answers.keys() == {200, 303}
    assert load.answers[303] > 20 * ROLLS
    assert Submission.objects.count() == load.answers[303], "answered is stored, and stored once"


def test_an_instance_that_is_killed_loses_requests(meet: Meet) -> None:
    """Negative control: the load is such that a restart without grace is seen."""
    assert roll(meet, 1, gently=False).lost != []
