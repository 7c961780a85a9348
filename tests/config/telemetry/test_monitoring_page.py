"""docs/monitoring.md lists what there is, and nothing else."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.env import ROOT
from config.ops.alarms.checks import CHECKS
from config.ops.alarms.wording import WORDS
from config.telemetry.metrics.counted import COUNTERS
from tenants.audit.security import REFUSALS
from tenants.upkeep.actions import beat, raise_alarm
from tenants.upkeep.models import OpsRun

PAGE = (ROOT / "docs/monitoring.md").read_text()


def test_each_alarm_is_listed_and_what_to_do() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|[^|]+\|[^|]+\|$", PAGE.partition("## 警報")[2], re.MULTILINE))
    assert listed == set(WORDS) >= set(CHECKS)


@pytest.mark.django_db
def test_each_metric_is_listed(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "x" * 20
    beat("worker", at=timezone.now())
    raise_alarm("x", at=timezone.now())
    OpsRun.objects.create(kind="backup", started_at=timezone.now(), succeeded=True)
    text = client.get("/metrics", headers={"authorization": "Bearer " + "x" * 20}).content.decode()
    told = set(re.findall(r"^# TYPE (nitsys_\w+)", text, re.MULTILINE)) - {f"{name}_created" for name in COUNTERS}
    told = {name for name in told if not name.endswith("_created")} | {"nitsys_database_connections"}
    listed = set(re.findall(r"nitsys_\w+", PAGE))
    assert listed == told


def test_each_refusal_of_the_security_log_is_listed() -> None:
    assert all(f"`{event}`" in PAGE for event in REFUSALS)
