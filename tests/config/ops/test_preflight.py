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
from config.ops.checklist import CheckLine, Word
from config.ops.preflight import database_lines, outside_lines, settings_lines
from config.ops.preflight.lines import POINTS
from tenants.commands import ready
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


def word_of(name: str, at: datetime | None = None) -> Word:
    point = next(point for point in POINTS if point.key == name)
    seen = point.look(at or timezone.now())
    assert "canary" not in seen.text + seen.todo
    assert (seen.word is Word.OK) == (seen.todo == ""), "says what to do"
    return seen.word


def said(*args: str, **options: Any) -> list[str]:
    out = io.StringIO()
    call_command("preflight", *args, stdout=out, **options)
    return out.getvalue().splitlines()


def test_every_point_of_the_checklist_has_its_line() -> None:
    """seed 002 「必須項目」 and 「推奨項目」, and contract 6."""
    assert [point.name for point in POINTS] == [
        "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "設定の検査", "データベース接続", "マイグレーション",
        "静的ファイル", "ディスク", "時計", "停止中の機能", "ワーカー", "メール送信", "Sentry", "バックアップ", "復元の演習", "SSL証明書",
    ]  # fmt: skip


def test_debug(prod: Any) -> None:
    assert word_of("debug") is Word.OK
    prod.DEBUG_AUTH_LINKS = True
    assert word_of("debug") is Word.NG
    prod.DEBUG_AUTH_LINKS, prod.DEBUG = False, True
    assert word_of("debug") is Word.NG
    prod.APP_ENV = "dev"
    assert word_of("debug") is Word.LOOK


def test_secret_key(prod: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert word_of("secret_key") is Word.OK
    use(monkeypatch, secret_key_name="FLASK_SECRET_KEY")
    assert word_of("secret_key") is Word.LOOK
    use(monkeypatch, secret_key_name="")
    assert word_of("secret_key") is Word.NG


@pytest.mark.parametrize(
    ("hosts", "base_url", "word"),
    [
        (["entry.example.jp"], "https://entry.example.jp", Word.OK),
        ([".example.jp"], "https://entry.example.jp", Word.OK),
        ([], "https://entry.example.jp", Word.NG),
        (["other.example.jp"], "https://entry.example.jp", Word.NG),
        (["localhost"], "https://localhost", Word.NG),
    ],
)
def test_hosts(prod: Any, hosts: list[str], base_url: str, word: Word) -> None:
    prod.ALLOWED_HOSTS, prod.BASE_URL = hosts, base_url
    assert word_of("hosts") is word


@pytest.mark.parametrize(
    ("origins", "word"),
    [
        ([], Word.OK),
        (["https://entry.example.jp"], Word.OK),
        (["http://entry.example.jp"], Word.NG),
        (["https://typo.example.jp"], Word.LOOK),
    ],
)
def test_origins(prod: Any, origins: list[str], word: Word) -> None:
    prod.CSRF_TRUSTED_ORIGINS = origins
    assert word_of("origins") is word


def test_what_the_deployment_check_says(prod: Any) -> None:
    prod.SECURE_HSTS_SECONDS, prod.SECURE_SSL_REDIRECT = 0, False
    assert word_of("checks") is Word.NG
    prod.APP_ENV = "dev"
    assert word_of("checks") is Word.LOOK


def test_a_database_that_is_there(db: None, prod: Any) -> None:
    assert word_of("database") is (Word.OK if connection.vendor == "postgresql" else Word.NG)
    assert word_of("migrations") is word_of("clock") is word_of("switches") is Word.OK


def test_missing_migrations(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ready.all_migrations()
    monkeypatch.setattr(ready, "all_migrations", lambda: (*known, ("entries", "9999_next"), ("entries", "9999_more")))
    seen = database_lines.migrations(timezone.now())
    assert (seen.word, seen.text) == (Word.NG, "未適用: entries.9999_next ほか 1 件")


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL may be on a machine with another clock")
def test_a_file_has_our_own_clock(db: None) -> None:
    assert word_of("clock") is Word.OK


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file of SQLite has no clock of its own")
@pytest.mark.parametrize(("seconds", "word"), [(1, Word.OK), (5, Word.LOOK), (-600, Word.NG)])
def test_clocks_that_differ(db: None, monkeypatch: pytest.MonkeyPatch, seconds: int, word: Word) -> None:
    ours = timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(timezone, "now", lambda: ours)
    assert word_of("clock", ours) is word


def test_worker(db: None, prod: Any, now: datetime) -> None:
    assert word_of("worker") is Word.NG
    Heartbeat.objects.create(name="worker", beat_at=now)
    assert word_of("worker", now) is Word.OK
    assert word_of("worker", now + timedelta(minutes=6)) is Word.NG
    prod.APP_ENV = "staging"
    assert word_of("worker", now + timedelta(minutes=6)) is Word.LOOK


def test_backups_by_age(db: None, prod: Any, now: datetime) -> None:
    assert word_of("backup") is Word.LOOK
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=False)
    OpsRun.objects.create(kind="verify_backup", started_at=now, succeeded=True)
    assert word_of("backup") is Word.LOOK
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=True)
    assert word_of("backup", now + timedelta(hours=26)) is Word.OK
    assert word_of("backup", now + timedelta(hours=26, seconds=1)) is Word.NG
    prod.APP_ENV = "staging"
    assert word_of("backup", now + timedelta(hours=27)) is Word.LOOK


