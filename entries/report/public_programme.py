"""The programme as everybody may read it. The worker sets it when lists come out, and again after something in it changed; until
then the last one is given. Only when there is none yet a web process sets it itself, one at a time."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from django.conf import settings
from django.db import transaction

from entries.heat.models import ListVersion
from entries.meet.models import Meet
from entries.report.models import PrintedPaper
from entries.report.paper_data import Programme, Values
from entries.report.papers import PAPERS
from entries.report.typesetting import typeset
from tenants.jobs import work
from tenants.retry import Busy, retry_when_locked

JOB = "report.public_programme"
OLD, AGAIN = timedelta(hours=12), timedelta(minutes=1)
"""From when it is set again though nothing changed, since files go after a day; and after a failure."""
PATIENCE, KEPT = 10.0, 4
"""Seconds for which a request waits for its turn to set one, and how many a process keeps for when the worker is away."""
_turn = Lock()
_made: OrderedDict[str, bytes] = OrderedDict()


def languages() -> list[str]:
    """Those in which it is kept."""
    return [code for code, _name in settings.LANGUAGES]


def kind_of(language: str) -> str:
    """Under which kind of paper it is kept; the desk does not show it."""
    return f"public-{language}"


def public_programme(meet: Meet, *, at: datetime) -> tuple[bytes, bool]:
    """The PDF in the reader's language, and whether the worker should set it anew. Only reads. Raises Busy when there is none
    yet and too many want it."""
    values, said = values_of(meet, at=at)
    kept = PrintedPaper.objects.filter(meet=meet, kind=kind_of(values["lang"]), made_at__isnull=False).first()
    if kept is not None:
        return bytes(kept.content or b""), kept.name != said or kept.asked_at < at - OLD
    return _set_here(values, said), True


def values_of(meet: Meet, *, at: datetime) -> tuple[Values, str]:
    """What it says, and a name for that, the same as long as nothing but the time of printing is different."""
    read, paper = Programme(meet, at), PAPERS["programme"]
    values = read.values(str(paper.title), **paper.data(read))
    said = json.dumps({**values, "printed": ""}, sort_keys=True).encode()
    return values, hashlib.blake2b(said, digest_size=16).hexdigest()


def _set_here(values: Values, said: str) -> bytes:
    if not _turn.acquire(timeout=PATIENCE):
        raise Busy
    try:
        if said not in _made:
            _made[said] = typeset(PAPERS["programme"].template, values)
            while len(_made) > KEPT:
                _made.popitem(last=False)
        return _made[said]
    finally:
        _turn.release()


def when_out(version: ListVersion, *, at: datetime) -> None:
    """A version goes out: the worker sets its programme, whatever it is at."""
    want(version.meet, languages(), at=at, is_new=True)


@retry_when_locked
@transaction.atomic
def want(meet: Meet, wanted: Iterable[str], *, at: datetime, is_new: bool = False) -> None:
    """Let the worker set it anew in these languages. The one that is there stays meanwhile; a job that is under way is waited
    for, unless something `is_new` that it may not have read; one that failed is tried again after a minute."""
    for language in wanted:
        row, _made_now = (
            PrintedPaper.objects.defer("content").select_related("job").select_for_update(of=("self",))
            .get_or_create(meet=meet, kind=kind_of(language), defaults={"tenant_id": meet.tenant_id, "asked_at": at})
        )  # fmt: skip
        if not is_new and row.job and (not row.job.is_over or (row.job.failed_at and at - row.asked_at < AGAIN)):
            continue
        row.job = work.enqueue(JOB, tenant=meet.tenant, by=None, paper=row.pk, language=language)
        row.asked_at = at
        row.save(update_fields=["job", "asked_at"])
