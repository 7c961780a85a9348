"""Requirement C4: withdrawals, entries, promotions and changes of places by eight threads at once keep every
promise. PLACES_STEPS=2000 is the full measure."""

import os
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.utils import timezone

from entries.entry import actions, entry_actions
from entries.entry.lines import Line, SheetRefused
from entries.entry.models import Entry
from entries.meet.models import Meet, Race
from tenants.models import OutboxMail, User
from tenants.refusal import Refused
from tenants.retry import Busy
from tenants.scope import tenant_scope
from tests.conftest import race_of
from tests.rush import Coach, coaches

THREADS, STEPS = 8, int(os.environ.get("PLACES_STEPS", "800"))
Given = set[tuple[int, int]]


class Desk:
    """One thread's random work on the races of a meet; keeps who was told "accepted"."""

    def __init__(self, seed: int, meet: Meet, races: list[Race], teams: list[Coach], by: User) -> None:
        self.random = random.Random(seed)
        self.meet, self.races, self.teams, self.by = meet, races, teams, by
        self.refused: list[str] = []

    def work(self, steps: int) -> None:
        try:
            with tenant_scope(self.meet.tenant_id):
                for _ in range(steps):
                    try:
                        self.step()
                    except (Refused, SheetRefused, Busy, Entry.DoesNotExist) as refusal:
                        self.refused.append(str(refusal))
        finally:
            connection.close()

    def step(self) -> None:
        chosen = self.random.random()
        if chosen < 0.5:
            self.enter()
        elif chosen < 0.7:
            self.withdraw()
        elif chosen < 0.75:
            self.undo()
        elif chosen < 0.85:
            self.change_race()
        elif chosen < 0.93:
            race = self.random.choice(self.races)
            entry_actions.change_places(
                race=race, places_now=self.random.randint(0, 30), waiting_places=None, by=self.by, at=timezone.now()
            )
        else:
            self.move()

    def enter(self) -> None:
        coach = self.random.choice(self.teams)
        chosen = self.random.sample(coach.athletes, self.random.randint(1, 4))
        lines = [Line(n, athlete.pk, self.random.choice(self.races).pk, 90_000) for n, athlete in enumerate(chosen)]
        key = f"{self.random.random()}"
        actions.submit(meet=self.meet, team=coach.team, lines=lines, key=key, by=coach.user, at=timezone.now())

    def some_entry(self) -> Entry:
        live = Entry.objects.live().filter(race__meet=self.meet)
        ids = list(live.values_list("pk", flat=True)[:200])
        return Entry.objects.get(pk=self.random.choice(ids or [0]))

    def withdraw(self) -> None:
        entry_actions.withdraw(entry=self.some_entry(), by=self.by, at=timezone.now())

    def undo(self) -> None:
        gone = Entry.objects.filter(race__meet=self.meet, withdrawn_at__isnull=False)
        ids = list(gone.values_list("pk", flat=True)[:200])
        entry_actions.undo_withdrawal(
            entry=Entry.objects.get(pk=self.random.choice(ids or [0])), by=self.by, at=timezone.now()
        )

    def change_race(self) -> None:
        entry_actions.change_race(
            entry=self.some_entry(), to=self.random.choice(self.races), seed_time=90_000, personal_best=None,
            may_wait=self.random.random() < 0.5, by=self.by, at=timezone.now(),
        )  # fmt: skip

    def move(self) -> None:
        entry_actions.move(
            entries=[self.some_entry()], to=self.random.choice(self.races), by=self.by, at=timezone.now()
        )


def test_eight_threads_break_no_promise(meet: Meet, aoki: User) -> None:
    races = [race_of(meet, f"種目{n}", sex="X", places=10) for n in range(4)]
    desks = [Desk(seed, meet, races, coaches(5, athletes=8), aoki) for seed in range(THREADS)]
    with _watching(races) as taken_back, ThreadPoolExecutor(THREADS) as pool:
        work = [pool.submit(desk.work, STEPS // THREADS) for desk in desks]
    assert [done.result() for done in work] == [None] * THREADS
    assert taken_back == []
    for race in Race.objects.filter(meet=meet):
        _keeps_its_promises(race)


def _keeps_its_promises(race: Race) -> None:
    live = Entry.objects.live().filter(race=race)
    given = live.filter(ticket__isnull=False, ticket__lte=race.line).count()
    waiting = live.filter(ticket__gt=race.line).count()
    assert race.waiting_count == waiting
    assert race.places is not None
    free = race.free_places or 0
    assert given + free == race.places or (given > race.places and free == 0)
    assert not (waiting and given < race.places), "a place is free while somebody waits"
    promoted = OutboxMail.objects.filter(kind="entry.promoted", key__contains=f":{race.pk}:")
    assert promoted.count() == len(set(promoted.values_list("key", flat=True)))


@contextmanager
def _watching(races: list[Race]) -> Iterator[list[str]]:
    """Looks on while the threads work: an entry that held a place may withdraw or move, but never wait again."""
    taken_back: list[str] = []
    done = threading.Event()

    def look() -> None:
        held: Given = set()
        with tenant_scope(races[0].tenant_id):
            while not done.wait(0.05):
                rows: Any = Entry.objects.live().filter(race__in=races).with_state()
                now = {(pk, race): state for pk, race, state in rows.values_list("pk", "race_id", "state")}
                taken_back.extend(f"{row}" for row in held if now.get(row) == "waitlisted")
                held = {row for row, state in now.items() if state == "accepted"}
        connection.close()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield taken_back
    finally:
        done.set()
        watcher.join()
