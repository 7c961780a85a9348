"""The inside of a backup: a zip with the dump, the uploads and, last, the manifest that lists both with checksums."""

import errno
import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from config.ops.backups.errors import Damaged, first_line
from config.ops.backups.file import manifest as contents
from config.ops.backups.file.manifest import Manifest, Member
from config.ops.backups.file.sealed import decrypted

PIECE = 1 << 20


class Packer:
    """Writes members one after the other into a file that need not be seekable."""

    def __init__(self, out: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.members: dict[str, Member] = {}

    def add(self, name: str, source: IO[bytes]) -> None:
        """All that `source` still holds. Dumps are compressed already, and so are most uploads."""
        with self.zip.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
            self.members[name] = copied(source, member)

    def add_uploads(self, folder: Path) -> None:
        """Every file below the folder; one that goes away meanwhile was deleted on purpose."""
        for path in files_below(folder):
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            with source:
                self.add(contents.UPLOADS + path.relative_to(folder).as_posix(), source)

    def __enter__(self) -> "Packer":
        return self

    def __exit__(self, *error: object) -> None:
        self.zip.fp = None  # what was not finished stays so: zipfile would write an end to it when it is collected

    def finish(self, manifest: Manifest) -> None:
        """The manifest, and with it the end."""
        self.zip.writestr(zipfile.ZipInfo(contents.NAME), manifest.to_json())
        self.zip.close()


def copied(source: IO[bytes], out: IO[bytes]) -> Member:
    """Copy piece by piece, so that the size does not matter; what was copied."""
    total, digest = 0, hashlib.sha256()
    while piece := source.read(PIECE):
        total += len(piece)
        digest.update(piece)
        out.write(piece)
    return Member(total, digest.hexdigest())


def files_below(folder: Path) -> list[Path]:
    """In a stable order; links are not followed out of the folder."""
    return sorted(path for path in folder.rglob("*") if stat.S_ISREG(path.lstat().st_mode)) if folder.is_dir() else []


@dataclass(frozen=True)
class Opened:
    """A backup that was found whole, unpacked."""

    manifest: Manifest
    folder: Path
    was_encrypted: bool

    @property
    def dump(self) -> Path:
        """Path of the unpacked dump."""
        return self.folder / self.manifest.dump

    @property
    def uploads(self) -> Path:
        """The uploads' folder; it is there when there are any."""
        return self.folder / contents.UPLOADS


def opened(path: Path, *, key: str, into: Path) -> Opened:
    """Decrypt, unpack into the folder `into` and check every byte against the manifest.

    Raises BackupError or Damaged, saying what is wrong, before anything else was touched.
    """
    plain = decrypted(path, key=key, into=into)
    folder = into / "members"
    folder.mkdir(mode=0o700)
    try:
        with zipfile.ZipFile(plain) as archive:
            manifest = _manifest(archive, path)
            _unpack(archive, manifest, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError) as error:
        raise Damaged(f"{path.name}: damaged or cut short ({first_line(error)})") from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise Damaged(f"{path.name}: damaged or cut short (its parts are not where it says)") from None
    if plain != path:
        plain.unlink()
    return Opened(manifest, folder, plain != path)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    names = [info.filename for info in archive.infolist()]
    if contents.NAME not in names:
        raise Damaged(f"{path.name}: no {contents.NAME} in it, this is no backup of ours")
    manifest = contents.read_manifest(archive.read(contents.NAME))
    _check_names(names, manifest, path)
    if not manifest.members[manifest.dump].bytes or not manifest.facts.rows or not manifest.facts.migrations:
        raise Damaged(f"{path.name}: the dump in it is empty")
    return manifest


def _check_names(names: Iterable[str], manifest: Manifest, path: Path) -> None:
    there = sorted(names)
    expected = sorted([*manifest.members, contents.NAME])
    if missing := set(expected) - set(there):
        raise Damaged(f"{path.name}: {sorted(missing)[0]} is missing in it")
    if there != expected or manifest.dump not in manifest.members:
        raise Damaged(f"{path.name}: it does not hold what its manifest lists")
    for name in manifest.members:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts or "\0" in name:
            raise Damaged(f"{path.name}: a member would be written outside its folder")


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    for name, expected in manifest.members.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with archive.open(name) as source, target.open("xb") as out:
            found = copied(source, out)
        if found != expected:
            raise Damaged(f"{name} is not what it was when the backup was made (sha256 differs)")
