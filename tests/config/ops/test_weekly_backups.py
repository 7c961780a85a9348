"""Lines of the weekly list about backups and their proof (seed 002 「定期メンテナンス 週次」)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from config.ops.checklist import Word
from tests.config.ops.weekly_cast import DAY, HOUR, lines, ran

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    """Where backups are due."""
    settings.APP_ENV = "prod"


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