def test_restore_drills_by_age(db: None, prod: Any, now: datetime) -> None:
    OpsRun.objects.create(kind="backup", started_at=now, succeeded=True)
    assert word_of("drill", now) is Word.LOOK
    OpsRun.objects.create(kind="verify_backup", started_at=now, succeeded=True)
    assert word_of("drill", now + timedelta(days=8)) is Word.OK
    assert word_of("drill", now + timedelta(days=9)) is Word.LOOK


@pytest.mark.parametrize(
    ("function", "word"),
    [(Function.MAINTENANCE, Word.NG), (Function.READ_ONLY, Word.NG), (Function.UPLOADS, Word.LOOK)],
)
def test_a_switch_that_was_left_on(db: None, now: datetime, function: Function, word: Word) -> None:
    switch = Switch.objects.create(function=function, stopped_at=now)
    assert word_of("switches") is word
    Switch.objects.filter(pk=switch.pk).update(stopped_at=None)
    assert word_of("switches") is Word.OK


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
    assert word_of("static") is Word.NG, "not collected"
    call_command("collectstatic", interactive=False, verbosity=0)
    forget_storage()
    assert word_of("static") is Word.OK
    next(collected.glob("css/base*.css")).unlink()
    for path in collected.glob("css/*.css"):
        path.unlink()
    assert word_of("static") is Word.NG, "files gone"


@pytest.mark.parametrize(("free", "word"), [(5_000, Word.OK), (500, Word.LOOK), (100, Word.NG)])
def test_disk(monkeypatch: pytest.MonkeyPatch, free: int, word: Word) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, free * 1024 * 1024))
    assert word_of("disk") is word


@pytest.mark.parametrize(
    ("dsn", "word"),
    [("", Word.LOOK), ("https://canary@o1.ingest.sentry.io/42", Word.OK), ("https://canary.example", Word.NG)],
)
def test_sentry(monkeypatch: pytest.MonkeyPatch, dsn: str, word: Word) -> None:
    use(monkeypatch, sentry_dsn=dsn)
    assert word_of("sentry") is word


def test_a_database_that_does_not_answer_is_waited_for_once(monkeypatch: pytest.MonkeyPatch, prod: Any) -> None:
    """Without the db fixture: every other look at the database would fail the test."""
    asked = 0

    def away(at: datetime) -> CheckLine:
        nonlocal asked
        asked += 1
        raise OperationalError("canary of the connection")

    points = [
        point._replace(look=away) if point.key == "database" else point
        for point in POINTS
        if point.key != "certificate"
    ]
    monkeypatch.setattr("config.management.commands.preflight.POINTS", points)
    with pytest.raises(CommandError, match="NG") as wrong:
        said()
    names = [point.name for point in POINTS if point.asks_database]
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
