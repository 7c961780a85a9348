"""Static files are collected when one of them changed, and only then."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.templatetags.static import static

from config.runtime.static_files import collect_when_changed


@pytest.fixture
def source(settings: Any, tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "static"
    return source


def test_only_a_change_is_collected(source: Path, settings: Any) -> None:
    collected = settings.STATIC_ROOT / "a.css"
    assert [collect_when_changed(), collect_when_changed()] == [True, False]
    assert collected.read_text() == "a {}"
    (source / "a.css").write_text("a { color: red }")
    assert [collect_when_changed(), collect_when_changed()] == [True, False]
    assert collected.read_text() == "a { color: red }"


def test_a_folder_that_was_thrown_away_is_filled_again(source: Path, settings: Any) -> None:
    collect_when_changed()
    (settings.STATIC_ROOT / "a.css").unlink()
    settings.STATIC_ROOT.rmdir()
    assert collect_when_changed()


def test_another_storage_writes_other_names(source: Path, settings: Any) -> None:
    collect_when_changed()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    assert collect_when_changed()
    assert list(settings.STATIC_ROOT.glob("a.*.css"))


def test_a_name_is_looked_up_anew_after_files_were_collected(source: Path, settings: Any) -> None:
    settings.DEBUG = False
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "config.runtime.static_names.KeptNames"}}
    collect_when_changed()
    before = static("a.css")
    assert static("a.css") == before
    (source / "a.css").write_text("a { color: red }")
    collect_when_changed()
    assert static("a.css") != before


def test_two_that_start_at_once_collect_one_after_the_other(source: Path, settings: Any) -> None:
    lock = settings.STATIC_ROOT.with_suffix(".lock")
    with ThreadPoolExecutor(1) as pool, lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        other = pool.submit(collect_when_changed)
        with pytest.raises(TimeoutError):
            other.result(timeout=0.3)
        assert not settings.STATIC_ROOT.exists()
        fcntl.flock(held, fcntl.LOCK_UN)
        assert other.result()
