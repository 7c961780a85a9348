"""`manage.py verify_backup`: a backup is proved by restoring it, noted, beaten, alarmed (requirements D3, D4)."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from config.ops.backups import drill, take
from tenants.models import Alarm, Heartbeat, OpsRun
from tests.config.ops.backup_cast import LAB, small_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    return small_site(tmp_path, settings, monkeypatch)


def test_the_latest_one_is_proved_noted_and_beaten(folder: Path, now: datetime) -> None:
    call_command("backup", "--scheduled", stdout=StringIO(), stderr=StringIO())
    said = StringIO()
    call_command("verify_backup", "--latest", stdout=said)
    assert "401 rows in 3 tables" in said.getvalue()
    assert "RTO: " in said.getvalue()
    run = OpsRun.objects.get(kind="verify_backup")
    assert (run.succeeded, run.facts["problems"]) == (True, [])
    assert run.facts["rto_seconds"] >= 0
    assert Heartbeat.objects.filter(name="verify_backup").exists()


def test_a_latest_one_that_cannot_be_restored_raises_an_alarm(folder: Path, now: datetime) -> None:
    path = take.take(None, at=now, scheduled=True).made.path
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(CommandError, match="damaged or cut short"):
        call_command("verify_backup", "--latest", stdout=StringIO())
    assert Alarm.objects.filter(name="drill_failed", cleared_at__isnull=True).exists()
    run = OpsRun.objects.get(kind="verify_backup")
    assert run.succeeded is False
    assert "damaged or cut short" in run.facts["problems"][0]
    take.take(None, at=now + timedelta(seconds=1), scheduled=True)
    drill.drill("latest")
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


def test_a_backup_in_which_nobody_could_sign_in_is_no_good(folder: Path, now: datetime) -> None:
    with closing(sqlite3.connect(folder.parent / LAB)) as database, database:
        database.execute("UPDATE tenants_user SET is_active = 0 WHERE role = 'platform_admin'")
    path = take.take(None, at=now).made.path
    with pytest.raises(CommandError, match="no platform admin in it could sign in"):
        call_command("verify_backup", str(path), stdout=StringIO())
    assert not Alarm.objects.exists(), "a file that somebody named is not the site's latest"


def test_the_age_of_what_is_in_it_is_the_rpo(folder: Path, now: datetime) -> None:
    path = take.take(None, at=now).made.path
    proof = drill.drill(str(path))
    assert 0 <= proof.rpo_seconds < 60
    assert proof.manifest.snapshot_at <= timezone.now()


@pytest.mark.parametrize(("arguments", "said"), [
    ([], "name one backup"), (["x", "--latest"], "name one backup"), (["nowhere.zip"], "there is no such file"),
    (["--latest"], "there is no backup of dev"), (["s3:x"], "BACKUP_S3_BUCKET is not set"),
])  # fmt: skip
def test_a_backup_that_is_not_there_is_said(folder: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("verify_backup", *arguments, stdout=StringIO())
