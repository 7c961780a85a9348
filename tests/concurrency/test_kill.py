"""D1: the server is killed in the middle of 2,000 submissions. What was answered is stored, nothing is half there."""

import asyncio
import secrets

from django.db.models import Count

from entries.entry.models import Entry, Submission
from entries.meet.models import Meet
from tenants.models import AuditRecord, OutboxMail
from tests.conftest import race_of
from tests.rush import Reply, coaches, enter_address, request, run_apart, send, sheet
from tests.site import Site

SUBMISSIONS, ROWS, KILLS = 2_000, 2, 3


def test_kill_nine_in_the_middle_loses_nothing_that_was_answered(meet: Meet) -> None:
    races = [race_of(meet), race_of(meet, "男子10000m", distance_m=10_000)]
    teams = coaches(SUBMISSIONS // 10, athletes=10)
    work: dict[str, bytes] = {}
    for coach in teams:
        for athlete in coach.athletes:
            key = secrets.token_hex(16)
            rows = [(athlete.pk, races[0].pk, "14:30.00"), (athlete.pk, races[1].pk, "30:30.00")]
            work[key] = request(enter_address(meet), coach.cookies, sheet(coach, rows, key))
    answered: dict[str, str] = {}
    interrupted = 0
    for kill in range(1, KILLS + 1):
        interrupted += _until_killed(work, answered, upto=SUBMISSIONS * kill // (KILLS + 1))
        _answered_is_stored_and_whole(answered)
    with Site(workers=2) as site:
        run_apart(_send(site.port, work, answered, upto=SUBMISSIONS))
    assert interrupted > 0, "no request was under way when the server was killed: the test proves nothing"
    assert len(answered) == SUBMISSIONS
    _answered_is_stored_and_whole(answered)
    assert (Submission.objects.count(), Entry.objects.count()) == (SUBMISSIONS, SUBMISSIONS * ROWS)
    assert OutboxMail.objects.filter(kind="entry.received").count() == SUBMISSIONS
    assert AuditRecord.objects.filter(verb="entry.submitted").count() == SUBMISSIONS
    for race in races:
        tickets = Entry.objects.filter(race=race).order_by("ticket").values_list("ticket", flat=True)
        assert list(tickets) == list(range(1, SUBMISSIONS + 1))


def _until_killed(work: dict[str, bytes], answered: dict[str, str], *, upto: int) -> int:
    """Send what is unanswered until `upto` are answered, then kill. Returns how many requests that cut off."""
    with Site(workers=2) as site:
        return run_apart(_send(site.port, work, answered, upto=upto, then=site.kill))


async def _send(port: int, work: dict[str, bytes], answered: dict[str, str], *, upto: int, then=None) -> int:
    waiting = [key for key in work if key not in answered]
    cut_off = 0

    async def one_after_another() -> None:
        nonlocal cut_off
        while waiting and (then is None or len(answered) < upto):
            key = waiting.pop()
            reply: Reply = await send(port, work[key])
            if reply.status == 303:
                answered[key] = reply.location
            else:
                assert reply.status == 0, f"{reply.status} {reply.body[:300]}"
                cut_off += 1
            if then is not None and len(answered) == upto:
                then()

    await asyncio.gather(*(one_after_another() for _ in range(16)))
    return cut_off


def _answered_is_stored_and_whole(answered: dict[str, str]) -> None:
    stored = dict(Submission.objects.values_list("key", "reference"))
    assert [key for key, location in answered.items() if f"/orders/{stored.get(key)}/" != location] == []
    rows = Submission.objects.annotate(rows=Count("entries")).exclude(rows=ROWS)
    assert list(rows.values_list("pk", "rows")) == []
    assert OutboxMail.objects.filter(kind="entry.received").count() == Submission.objects.count()
