"""How backups are called: which site, when, and whether something was wrong with it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from config.ops.backups.file.sealed import SUFFIX

STAMP = "%Y%m%dT%H%M%SZ"
PATTERN = re.compile(r"nit-sys-(?P<site>[a-z]+)-(?P<at>\d{8}T\d{6}Z)(?P<suspect>-suspect)?\.zip(?:\.age)?")


@dataclass(frozen=True)
class Named:
    """A backup by its name, as found in a folder or a bucket."""

    name: str
    at: datetime
    bytes: int
    is_suspect: bool
    """Far smaller than the one before: kept, but never taken for the latest good one."""


def name_at(at: datetime, *, site: str, encrypted: bool) -> str:
    """The name of a backup that is made now."""
    return f"nit-sys-{site}-{at.astimezone(UTC):{STAMP}}.zip{SUFFIX if encrypted else ''}"


def suspect(name: str) -> str:
    """Its name once it was found too small."""
    return name.replace(".zip", "-suspect.zip")


def parsed(name: str, size: int, *, site: str) -> Named | None:
    """None for what is no backup of this site: another site may share the bucket."""
    match = PATTERN.fullmatch(name)
    if match is None or match["site"] != site:
        return None
    at = datetime.strptime(match["at"], STAMP).replace(tzinfo=UTC)
    return Named(name, at, size, match["suspect"] is not None)
