"""The outside of a backup: written beside its name and renamed when whole; encrypted with age when there is a key.

What goes through here never lies on the disk unencrypted when it is written: a thread encrypts what comes out of a pipe.
"""

import fcntl
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from config.ops.backups.errors import BackupError, Damaged, first_line

AGE = b"age-encryption.org/v1"
SUFFIX = ".age"
PART = ".part"


class Tally:
    """Counts and hashes what is written through it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.bytes = 0
        self.hash = hashlib.sha256()

    def write(self, piece: Any) -> int:
        """Write a piece and count it into size and checksum."""
        piece = bytes(piece)
        self.bytes += len(piece)
        self.hash.update(piece)
        return self.file.write(piece)

    def flush(self) -> None:
        self.file.flush()

    @property
    def sha256(self) -> str:
        """Of all that went through so far."""
        return self.hash.hexdigest()


def identity(key: str) -> Any:
    """The age key of BACKUP_KEY. Raises BackupError for one that is none."""
    import pyrage

    try:
        return pyrage.x25519.Identity.from_str(key)
    except pyrage.IdentityError:
        raise BackupError("BACKUP_KEY: this is no age key (docs/backup.md says how to make one)") from None


@contextmanager
def written(path: Path, *, key: str) -> Iterator[tuple[IO[bytes], Tally]]:
    """A file to write a backup into; under `path` only when the block ends well, and then it is on the disk."""
    if path.exists():
        raise BackupError(f"{path}: there is a file already; a backup never replaces one")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(part, "xb", opener=_for_us_alone) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # alive: see clear_leftovers
            tally = Tally(file)
            if key:
                with _encrypted(tally, identity(key)) as pipe:
                    yield pipe, tally
            else:
                yield tally, tally  # type: ignore[misc]
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise BackupError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)


def clear_leftovers(folder: Path) -> None:
    """What killed backups left. One that is being written by another process is locked, a whole one has its own name."""
    for part in folder.glob(f".*{PART}") if folder.is_dir() else ():
        with suppress(FileNotFoundError, BlockingIOError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def _for_us_alone(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _encrypted(out: Tally, who: Any) -> Iterator[IO[bytes]]:
    import pyrage

    ours, theirs = os.pipe()
    failed: list[Exception] = []

    def encrypt() -> None:
        with os.fdopen(ours, "rb") as source:  # closed whatever happens, so that the writer is never left waiting
            try:
                pyrage.encrypt_io(source, out, [who.to_public()])
            except (OSError, pyrage.EncryptError) as error:
                failed.append(error)

    thread = threading.Thread(target=encrypt, name="backup-encryption")
    thread.start()
    try:
        with os.fdopen(theirs, "wb", buffering=1 << 16) as pipe:
            yield pipe
    except BrokenPipeError:
        thread.join()
        raise OSError(str(failed[0]) if failed else "the encryption ended early") from None
    finally:
        thread.join()
    if failed:
        raise OSError(str(failed[0]))


def is_encrypted(path: Path) -> bool:
    """Whether it is an age file. Raises BackupError when it is not there."""
    try:
        with path.open("rb") as file:
            return file.read(len(AGE)) == AGE
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror or error}") from None


def decrypted(path: Path, *, key: str, into: Path) -> Path:
    """The file without its encryption: itself when it has none, else a copy in the folder `into`.

    Raises BackupError when a key is missing or is another one, Damaged when the file was changed or cut short.
    """
    if not is_encrypted(path):
        return path
    if not key:
        raise BackupError(f"{path.name} is encrypted: set BACKUP_KEY to its key")
    import pyrage

    plain = into / "backup.zip"
    try:
        with path.open("rb") as source, open(plain, "xb", opener=_for_us_alone) as out:
            pyrage.decrypt_io(source, out, [identity(key)])
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise BackupError(f"{path.name}: the key in BACKUP_KEY is not the one that it was made with") from None
        raise Damaged(f"{path.name}: damaged or cut short (age: {first_line(error)})") from None
    except OSError as error:
        if error.errno:
            raise BackupError(f"{plain}: cannot be written: {error.strerror}") from None
        raise Damaged(f"{path.name}: damaged or cut short (age: {first_line(error)})") from None
    return plain
