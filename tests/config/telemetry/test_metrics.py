"""/metrics: for whoever has the token, complete, cheap, and no page for anybody else."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.env import ROOT
from config.telemetry.metrics import counted, known
from entries.entry import actions
from entries.entry.lines import Line
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.jobs.models import Job
from tenants.models import User
from tenants.outbox.actions import enqueue
from tenants.outbox.models import OutboxMail
from tenants.scope import tenant_scope
from tenants.upkeep import counters
from tenants.upkeep.actions import beat, raise_alarm
from tenants.upkeep.models import OpsRun
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
TOKEN = "metrics-token-of-the-tests"


@pytest.fixture(autouse=True)
def opened(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def metrics(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    lines = [line.rpartition(" ") for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"bearer {TOKEN}", f"Basic {TOKEN}", TOKEN, "Bearer \xff\xfe"],
)
def test_without_the_token_there_is_no_such_page(client: Client, header: str) -> None:
    answer = client.get("/metrics", headers={"authorization": header} if header else {})
    assert answer.status_code == 404
    assert "nitsys_" not in answer.content.decode()


def test_closed_it_opens_to_nobody(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for header in ("Bearer ", "Bearer", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"authorization": header}).status_code == 404


def test_requests_are_counted_by_pattern_method_and_status(client: Client) -> None:
    before = metrics(client)
    client.get("/meets/")
    client.get("/nowhere/secret")
    client.generic("BREW", "/nowhere")
    after = metrics(client)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('nitsys_requests_total{method="GET",route="/meets/",status="200"}') == 1
    assert more('nitsys_requests_total{method="GET",route="unknown",status="404"}') == 1
    assert more('nitsys_requests_total{method="OTHER",route="unknown",status="404"}') == 1
    assert more('nitsys_request_seconds_count{route="/meets/"}') == 1
    assert not any("secret" in name for name in after)


def test_sign_ins_are_counted(client: Client, baba: User) -> None:
    before = metrics(client)
    for password in ("wrong", "wrong", PASSWORD):
        client.post("/auth/login", {"email": baba.email, "password": password})
    after = metrics(client)
    name = 'nitsys_sign_ins_total{outcome="%s"}'
    assert after[name % "refused"] - before.get(name % "refused", 0) == 2
    assert after[name % "ok"] - before.get(name % "ok", 0) == 1


def test_a_submission_is_counted_when_it_is_committed(
    client: Client, race: Race, runners: list[Athlete], kita: Team, baba: User, django_capture_on_commit_callbacks: Any
) -> None:
    before = metrics(client)
    with tenant_scope(race.tenant_id):
        with django_capture_on_commit_callbacks(execute=False) as waiting:
            lines = [Line(n, runner.pk, race.pk, 87_000) for n, runner in enumerate(runners[:2])]
            actions.submit(meet=race.meet, team=kita, lines=lines, key="k", by=baba, at=timezone.now())
        assert metrics(client).get('nitsys_submissions_total{outcome="taken"}') == before.get(
            'nitsys_submissions_total{outcome="taken"}'
        )
        for callback in waiting:
            callback()
    after = metrics(client)
    for name, n in (("submissions", 1), ("entries", 2)):
        name = f'nitsys_{name}_total{{outcome="taken"}}'
        assert after[name] - before.get(name, 0) == n
    assert after[f'nitsys_race_entries{{meet="{race.meet.slug}",race="{race.pk}",state="accepted"}}'] == 2


def test_what_the_database_knows_is_told(client: Client, meet: Meet) -> None:
    now = timezone.now()
    for n in range(3):
        enqueue("x", to=f"{n}@example.com", key="k", context={}, at=now)
    OutboxMail.objects.filter(to="0@example.com").update(sent_at=now)
    OutboxMail.objects.filter(to="1@example.com").update(created_at=now - timedelta(minutes=30))
    Job.objects.create(kind="x")
    Job.objects.create(kind="x", leased_until=now + timedelta(minutes=5))
    Job.objects.create(kind="x", failed_at=now)
    beat("worker", at=now - timedelta(seconds=100))
    raise_alarm("mail_late", at=now)
    OpsRun.objects.create(kind="backup", started_at=now - timedelta(hours=5), succeeded=True, facts={"bytes": 1234})
    OpsRun.objects.create(kind="backup", started_at=now - timedelta(hours=1), succeeded=False)
    found = metrics(client)
    assert found["nitsys_mail_queued"] == 2
    assert found["nitsys_mail_sent_day"] == 1
    assert 1_790 < found["nitsys_mail_oldest_seconds"] < 1_900
    assert [found[f'nitsys_jobs{{state="{state}"}}'] for state in ("waiting", "running", "failed_day")] == [1, 1, 1]
    assert 99 < found['nitsys_heartbeat_age_seconds{name="worker"}'] < 200
    assert found['nitsys_alarm{name="mail_late"}'] == 1
    assert found['nitsys_run_ok{kind="backup"}'] == 0
    assert 17_900 < found['nitsys_run_age_seconds{kind="backup"}'] < 18_100
    assert found["nitsys_backup_bytes"] == 1234
    assert found["nitsys_database_up"] == 1


def test_it_costs_few_queries_however_much_there_is(client: Client, meet: Meet) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            metrics(client)
        return len(seen)

    metrics(client)
    first = cost()
    for n in range(30):
        enqueue("x", to=f"{n}@example.com", key="k", context={}, at=timezone.now())
        beat(f"thing-{n}", at=timezone.now())
    assert cost() == first <= 15


def test_when_the_database_does_not_answer_the_rest_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise DatabaseError

    monkeypatch.setattr(known, "_bound", down)
    found = metrics(client)
    assert found["nitsys_database_up"] == 0
    assert any(name.startswith("nitsys_requests_total") for name in found)


def test_what_is_not_listed_is_counted_by_nobody() -> None:
    counters.count("of_no_interest", who="me")
    assert "nitsys_of_no_interest" not in counted.COUNTERS


PROCESSES = """
import os
from config.telemetry.metrics import files
folder = files.prepare()  # as gunicorn does it: the folder first, Django and the counters afterwards
import django; django.setup()
from config.telemetry.metrics import counted
for child in range(3):
    if os.fork() == 0:
        counted.on_count("busy", child + 1, {})
        os._exit(0)
    os.wait()
from prometheus_client import generate_latest
print([l for l in generate_latest(counted.of_this_server()).decode().splitlines() if l.startswith("nitsys_busy")])
files.remove(folder)
print(folder.exists())
"""


def test_any_process_answers_for_all_also_for_those_that_ended() -> None:
    env = {**os.environ, "METRICS_TOKEN": TOKEN, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", PROCESSES], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["['nitsys_busy_total 6.0']", "False"], done.stderr
