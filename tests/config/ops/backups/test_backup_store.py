"""The copy off the platform, on a real S3 server in a process of its own that checks signatures."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.ops.backups.errors import BackupError
from config.ops.backups.store import Bucket
from tests.config.ops.backup_cast import BUCKET, s3_server, store_at

NAME = "nit-sys-staging-20261123T020000Z.zip.age"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s3") / "data"


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with s3_server(folder) as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(bytes(range(256)) * 4000)
    return path


def test_what_is_put_is_listed_found_again_and_removed(address: str, file: Path, tmp_path: Path, folder: Path) -> None:
    bucket = Bucket(store_at(address))
    bucket.put(file, NAME, rows="3012", sha256="x")
    assert [(backup.name, backup.bytes) for backup in bucket.backups(site="staging")] == [(NAME, 1_024_000)]
    assert bucket.backups(site="prod") == [], "another site's"
    assert bucket.metadata_of(NAME)["rows"] == "3012"
    bucket.fetch(NAME, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()
    assert (folder / BUCKET / "staging" / NAME).is_file(), "below BACKUP_S3_PREFIX"
    bucket.remove(NAME)
    assert bucket.backups(site="staging") == []


def test_a_big_file_goes_in_parts(address: str, tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(70 << 20)
    bucket = Bucket(store_at(address, prefix=""))
    bucket.put(path, NAME)
    assert [backup.bytes for backup in bucket.backups(site="staging")] == [70 << 20]
    bucket.remove(NAME)


def test_an_object_that_is_not_what_was_sent_is_no_copy(
    address: str, file: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    bucket = Bucket(store_at(address))
    read_back = Bucket._sha256

    def changed_on_the_way(self: Bucket, name: str) -> str:
        stored = folder / BUCKET / "staging" / name
        stored.write_bytes(stored.read_bytes()[:-1] + b"x")
        return read_back(self, name)

    monkeypatch.setattr(Bucket, "_sha256", changed_on_the_way)
    with pytest.raises(BackupError, match="is not what was sent"):
        bucket.put(file, NAME)


WRONG = {
    "secret": ({"secret": "another"}, "refuses the key"),
    "key id": ({"key_id": "nobody"}, "refuses the key"),
    "bucket": ({"bucket": "elsewhere"}, "there is no such bucket"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_setting_is_said_by_name_and_without_its_value(address: str, file: Path, what: str) -> None:
    changed, said = WRONG[what]
    bucket = Bucket(store_at(address, **changed))
    for attempt in (lambda: bucket.put(file, NAME), lambda: bucket.backups(site="staging")):
        with pytest.raises(BackupError, match=said) as refused:
            attempt()
        assert len(str(refused.value).splitlines()) == 1
        assert "another" not in str(refused.value)


def test_a_missing_object_is_said(address: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"nothing\.zip is not there"):
        Bucket(store_at(address)).fetch("nothing.zip", tmp_path / "x")


def test_a_store_that_is_down_is_said(file: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bucket = Bucket(store_at(f"http://127.0.0.1:{port}"))
    with pytest.raises(BackupError, match="does not answer"):
        bucket.put(file, NAME)


def test_a_store_that_takes_the_call_and_never_answers_is_left(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bucket = Bucket(store_at(f"http://127.0.0.1:{silent.getsockname()[1]}"), connect=0.2, read=0.2)
        with pytest.raises(BackupError, match="does not answer"):
            bucket.put(file, NAME)
