"""`manage.py preflight`: each line of the checklist holds, warns or fails when it should, and no secret is said."""

import dataclasses
import io
import re
import shutil
from collections import namedtuple
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from config.env import ENV, Env
from config.http import health
from config.ops.preflight import database_lines, outside_lines, settings_lines
from config.ops.preflight.line import Mark, Seen
from config.ops.preflight.lines import LINES
from tenants.switches.models import Function, Switch
from tenants.upkeep.models import Heartbeat, OpsRun

KEY = "canary-key-" + "kJ83hsd7fHJKSDF87sdfhjksdf8s7dfhjksdf87shdfjk3"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def prod(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of a site that is out there."""
    settings.APP_ENV, settings.DEBUG, settings.SECRET_KEY = "prod", False, KEY
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["entry.example.jp"], "https://entry.example.jp"
    settings.CSRF_TRUSTED_ORIGINS = []
    use(monkeypatch, secret_key=KEY, secret_key_name="SECRET_KEY")
    return settings


def use(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Env:
    env: Env = dataclasses.replace(vars(settings_lines)["ENV"], **changes)  # as it is by now
    monkeypatch.setattr(settings_lines, "ENV", env)
    monkeypatch.setattr(outside_lines, "ENV", env)
    return env


def mark_of(name: str, at: datetime | None = None) -> Mark:
    line = next(line for line in LINES if line.key == name)
    seen = line.look(at or timezone.now())
    assert "canary" not in seen.text + seen.todo
    assert (seen.mark is Mark.OK) == (seen.todo == ""), "says what to do"
    return seen.mark


def said(*args: str, **options: Any) -> list[str]:
    out = io.StringIO()
    call_command("preflight", *args, stdout=out, **options)
    return out.getvalue().splitlines()


def test_every_point_of_the_checklist_has_its_line() -> None:
    """seed 002 「必須項目」 and 「推奨項目」, and contract 6."""
    assert [line.name for line in LINES] == [
        "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "設定の検査", "データベース接続", "マイグレーション",
        "静的ファイル", "ディスク", "時計", "停止中の機能", "ワーカー", "メール送信", "Sentry", "バックアップ", "復元の演習", "SSL証明書",
    ]  # fmt: skip


def test_debug(prod: Any) -> None:
    assert mark_of("debug") is Mark.OK
    prod.DEBUG_AUTH_LINKS = True
    assert mark_of("debug") is Mark.FAIL
    prod.DEBUG_AUTH_LINKS, prod.DEBUG = False, True
    assert mark_of("debug") is Mark.FAIL
    prod.APP_ENV = "dev"
    assert mark_of("debug") is Mark.WARN


def test_secret_key(prod: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mark_of("secret_key") is Mark.OK
    use(monkeypatch, secret_key_name="FLASK_SECRET_KEY")
    assert mark_of("secret_key") is Mark.WARN
    use(monkeypatch, secret_key_name="")
    assert mark_of("secret_key") is Mark.FAIL


@pytest.mark.parametrize(
    ("hosts", "base_url", "mark"),
    [
        (["entry.example.jp"], "https://entry.example.jp", Mark.OK),
        ([".example.jp"], "https://entry.example.jp", Mark.OK),
        ([], "https://entry.example.jp", Mark.FAIL),
        (["other.example.jp"], "https://entry.example.jp", Mark.FAIL),
        (["localhost"], "https://localhost", Mark.FAIL),
    ],
)
def test_hosts(prod: Any, hosts: list[str], base_url: str, mark: Mark) -> None:
    prod.ALLOWED_HOSTS, prod.BASE_URL = hosts, base_url
    assert mark_of("hosts") is mark


@pytest.mark.parametrize(
    ("origins", "mark"),
    [
        ([], Mark.OK), (["https://entry.example.jp"], Mark.OK), (["http://entry.example.jp"], Mark.FAIL),
        (["https://typo.example.jp"], Mark.WARN),
    ],
)  # fmt: skip
def test_origins(prod: Any, origins: list[str], mark: Mark) -> None:
    prod.CSRF_TRUSTED_ORIGINS = origins
    assert mark_of("origins") is mark


def test_what_the_deployment_check_says(prod: Any) -> None:
    prod.SECURE_HSTS_SECONDS, prod.SECURE_SSL_REDIRECT = 0, False
    assert mark_of("checks") is Mark.FAIL
    prod.APP_ENV = "dev"
    assert mark_of("checks") is Mark.WARN


def test_a_database_that_is_there(db: None, prod: Any) -> None:
    assert mark_of("database") is (Mark.OK if connection.vendor == "postgresql" else Mark.FAIL)
    assert mark_of("migrations") is mark_of("clock") is mark_of("switches") is Mark.OK


def test_missing_migrations(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    known = health.all_migrations()
    monkeypatch.setattr(health, "all_migrations", lambda: (*known, ("entries", "9999_next"), ("entries", "9999_more")))
    seen = database_lines.migrations(timezone.now())
    assert (seen.mark, seen.text) == (Mark.FAIL, "未適用: entries.9999_next ほか 1 件")


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL may be on a machine with another clock")
def test_a_file_has_our_own_clock(db: None) -> None:
    assert mark_of("clock") is Mark.OK


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file of SQLite has no clock of its own")
@pytest.mark.parametrize(("seconds", "mark"), [(1, Mark.OK), (5, Mark.WARN), (-600, Mark.FAIL)])
def test_clocks_that_differ(db: None, monkeypatch: pytest.MonkeyPatch, seconds: int, mark: Mark) -> None:
    ours = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: ours)
    assert mark_of("clock", ours) is mark


def test_worker(db: None, prod: Any, now: datetime) -> None:
    assert mark_of("worker") is Mark.FAIL
    Heartbeat.objects.create(name="worker", beat_at=now)
    assert mark_of("worker", now) is Mark.OK
    assert mark_of("worker", now + timedelta(minutes=6)) is Mark.FAIL
    prod.APP_ENV = "staging"
    assert mark_of("worker", now + timedelta(minutes=6)) is Mark.WARN


def test_backups_by_age(db: None, prod: Any, now: datetime) -> None:
    assert mark_of("backup") is Mark.WARN
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=False)
    OpsRun.objects.create(kind="verify_backup", started_at=now, succeeded=True)
    assert mark_of("backup") is Mark.WARN
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=True)
    assert mark_of("backup", now + timedelta(hours=26)) is Mark.OK
    assert mark_of("backup", now + timedelta(hours=26, seconds=1)) is Mark.FAIL
    prod.APP_ENV = "staging"
    assert mark_of("backup", now + timedelta(hours=27)) is Mark.WARN


def test_restore_drills_by_age(db: None, prod: Any, now: datetime) -> None:
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=True)
    assert mark_of("drill", now) is Mark.WARN
    OpsRun.objects.create(kind="verify_backup", started_at=now, succeeded=True)
    assert mark_of("drill", now + timedelta(days=8)) is Mark.OK
    assert mark_of("drill", now + timedelta(days=9)) is Mark.WARN


@pytest.mark.parametrize(
    ("function", "mark"),
    [(Function.MAINTENANCE, Mark.FAIL), (Function.READ_ONLY, Mark.FAIL), (Function.UPLOADS, Mark.WARN)],
)
def test_a_switch_that_was_left_on(db: None, now: datetime, function: Function, mark: Mark) -> None:
    switch = Switch.objects.create(function=function, stopped_at=now)
    assert mark_of("switches") is mark
    Switch.objects.filter(pk=switch.pk).update(stopped_at=None)
    assert mark_of("switches") is Mark.OK


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    settings.STATIC_ROOT = tmp_path / "static"
    forget_storage()
    yield settings.STATIC_ROOT
    forget_storage()


def forget_storage() -> None:
    """Django keeps the storage that it made first."""
    vars(storages)["_storages"].pop("staticfiles", None)


def test_static_files(prod: Any, collected: Path) -> None:
    assert mark_of("static") is Mark.FAIL, "not collected"
    call_command("collectstatic", interactive=False, verbosity=0)
    forget_storage()
    assert mark_of("static") is Mark.OK
    next(collected.glob("css/base*.css")).unlink()
    for path in collected.glob("css/*.css"):
        path.unlink()
    assert mark_of("static") is Mark.FAIL, "files gone"


@pytest.mark.parametrize(("free", "mark"), [(5_000, Mark.OK), (500, Mark.WARN), (100, Mark.FAIL)])
def test_disk(monkeypatch: pytest.MonkeyPatch, free: int, mark: Mark) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, free * 1024 * 1024))
    assert mark_of("disk") is mark


@pytest.mark.parametrize(
    ("dsn", "mark"),
    [("", Mark.WARN), ("https://canary@o1.ingest.sentry.io/42", Mark.OK), ("https://canary.example", Mark.FAIL)],
)
def test_sentry(monkeypatch: pytest.MonkeyPatch, dsn: str, mark: Mark) -> None:
    use(monkeypatch, sentry_dsn=dsn)
    assert mark_of("sentry") is mark


def test_a_database_that_does_not_answer_is_waited_for_once(monkeypatch: pytest.MonkeyPatch, prod: Any) -> None:
    """Without the db fixture: every other look at the database would fail the test."""
    asked = 0

    def away(at: datetime) -> Seen:
        nonlocal asked
        asked += 1
        raise OperationalError("canary of the connection")

    lines = [
        line._replace(look=away) if line.key == "database" else line for line in LINES if line.key != "certificate"
    ]
    monkeypatch.setattr("config.management.commands.preflight.LINES", lines)
    with pytest.raises(CommandError, match="NG") as wrong:
        said()
    names = [line.name for line in LINES if line.asks_database]
    assert all(name in str(wrong.value) for name in names)
    assert asked == 1


def test_one_line_each_and_exit_zero_when_nothing_fails(db: None) -> None:
    lines = said("--only", "migrations", "switches")
    assert lines[0].startswith("preflight: APP_ENV=dev、データベース ")
    assert [re.split(r"\s{2,}", line)[0] for line in lines[1:3]] == ["○ OK", "○ OK"]
    assert lines[3] == "2 項目: OK 2、注意 0、NG 0"


def test_what_fails_is_named_last_in_one_line(db: None, now: datetime) -> None:
    Switch.objects.create(function=Function.MAINTENANCE, stopped_at=now)
    with pytest.raises(CommandError, match=r"^2 項目のうち NG 1: 停止中の機能$"):
        said("--only", "migrations", "switches")


def test_waiting_ends_when_the_migrations_are_there(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["entries.9999_next"], ["entries.9999_next"], [], []]
    monkeypatch.setattr(database_lines, "missing_migrations", lambda: answers.pop(0))
    monkeypatch.setattr("config.management.commands.preflight.PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert said("--only", "migrations", "--wait", "60")[-1] == "1 項目: OK 1、注意 0、NG 0"
    assert answers == []


def test_waiting_ends_in_the_end(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_lines, "missing_migrations", lambda: ["entries.9999_next"])
    monkeypatch.setattr("config.management.commands.preflight.PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(connection, "close", lambda: None)
    with pytest.raises(CommandError, match="マイグレーション"):
        said("--only", "migrations", "--wait", "1")


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(CommandError, match="--only: nonsense is no line"):
        said("--only", "nonsense")
    with pytest.raises(CommandError, match="--wait"):
        said("--wait", "4000")


def test_the_environment_is_read_where_the_tests_change_it() -> None:
    assert vars(settings_lines)["ENV"] is vars(outside_lines)["ENV"] is ENV
