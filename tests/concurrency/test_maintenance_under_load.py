"""Requirement M7: the site is closed, made read-only and paused in the middle of a rush; nothing that was
accepted is lost, nothing that was refused is stored, nothing breaks."""

import asyncio
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone

from entries.entry import actions as entering
from entries.entry import pausing, places
from entries.entry.lines import Line
from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from tenants.models import OutboxMail
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tenants.switches import actions
from tenants.switches.models import Function
from tests.rush import Reply, coaches, enter_address, request, run_apart, send, sheet
from tests.site import Site

SHEETS = int(os.environ.get("MAINTENANCE_SHEETS", "120"))
SECONDS = float(os.environ.get("MAINTENANCE_SECONDS", "4.5"))
TOGGLES = int(os.environ.get("MAINTENANCE_TOGGLES", "1"))
"""Each process looks at the switches once a second, so SECONDS / (2 * TOGGLES + 1) has to be longer than that."""


@pytest.fixture
def site() -> Iterator[Site]:
    """One for each rush: what was stopped in the last one a process may go on believing for a moment."""
    with Site(workers=3) as running:
        yield running


def closed(function: Function, on: bool) -> None:
    at = timezone.now()
    if on:
        actions.stop(function, by=None, at=at, message="入れ替え中")
    else:
        actions.resume(function, by=None)


def rush(site: Site, meet: Meet, race: Race, toggle: Callable[[bool], None]) -> tuple[list[Reply], list[int]]:
    """Sheets at even distances, while the switch goes on and off; the replies, and the statuses of /healthz meanwhile."""
    teams = coaches(SHEETS)
    bodies = [(coach, sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])) for coach in teams]
    health: list[int] = []

    async def one(number: int) -> Reply:
        await asyncio.sleep(number * SECONDS / SHEETS)
        coach, body = bodies[number]
        return await send(site.port, request(enter_address(meet), coach.cookies, body))

    async def switch() -> None:
        for number in range(2 * TOGGLES):
            await asyncio.sleep(SECONDS / (2 * TOGGLES + 1))
            await asyncio.to_thread(_in_own_connection, toggle, number % 2 == 0)
            health.append((await send(site.port, request("/healthz", ""))).status)

    async def all_of_it() -> list[Reply]:
        replies, _ = await asyncio.gather(asyncio.gather(*(one(number) for number in range(SHEETS))), switch())
        return list(replies)

    return run_apart(all_of_it()), health


def _in_own_connection(toggle: Callable[[bool], None], on: bool) -> None:
    try:
        toggle(on)
    finally:
        connection.close()


def check_nothing_was_lost(replies: list[Reply], race: Race) -> Counter[int]:
    statuses = Counter(reply.status for reply in replies)
    receipts = {reply.location.strip("/").rpartition("/")[2] for reply in replies if reply.status == 303}
    assert receipts == set(Submission.objects.values_list("reference", flat=True))
    assert len(receipts) == statuses[303] == Entry.objects.filter(race=race).count()
    assert OutboxMail.objects.filter(kind="entry.received").count() == statuses[303]
    tickets = Entry.objects.filter(race=race).order_by("ticket").values_list("ticket", flat=True)
    assert list(tickets) == list(range(1, statuses[303] + 1))
    print(f"statuses {dict(statuses)} of {len(replies)}")
    return statuses


@pytest.mark.parametrize("function", [Function.MAINTENANCE, Function.READ_ONLY])
def test_closing_in_a_rush_loses_nothing_and_breaks_nothing(
    site: Site, meet: Meet, race: Race, function: Function
) -> None:
    replies, health = rush(site, meet, race, lambda on: closed(function, on))
    statuses = check_nothing_was_lost(replies, race)
    assert set(statuses) == {303, 503}
    assert set(health) == {200}
    assert all("入れ替え中" in reply.body for reply in replies if reply.status == 503)


def test_pausing_a_meet_in_a_rush_stores_nothing_once_it_is_committed(
    site: Site, meet: Meet, race: Race, now: datetime
) -> None:
    spans: list[datetime] = []

    def toggle(on: bool) -> None:
        with across_tenants():
            if on:
                pausing.pause(meet=meet, by=None, at=timezone.now(), note="入れ替え中")
                spans.append(_committed_until())
            else:
                spans.append(_committed_until())
                pausing.resume(meet=meet, by=None)

    replies, _health = rush(site, meet, race, toggle)
    statuses = check_nothing_was_lost(replies, race)
    assert set(statuses) == {303, 422}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_xact_commit_timestamp(xmin) FROM entries_entry")
        commits = [at for (at,) in cursor.fetchall()]
    for paused, resumed in zip(spans[::2], spans[1::2], strict=True):
        assert [at for at in commits if paused <= at <= resumed] == []


def _committed_until() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_without_the_fresh_look_a_sheet_in_line_slips_past_the_pause(meet: Meet, race: Race) -> None:
    """Whoever looked at the meet before the pause and waits for the queue: with the guard refused, without it stored."""
    unguarded = re.sub(
        r"(WHERE m\.id = %\(meet\)s) AND m\.entries_paused_at IS NULL (.*?) FOR SHARE OF m", r"\1 \2", places.TAKE_TICKETS,
        flags=re.DOTALL,
    )  # fmt: skip
    assert unguarded != places.TAKE_TICKETS
    results = {}
    for name, statement in (
        ("guarded", places.TAKE_TICKETS),
        ("unguarded", unguarded),
    ):
        results[name] = _paused_while_in_line(meet, race, statement)
    assert results == {"guarded": "entries_paused", "unguarded": "stored"}


def _paused_while_in_line(meet: Meet, race: Race, statement: str) -> str:
    [coach] = coaches(1)
    outcome: list[str] = []

    def submit() -> None:
        line = Line(0, coach.athletes[0].pk, race.pk, 87_000)
        try:
            with across_tenants():
                entering.submit(meet=before, team=coach.team, lines=[line], key="k", by=coach.user, at=timezone.now())
            outcome.append("stored")
        except Refused as refused:
            outcome.append(refused.code)
        finally:
            connection.close()

    before = Meet.objects.with_clock().select_related("tenant").get(pk=meet.pk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "TAKE_TICKETS", statement)
        thread = threading.Thread(target=submit)
        with transaction.atomic():
            places.lock_races([race.pk])
            thread.start()
            _until_somebody_waits_for_a_lock()
            Meet.objects.filter(pk=meet.pk).update(entries_paused_at=timezone.now())
        thread.join(20)
    Meet.objects.filter(pk=meet.pk).update(entries_paused_at=None)
    return outcome[0]


def _until_somebody_waits_for_a_lock() -> None:
    ends = timezone.now().timestamp() + 20
    while timezone.now().timestamp() < ends:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody stood in line")
