"""What clients sent, what they were answered, and whether all that was answered is stored and whole
(requirements D1, D2, M4)."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable

from django.db.models import Count

from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from tenants.models import AuditRecord, OutboxMail
from tests.conftest import race_of
from tests.rush import Reply, coaches, enter_address, request, send, sheet

TIMES, CLIENTS = ("14:30.00", "30:30.00"), 16
ROWS = len(TIMES)


class Journal:
    """`submissions` sheets of two rows each, on two new races of the meet; sent by 16 clients until answered with 303."""

    def __init__(self, meet: Meet, submissions: int) -> None:
        self.races = [race_of(meet), race_of(meet, "男子10000m", distance_m=10_000)]
        self.work: dict[str, bytes] = {}
        self.answered: dict[str, str] = {}
        self.others: Counter[int] = Counter()
        """The answers that were no 303, by status; 0 is a connection that broke."""
        for coach in coaches(submissions // 10, athletes=10):
            for athlete in coach.athletes:
                rows = [(athlete.pk, race.pk, time) for race, time in zip(self.races, TIMES, strict=True)]
                key = secrets.token_hex(16)
                self.work[key] = request(enter_address(meet), coach.cookies, sheet(coach, rows, key))

    async def send(
        self, port: int, *, upto: int, then: Callable[[], None] | None = None, again: Iterable[int] = ()
    ) -> int:
        """Send what is unanswered; with `then`, until `upto` are answered, and call it once. Returns how many requests were
        cut off. A reply whose status is in `again` is sent again at once, any other than 303 is an error."""
        waiting = [key for key in self.work if key not in self.answered]
        before = self.others[0]

        async def one_after_another() -> None:
            while waiting and (then is None or len(self.answered) < upto):
                key = waiting.pop()
                if self._note(key, await send(port, self.work[key]), again):
                    waiting.append(key)
                elif then is not None and len(self.answered) == upto:
                    then()

        await asyncio.gather(*(one_after_another() for _ in range(CLIENTS)))
        return self.others[0] - before

    def _note(self, key: str, reply: Reply, again: Iterable[int]) -> bool:
        """Whether to send it once more."""
        if reply.status == 303:
            self.answered[key] = reply.location
            return False
        self.others[reply.status] += 1
        assert reply.status in (0, *again), f"{reply.status} {reply.body[:300]}"
        return reply.status in again

    def check_answered(self) -> None:
        """Each answer is a stored submission, and none is there by half."""
        stored = dict(Submission.objects.values_list("key", "reference"))
        assert [key for key, to in self.answered.items() if f"/orders/{stored.get(key)}/" != to] == []
        rows = Submission.objects.annotate(rows=Count("entries")).exclude(rows=ROWS)
        assert list(rows.values_list("pk", "rows")) == []
        assert OutboxMail.objects.filter(kind="entry.received").count() == Submission.objects.count()

    def check_all(self) -> None:
        """Everything was answered, once, and the queues have neither gap nor duplicate."""
        whole = len(self.work)
        assert len(self.answered) == whole
        self.check_answered()
        assert (Submission.objects.count(), Entry.objects.count()) == (whole, whole * ROWS)
        assert OutboxMail.objects.filter(kind="entry.received").count() == whole
        assert AuditRecord.objects.filter(verb="entry.submitted").count() == whole
        for race in self.races:
            assert list(tickets_of(race)) == list(range(1, whole + 1))


def tickets_of(race: Race) -> list[int | None]:
    """In order."""
    return list(Entry.objects.filter(race=race).order_by("ticket").values_list("ticket", flat=True))
