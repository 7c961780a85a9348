"""`manage.py weekly_check` (contract 6; seed 002_d4f32087aee95a7b 「定期メンテナンス 週次」)."""

import json
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from config.ops.checklist import Word
from config.ops.weekly_check import lines as weekly_lines_of
from config.ops.weekly_check.lines import weekly_lines
from entries.meet.models import Meet
from tenants.models import (
    Alarm,
    Heartbeat,
    Incident,
    IncidentContact,
    Job,
    OpsRun,
    OutboxMail,
    Role,
    Switch,
    Tenant,
    Timing,
    User,
)
from tenants.privacy import retention
from tenants.scope import across_tenants
from tenants.signin.models import Session
from tests.config.ops.weekly_cast import DAY, HOUR, lines, ran

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    """Where backups are due."""
    settings.APP_ENV = "prod"


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with free space, whatever the one is that tests run on."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1_000, 500, 500))


def answers(hour: datetime, count: int, failures: int) -> Timing:
    whole = hour.replace(minute=0, second=0, microsecond=0)
    return Timing.objects.create(hour=whole, kind="address", name=f"GET /{count}", count=count, failures=failures)


def healthy(now: datetime, make_user: Callable[..., User]) -> None:
    """Everything that the list asks for."""
    answers(now - DAY, 1_000, 0)
    ran("backup", now - HOUR, bytes=1_000)
    ran("verify_backup", now - DAY, rto_seconds=42.0, rpo_seconds=3_600)
    Heartbeat.objects.create(name="worker", beat_at=now)
    for n, role in enumerate(("技術担当（主担当）", "技術担当（副担当）")):
        IncidentContact.objects.create(role=role, name="山田", phone=f"045-000-000{n}", position=n)
        make_user(f"admin-{n}@example.org", role=Role.PLATFORM_ADMIN)


def test_all_well_exits_0_and_says_it_line_by_line(now: datetime, make_user: Any, roomy: None, settings: Any) -> None:
    """seed 002_d4f32087aee95a7b 「ログ確認」「ディスク使用量確認」「バックアップ確認」."""
    healthy(now, make_user)
    out = StringIO()
    call_command("weekly_check", stdout=out)
    said = out.getvalue()
    topics = [line for line in said.splitlines() if line.startswith("■ ")]
    assert topics == ["■ ログ確認", "■ ディスク使用量確認", "■ バックアップ確認", "■ 個人情報", "■ サイトの状態"]
    assert "NG 0" in said
    assert connection.settings_dict["NAME"] in said.splitlines()[0]
    run = OpsRun.objects.get(kind="weekly_check")
    assert run.succeeded
    assert run.facts["database"]["bytes"] > 0


