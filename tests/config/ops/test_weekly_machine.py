"""Lines of the weekly list about what the site stands on: disk, database, versions (seed 002 「定期メンテナンス 週次」)."""

import shutil
from collections import namedtuple
from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from config.ops.checklist import Word
from config.ops.weekly_check import disk, support
from tests.config.ops.weekly_cast import DAY, HOUR, lines, ran

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


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


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no such figures")
@pytest.mark.parametrize(("many", "word"), [(10**12, Word.OK), (-1, Word.LOOK)])
def test_dead_rows_are_looked_at_when_they_are_many(
    now: datetime, monkeypatch: pytest.MonkeyPatch, many: int, word: Word
) -> None:
    """What other tests left in this database must not decide."""
    monkeypatch.setattr(disk, "MANY_DEAD", many)
    monkeypatch.setattr(disk, "DEAD_SHARE", -1)
    assert lines(now)["dead_rows"].word == word


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
