"""`manage.py weekly_check` (contract, section 6; seed 002_d4f32087aee95a7b 「定期メンテナンス 週次」)."""

import json
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from config.routine import disk, support, upkeep, weekly
from config.routine.lines import Line, Word, facts_of, judged, look, ng, ok, plain, tally, worst
from config.routine.week import week_until
from config.routine.weekly import weekly_lines
from config.routine.words import ago, percent, seconds, size
from entries.meet.models import Meet
from tenants.models import (
    Alarm,
    DeadAddress,
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
)  # fmt: skip
from tenants.scope import across_tenants

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    """Where backups are due."""
    settings.APP_ENV = "prod"


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with free space, whatever the one is that tests run on."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1_000, 500, 500))


class lines:  # noqa: N801 - reads as the function that it stands for
    """`lines(at)[key]`: one line of the list, without reading for all the others."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __getitem__(self, key: str) -> Line:
        name = {"disk": "space"}.get(key, key)
        [check] = [check for _topic, checks in weekly._topics() for check in checks if check.__name__ == name]
        line = check(week_until(self.at))
        assert line.key == key
        return line


def ran(kind: str, at: datetime, *, succeeded: bool = True, **facts: Any) -> OpsRun:
    return OpsRun.objects.create(kind=kind, started_at=at, finished_at=at, succeeded=succeeded, facts=facts)


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
    for topic in ("■ ログ確認", "■ ディスク使用量確認", "■ バックアップ確認", "■ 個人情報", "■ サイトの状態"):
        assert topic in said
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
    monkeypatch.setattr("config.management.ready.missing_migrations", lambda: ["tenants.0099_x"])
    with pytest.raises(CommandError, match="migrations are missing"):
        call_command("weekly_check", stdout=StringIO())


def test_a_database_that_stumbles_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*, at: datetime) -> None:
        raise DatabaseError("canceling statement\ndetail")

    monkeypatch.setattr("config.management.commands.weekly_check.weekly_lines", stumble)
    with pytest.raises(CommandError, match=r"^the database does not answer: canceling statement\.$"):
        call_command("weekly_check", stdout=StringIO())


@pytest.mark.parametrize(
    ("count", "failures", "word"), [(1_000, 0, Word.OK), (1_000, 1, Word.LOOK), (10_000, 20, Word.LOOK), (1_000, 20, Word.NG)]
)  # fmt: skip
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


@pytest.mark.parametrize(("free", "word"), [(500, Word.OK), (200, Word.OK), (199, Word.LOOK), (99, Word.NG)])
def test_little_free_space(now: datetime, monkeypatch: pytest.MonkeyPatch, free: int, word: Word) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1_000, 1_000 - free, free))
    assert lines(now)["disk"].word == word


def test_growth_is_compared_with_the_look_of_the_week_before(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    ran("weekly_check", now - 7 * DAY, succeeded=False, database={"bytes": 100_000_000})
    ran("weekly_check", now - HOUR, database={"bytes": 1})
    monkeypatch.setattr(disk, "database_bytes", lambda: 140_000_000)
    found = lines(now)["database"]
    assert (found.word, found.facts["grown"]) == (Word.OK, 40_000_000)
    monkeypatch.setattr(disk, "database_bytes", lambda: 151_000_000)
    assert lines(now)["database"].word == Word.LOOK
    monkeypatch.setattr(disk, "database_bytes", lambda: 50_000_000)
    assert "-50.0 MB" in lines(now)["database"].text


def test_without_an_earlier_look_the_size_is_said(now: datetime) -> None:
    found = lines(now)["database"]
    assert found.word == Word.OK
    assert found.facts["bytes"] > 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no such figures")
def test_what_postgresql_knows_is_read(now: datetime) -> None:
    found = lines(now)
    assert found["tables"].facts["bytes"]
    assert found["sequences"].facts["used"] < 0.01
    assert found["transactions"].facts["connections"] >= 1
    assert found["dead_rows"].word == Word.OK


@pytest.mark.parametrize(
    ("age", "word"), [(timedelta(hours=1), Word.OK), (timedelta(hours=26), Word.OK), (timedelta(hours=27), Word.NG)]
)
def test_a_backup_older_than_26_hours_is_ng(now: datetime, age: timedelta, word: Word) -> None:
    ran("backup", now - age, bytes=1_000)
    assert lines(now)["backup"].word == word


@pytest.mark.parametrize("app_env", ["staging", "dev"])
def test_where_no_backup_is_due_a_missing_one_is_looked_at(now: datetime, settings: Any, app_env: str) -> None:
    settings.APP_ENV = app_env
    assert [lines(now)[key].word for key in ("backup", "drill")] == [Word.LOOK, Word.LOOK]


def test_a_backup_half_as_large_as_the_one_before_is_ng(now: datetime) -> None:
    ran("backup", now - DAY, bytes=1_000)
    ran("backup", now - HOUR, bytes=499)
    assert lines(now)["backup"].word == Word.NG


def test_a_failed_backup_after_a_good_one_is_looked_at(now: datetime) -> None:
    ran("backup", now - 2 * HOUR, bytes=1_000)
    ran("backup", now - HOUR, succeeded=False)
    assert lines(now)["backup"].word == Word.LOOK


def test_a_drill_shows_rto_and_rpo_and_grows_old(now: datetime) -> None:
    assert lines(now)["drill"].word == Word.NG
    ran("verify_backup", now - DAY, rto_seconds=42.0, rpo_seconds=7_200)
    found = lines(now)["drill"]
    assert found.word == Word.OK
    assert "RTO 42秒、RPO 2時間" in found.text
    assert lines(now + 8 * DAY)["drill"].word == Word.LOOK
    assert lines(now + 36 * DAY)["drill"].word == Word.NG


def test_a_failed_drill_is_ng_whatever_went_well_before(now: datetime) -> None:
    ran("verify_backup", now - DAY)
    ran("verify_backup", now - HOUR, succeeded=False)
    assert lines(now)["drill"].word == Word.NG


def test_sessions_that_nobody_clears_are_looked_at(now: datetime) -> None:
    Session.objects.create(session_key="open", session_data="", expire_date=now + DAY)
    Session.objects.create(session_key="just over", session_data="", expire_date=now - HOUR)
    assert lines(now)["sessions"].word == Word.OK
    Session.objects.create(session_key="left", session_data="", expire_date=now - 2 * DAY)
    assert (lines(now)["sessions"].word, lines(now)["sessions"].facts) == (Word.LOOK, {"open": 1, "left": 1})


def test_nothing_is_past_its_time_in_an_empty_database(now: datetime) -> None:
    assert lines(now)["retention"].facts == {"overdue": 0}


def test_data_past_its_time_is_named_with_the_command(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    overdue = upkeep.keeping.Line("links", "リンク", 7, 12, 0, 0)
    monkeypatch.setattr(upkeep.keeping, "run", lambda *, at, apply: [overdue] if not apply else 1 / 0)
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


@pytest.mark.parametrize(("days", "word"), [(-1, Word.NG), (10, Word.LOOK), (400, Word.OK)])
def test_what_is_no_longer_mended_is_ng(now: datetime, monkeypatch: pytest.MonkeyPatch, days: int, word: Word) -> None:
    part = support.Part("Django", "5.2.1", now.date() + timedelta(days))
    monkeypatch.setattr(support, "parts", lambda: [part])
    monkeypatch.setattr(support, "AS_OF", now.date())
    assert lines(now)["versions"].word == word


def test_an_unknown_series_or_an_old_table_is_looked_at(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    good = support.Part("Django", "5.2.1", date(2090, 1, 1))
    monkeypatch.setattr(support, "parts", lambda: [good])
    monkeypatch.setattr(support, "AS_OF", now.date() - timedelta(days=600))
    assert lines(now)["versions"].word == Word.LOOK
    monkeypatch.setattr(support, "AS_OF", now.date())
    monkeypatch.setattr(support, "parts", lambda: [good, support.Part("PostgreSQL", "99.1", None)])
    assert lines(now)["versions"].word == Word.LOOK


def test_the_table_of_support_knows_what_runs_here() -> None:
    assert [part.name for part in support.parts() if part.ends is None] == []


def test_every_line_that_is_not_ok_says_what_to_do(now: datetime) -> None:
    Heartbeat.objects.all().delete()
    DeadAddress.objects.create(address="a@example.org", since_at=now)
    assert [line.key for line in weekly_lines(at=now) if line.word != Word.OK and not line.todo] == []


def test_keys_are_unique_and_the_english_list_is_as_long(now: datetime) -> None:
    keys = [line.key for line in weekly_lines(at=now)]
    assert len(keys) == len(set(keys)) == sum(len(checks) for _topic, checks in weekly._topics())


def test_a_line_that_is_well_does_not_say_what_to_do() -> None:
    assert judged("k", "t", "todo", is_ng=False, is_look=False).todo == ""
    assert [line.word for line in (judged("k", "t", "x", is_ng=True, is_look=True), look("k", "t", "x"))] == [
        "ng",
        "look",
    ]
    assert worst([]) == Word.OK
    assert worst([ok("a", "t"), ng("b", "t", "x"), look("c", "t", "x")]) == Word.NG
    assert plain([ng("b", "text", "what")]) == ["× NG  text", "      → what"]
    assert tally([ok("a", "t"), ng("b", "t", "x")]) == "2項目: OK 1、注意 0、NG 1"
    assert facts_of([ok("a", "t", n=1)]) == {"a": {"word": "ok", "n": 1}}


def test_sizes_and_ages_are_readable(now: datetime) -> None:
    assert [size(n) for n in (0, 999, 1_500, 2_500_000, 3_000_000_000)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 MB",
        "3.0 GB",
    ]
    assert [ago(now - length, now) for length in (timedelta(0), timedelta(minutes=119), timedelta(hours=47), 3 * DAY)] == [
        "0分前", "119分前", "47時間前", "3日前",
    ]  # fmt: skip
    assert (seconds(4.2), seconds(900), percent(1, 0), percent(1, 3)) == ("4秒", "15分", "0%", "33.3%")
