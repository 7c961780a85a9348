"""Requirement D1: the server is killed again and again while sheets come in. What was answered is stored, nothing is half
there. KILLS=10 KILL_SUBMISSIONS=2000 is the full measure."""

import os

from entries.meet.models import Meet
from tests.concurrency.journal import Journal
from tests.rush import run_apart
from tests.site import Site

SUBMISSIONS, KILLS = int(os.environ.get("KILL_SUBMISSIONS", "800")), int(os.environ.get("KILLS", "2"))


def test_kill_nine_in_the_middle_loses_nothing_that_was_answered(meet: Meet) -> None:
    journal = Journal(meet, SUBMISSIONS)
    interrupted = 0
    for kill in range(1, KILLS + 1):
        with Site(workers=2) as site:
            upto = SUBMISSIONS * kill // (KILLS + 1)
            interrupted += run_apart(journal.send(site.port, upto=upto, then=site.kill))
        journal.check_answered()
    with Site(workers=2) as site:
        run_apart(journal.send(site.port, upto=SUBMISSIONS))
    assert interrupted > 0, "no request was under way when the server was killed: the test proves nothing"
    journal.check_all()
