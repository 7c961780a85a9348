"""Requirement M6: sheets in the seconds around the closing of entries; none wrongly taken, none wrongly refused.
CLOSING_SHEETS=400 is the full measure."""

import asyncio
import os
from datetime import datetime, timedelta

from django.db import connection

from entries.entry.models import Submission
from entries.meet.models import Meet, Race
from tests.rush import coaches, enter_address, request, run_apart, send, sheet
from tests.site import Site

SHEETS, AROUND = int(os.environ.get("CLOSING_SHEETS", "200")), timedelta(seconds=2)


def database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_the_closing_second_divides_taken_from_refused(meet: Meet, race: Race) -> None:
    teams = coaches(SHEETS)
    with Site(workers=3) as site:
        skew = database_clock() - datetime.now().astimezone()
        closes = datetime.now().astimezone() + AROUND + timedelta(seconds=1)
        Meet.objects.filter(pk=meet.pk).update(entries_close_at=closes + skew)

        async def one(number: int) -> tuple[datetime, datetime, int]:
            offset = (2 * number / SHEETS - 1) * AROUND
            await asyncio.sleep(max((closes + offset - datetime.now().astimezone()).total_seconds(), 0))
            coach = teams[number]
            body = sheet(coach, [(coach.athletes[0].pk, race.pk, "14:30.00")])
            sent = datetime.now().astimezone()
            reply = await send(site.port, request(enter_address(meet), coach.cookies, body))
            return sent, datetime.now().astimezone(), reply.status

        async def all_of_them() -> list[tuple[datetime, datetime, int]]:
            return await asyncio.gather(*(one(number) for number in range(SHEETS)))

        outcomes = run_apart(all_of_them())
    assert {status for *_, status in outcomes} == {303, 422}
    margin = timedelta(milliseconds=20)
    assert [status for sent, _, status in outcomes if sent >= closes + margin and status == 303] == []
    assert [status for _, answered, status in outcomes if answered <= closes - margin and status != 303] == []
    assert Submission.objects.filter(meet=meet).exclude(submitted_at__lt=closes + skew).count() == 0
    assert Submission.objects.filter(meet=meet).count() == sum(status == 303 for *_, status in outcomes)
