"""Which pg_dump and pg_restore are used: never an older one than the server (requirement D4)."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.ops.backups import load, programs
from config.ops.backups.databases import Postgres, of_settings, of_url
from config.ops.backups.errors import BackupError
from config.ops.backups.facts import Facts
from config.ops.backups.file.manifest import Manifest


def installation(folder: Path, version: str, *names: str) -> Path:
    """Programs that say this version."""
    folder.mkdir(parents=True)
    for name in names or programs.NEEDED:
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(stat.S_IRWXU)
    return folder


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """15 on the PATH, 17 and 18 in Debian's places, and a 19 that lacks pg_restore."""
    on_path = installation(tmp_path / "bin", "15.18 (Debian 15.18-0+deb12u1)")
    debian = tmp_path / "debian"
    installation(debian / "17" / "bin", "17.2")
    installation(debian / "18" / "bin", "18beta1")
    installation(debian / "19" / "bin", "19.0", "pg_dump")
    monkeypatch.setenv("PATH", str(on_path))
    monkeypatch.setattr(programs, "DEBIAN", debian)
    monkeypatch.setattr(programs, "WHEEL", "no_such_wheel")
    return debian


def test_the_oldest_that_is_not_older_than_the_server_is_taken(three: Path) -> None:
    assert [programs.programs_for(major).major for major in (14, 15, 16, 17, 18)] == [15, 15, 17, 17, 18]
    assert programs.programs_for(16).path("pg_restore") == str(three / "17" / "bin" / "pg_restore")


def test_a_newer_server_is_refused_with_what_there_is(three: Path) -> None:
    with pytest.raises(
        BackupError, match=r"pg_dump 19 or newer is needed .* found: 15, 17, 18\. Install postgresql-client-19"
    ):
        programs.programs_for(19)


def test_without_any_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "DEBIAN", tmp_path)
    monkeypatch.setattr(programs, "WHEEL", "no_such_wheel")
    with pytest.raises(BackupError, match="found: none"):
        programs.programs_for(16)


def manifest(*, server: str, dumped_by: int) -> Manifest:
    now = datetime.now(UTC)
    return Manifest("dev", "", now, now, "postgresql", server, dumped_by, Facts({}))


def test_a_dump_is_read_by_programs_that_are_not_older_than_those_that_wrote_it(three: Path) -> None:
    assert load.programs_that_read(manifest(server="16.4", dumped_by=18), 16).major == 18
    assert load.programs_that_read(manifest(server="15.4", dumped_by=15), 17).major == 17


def test_an_older_server_is_refused(three: Path) -> None:
    with pytest.raises(BackupError, match="the backup is of PostgreSQL 17, this server is 16"):
        load.programs_that_read(manifest(server="17.1", dumped_by=17), 16)


def test_no_password_is_shown_or_put_on_a_command_line() -> None:
    found = of_url("postgres://who:canary%40word@db.example.com:6432/nitsys?sslmode=require")
    assert "canary" not in repr(found) + found.label
    assert found.label == "db.example.com nitsys"
    assert found.environment()["PGPASSWORD"] == "canary@word"
    assert (found.environment()["PGSSLMODE"], found.environment()["PGPORT"]) == ("require", "6432")
    assert found.at("other").password == "canary@word"


def test_a_server_on_a_socket_has_no_host() -> None:
    values = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "x",
        "HOST": "",
        "PORT": "",
        "USER": "",
        "PASSWORD": "",
    }
    found = of_settings(values)
    assert isinstance(found, Postgres)
    assert found.label == "this machine x"
    assert set(found.environment()) == {"PGDATABASE", "PGCONNECT_TIMEOUT", "PGAPPNAME"}


def test_a_host_on_which_only_pip_installs_takes_them_from_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(programs, "DEBIAN", tmp_path)
    assert "pginstall" in programs.programs_for(16).path("pg_dump")