def test_one_ng_exits_1_with_one_line_and_is_noted(now: datetime) -> None:
    with pytest.raises(CommandError) as wrong:
        call_command("weekly_check", stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1
    assert "backup" in str(wrong.value)
    assert OpsRun.objects.get(kind="weekly_check").succeeded is False


def test_json_is_for_machines_and_holds_the_same_lines(now: datetime, make_user: Any, roomy: None) -> None:
    healthy(now, make_user)
    out = StringIO()
    call_command("weekly_check", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["command"] == "weekly_check"
    assert found["worst"] in ("ok", "look")
    assert {line["key"] for line in found["lines"]} == {line.key for line in weekly_lines(at=now)}


def test_a_missing_migration_is_said_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.commands.ready.missing_migrations", lambda: ["tenants.0099_x"])
    with pytest.raises(CommandError, match="migrations are missing"):
        call_command("weekly_check", stdout=StringIO())


def test_a_database_that_stumbles_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*, at: datetime) -> None:
        raise DatabaseError("canceling statement\ndetail")

    monkeypatch.setattr("config.management.commands.weekly_check.weekly_lines", stumble)
    with pytest.raises(CommandError, match=r"^the database does not answer: canceling statement\.") as wrong:
        call_command("weekly_check", stdout=StringIO())
    assert len(str(wrong.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("count", "failures", "word"),
    [(1_000, 0, Word.OK), (1_000, 1, Word.LOOK), (10_000, 20, Word.LOOK), (1_000, 20, Word.NG)],
)
def test_5xx_of_the_week_are_counted(now: datetime, count: int, failures: int, word: Word) -> None:
    answers(now - DAY, count, failures)
    answers(now - 9 * DAY, 500, 7)
    line = lines(now)["errors"]
    assert line.word == word
    assert (line.facts["failures"], line.facts["failures_before"]) == (failures, 7)


def test_a_week_without_any_answer_is_looked_at(now: datetime) -> None:
    answers(now - 8 * DAY, 10, 0)
    assert lines(now)["errors"].word == Word.LOOK


def test_failed_jobs_are_named_and_a_job_nobody_takes_is_ng(now: datetime) -> None:
    Job.objects.create(kind="import.csv", failed_at=now - DAY, error_id="abc123")
    Job.objects.create(kind="import.csv", failed_at=now - 8 * DAY, error_id="old")
    line = lines(now)["jobs"]
    assert (line.word, line.facts["failed"]) == (Word.LOOK, 1)
    assert "abc123" in line.text
    Job.objects.create(kind="draft")
    assert lines(now)["jobs"].word == Word.LOOK
    assert lines(now + HOUR)["jobs"].word == Word.NG


def test_mail_that_waits_is_ng_and_mail_given_up_is_looked_at(now: datetime) -> None:
    def mail(to: str, **fields: Any) -> OutboxMail:
        return OutboxMail.objects.create(key=to, kind="k", to=to, next_attempt_at=now, **fields)

    mail("sent@example.org", sent_at=now)
    mail("loadtest@loadtest.invalid", failed_at=now)
    assert lines(now)["mail"].word == Word.OK
    mail("gone@example.org", failed_at=now)
    mail("back@example.org", sent_at=now, bounced_at=now)
    found = lines(now)["mail"]
    assert (found.word, found.facts) == (Word.LOOK, {"sent": 2, "failed": 1, "bounced": 1})
    mail("waits@example.org")
    assert lines(now + timedelta(minutes=10))["mail"].word == Word.LOOK
    assert lines(now + HOUR)["mail"].word == Word.NG


def test_an_open_alarm_is_ng_and_a_cleared_one_is_counted(now: datetime) -> None:
    alarm = Alarm.objects.create(name="worker_silent", raised_at=now - HOUR)
    assert lines(now)["alarms"].word == Word.NG
    assert "worker_silent" in lines(now)["alarms"].text
    Alarm.objects.filter(pk=alarm.pk).update(cleared_at=now)
    assert lines(now)["alarms"].facts == {"open": 0, "cleared": 1}


@pytest.mark.parametrize(("level", "word"), [(1, Word.LOOK), (2, Word.LOOK), (3, Word.NG)])
def test_an_incident_that_nobody_closed(now: datetime, level: int, word: Word) -> None:
    Incident.objects.create(title="申込画面が遅い", level=level, opened_at=now - HOUR)
    assert lines(now)["incidents"].word == word


def test_sessions_that_nobody_clears_are_looked_at(now: datetime) -> None:
    Session.objects.create(session_key="open", session_data="", expire_date=now + DAY)
    Session.objects.create(session_key="just over", session_data="", expire_date=now - HOUR)
    assert lines(now)["sessions"].word == Word.OK
    Session.objects.create(session_key="left", session_data="", expire_date=now - 2 * DAY)
    assert (lines(now)["sessions"].word, lines(now)["sessions"].facts) == (Word.LOOK, {"open": 1, "left": 1})


def test_nothing_is_past_its_time_in_an_empty_database(now: datetime) -> None:
    assert lines(now)["retention"].facts == {"overdue": 0}


def test_data_past_its_time_is_named_with_the_command(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    overdue = retention.ClassRun("links", "リンク", 7, 12, 0, 0)
    monkeypatch.setattr(retention, "run", lambda *, at, apply: [overdue] if not apply else 1 / 0)
    found = lines(now)["retention"]
    assert (found.word, found.facts) == (Word.LOOK, {"overdue": 12})
    assert "リンク 12" in found.text


def test_what_is_switched_off_or_paused_is_said(now: datetime, meet: Meet) -> None:
    assert lines(now)["paused"].word == Word.OK
    Switch.objects.create(function="uploads", stopped_at=now)
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_paused_at=now - HOUR)
    found = lines(now)
    assert found["switches"].word != Word.OK
    assert "nittai/ld326" in found["paused"].text


def test_one_platform_admin_is_too_few_and_none_is_ng(now: datetime, make_user: Any, nittai: Tenant) -> None:
    assert lines(now)["people"].word == Word.NG
    make_user("one@example.org", role=Role.PLATFORM_ADMIN)
    assert lines(now)["people"].word == Word.LOOK
    make_user("two@example.org", role=Role.PLATFORM_ADMIN)
    for n in range(5):
        make_user(f"staff-{n}@example.org", role=Role.STAFF, tenant=nittai)
    assert lines(now)["people"].facts == {"admins": 2, "full": 1}


def test_nobody_to_call_at_night_is_ng(now: datetime) -> None:
    assert lines(now)["contacts"].word == Word.NG
    IncidentContact.objects.create(role="技術担当（主担当）", name="山田")
    assert lines(now)["contacts"].word == Word.NG
    IncidentContact.objects.update(phone="045-000-0000")
    assert lines(now)["contacts"].word == Word.LOOK


def test_every_line_that_is_not_ok_says_what_to_do(now: datetime) -> None:
    """In an empty database much is not."""
    found = [line for line in weekly_lines(at=now) if line.word != Word.OK]
    assert {"backup", "drill", "worker", "people", "contacts"} <= {line.key for line in found}
    assert [line.key for line in found if not line.todo] == []


def test_keys_are_unique_and_the_english_list_is_as_long(now: datetime) -> None:
    keys = [line.key for line in weekly_lines(at=now)]
    assert len(keys) == len(set(keys)) == sum(len(checks) for _topic, checks in weekly_lines_of._topics())
