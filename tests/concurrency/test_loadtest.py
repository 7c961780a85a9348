"""`manage.py loadtest` against a real server (contract 6; seed 002_d4f32087aee95a7b 「負荷テスト実施」)."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from config.ops.loadtest import stage
from config.ops.loadtest.alone import LOCK
from config.ops.loadtest.plan import made_up
from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, OpsRun, OutboxMail, Tenant, User
from tenants.signin.models import Session
from tests.conftest import race_of
from tests.site import ROOT, Site, hear_interrupts

pytestmark = pytest.mark.whole_machine("a load test measures the machine, and two at once refuse each other")

TEAMS = os.environ.get("LOADTEST_TEAMS", "12")
SMALL = ("--teams", TEAMS, "--rows", "4", "--clients", "12")


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    """One server for all tests of this file."""
    with Site(workers=3) as running:
        yield running


def fire(site: Site, *options: str) -> str:
    out = StringIO()
    call_command("loadtest", "--url", site.address, *options, stdout=out)
    return out.getvalue()


def left_behind() -> dict[str, int]:
    """What a rush may have left, of every kind of row that it makes."""
    kinds = (Meet, Race, Submission, Entry, Team, Athlete, User, OutboxMail, Session)
    return {kind.__name__: kind.objects.count() for kind in kinds if kind.objects.exists()}


def test_a_rush_holds_prints_its_figures_and_leaves_nothing(site: Site) -> None:
    said = fire(site, *SMALL, "--rounds", "2")
    assert said.count("○ OK") == 14
    assert "entries/s" in said
    assert f"303={2 * int(TEAMS)}" in said
    assert left_behind() == {}
    assert not Tenant.objects.get(slug="loadtest").is_active
    assert list(AuditRecord.objects.values_list("verb", flat=True)) == ["loadtest.struck"]
    run = OpsRun.objects.get(kind="loadtest")
    assert run.succeeded
    assert run.facts["entries"] == 2 * int(TEAMS) * 4
    assert run.facts["entries_per_second"] > 0


def test_the_places_of_a_real_meet_are_the_model_and_the_meet_stays_empty(site: Site, meet: Meet) -> None:
    race_of(meet, places=6)
    race_of(meet, "男子10000m", distance_m=10_000, places=18)
    race_of(meet, "オープン", distance_m=3_000, places=None)
    said = fire(site, "--meet", "nittai/ld326", "--rows", "3", "--clients", "8")
    assert "36件" in said  # one and a half entries for each of 24 places
    assert not Entry.objects.exists()


def test_without_the_guard_of_places_it_exits_1_and_says_that_it_oversold() -> None:
    """The negative control: a rush that could not fail would prove nothing."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries_entry DROP CONSTRAINT one_entry_per_ticket")
    try:
        with (
            Site(workers=3, app="tests.concurrency.unguarded:application") as site,
            pytest.raises(CommandError, match=r"broken: .*no_oversell"),
        ):
            fire(site, "--teams", "30", "--rows", "2", "--clients", "24")
        assert OpsRun.objects.get(kind="loadtest").succeeded is False
        assert left_behind() == {}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE entries_entry ADD CONSTRAINT one_entry_per_ticket UNIQUE (race_id, ticket)")


def test_stopped_in_the_middle_it_takes_everything_away(site: Site) -> None:
    with Started(site, signal_after="申込の殺到") as process:
        process.send_signal(signal.SIGINT)
        _out, error = process.communicate(timeout=60)
    assert process.returncode == 1
    said = [line for line in error.splitlines() if not line.startswith("{")]  # the log is JSON, and goes there too
    assert said == ["CommandError: stopped; what was made is removed"]
    assert left_behind() == {}


def test_a_killed_run_is_struck_by_the_next(site: Site) -> None:
    with Started(site, signal_after="申込の殺到") as process:
        process.kill()
        process.communicate(timeout=60)
    assert User.objects.exists()
    fire(site, "--teams", "2", "--rows", "2")
    assert set(left_behind()) <= {"Session"}  # whose keys only the killed run knew: of accounts that are gone


class Started:
    """A run in a process of its own, up to the line that begins with `signal_after`."""

    def __init__(self, site: Site, *, signal_after: str) -> None:
        command = [sys.executable, "manage.py", "loadtest", "--url", site.address, "--teams", "8", "--rounds", "50"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=site.env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=hear_interrupts,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(signal_after):
                return
        raise AssertionError(self.process.communicate()[1])

    def __enter__(self) -> "subprocess.Popen[str]":
        return self.process

    def __exit__(self, *about: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=10)


def test_only_one_runs_at_a_time(site: Site) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CommandError, match="another loadtest is running"):
            fire(site, *SMALL)
    finally:
        other.close()


def test_a_server_on_another_database_is_told_by_the_sign_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts are not where that server looks."""
    engage = stage.engage
    monkeypatch.setattr(stage, "engage", lambda plan: [_renamed(coach) for coach in engage(plan)])
    with pytest.raises(CommandError, match="does that server use the database named above"):
        fire(site, "--teams", "2", "--rows", "1")
    assert left_behind() == {}


def _renamed(coach: stage.Coach) -> stage.Coach:
    return stage.Coach(f"nobody-{coach.team}@loadtest.invalid", coach.password, coach.team, coach.athletes)


def test_what_belongs_to_others_is_not_touched(site: Site, meet: Meet, race: Race, kita: Team) -> None:
    before = left_behind()
    stage.strike()
    fire(site, "--teams", "3", "--rows", "2")
    assert left_behind() == before


def test_half_of_what_is_asked_for_has_to_wait() -> None:
    plan = made_up(teams=10, rows=8, clients=1, rounds=1)
    assert sum(race.places or 0 for race in plan.races) * 2 == plan.entries
