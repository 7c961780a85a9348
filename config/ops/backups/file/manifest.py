"""What a backup says about itself. It lies in the file as `manifest.json` and can be read without us."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from config.ops.backups.errors import BackupError, Damaged
from config.ops.backups.facts import Facts

FORMAT = 1
NAME = "manifest.json"
DUMPS = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
UPLOADS = "uploads/"


@dataclass(frozen=True)
class Member:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All that is needed to restore a backup and to prove that it was restored."""

    site: str
    release: str
    snapshot_at: datetime
    """The moment that database and counts show; the backup's age counts from here (RPO)."""
    made_at: datetime
    engine: str
    server_version: str
    dumped_by: int
    """Major version of pg_dump; no older pg_restore reads it. 0 for SQLite."""
    facts: Facts
    members: dict[str, Member] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def dump(self) -> str:
        return DUMPS[self.engine]

    @property
    def server_major(self) -> int:
        return int(self.server_version.partition(".")[0])

    @property
    def uploads(self) -> dict[str, Member]:
        """Uploaded files by their path below MEDIA_ROOT."""
        return {name.removeprefix(UPLOADS): found for name, found in self.members.items() if name.startswith(UPLOADS)}

    def to_json(self) -> str:
        values = asdict(self)
        for name in ("snapshot_at", "made_at"):
            values[name] = values[name].isoformat()
        return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True)


def read_manifest(text: bytes) -> Manifest:
    """Raises Damaged when it cannot be read, BackupError when it is of another format than ours."""
    try:
        values: dict[str, Any] = json.loads(text)
        if (found := values["format"]) != FORMAT:
            raise BackupError(
                f"this backup has format {found}, this release reads format {FORMAT}: use its own release"
            )
        facts = values["facts"]
        tables = {str(name): (int(count), str(rows_hash)) for name, (count, rows_hash) in facts["tables"].items()}
        values["facts"] = Facts(tables, facts["sequences"], facts["migrations"])
        values["members"] = {name: Member(**member) for name, member in values["members"].items()}
        for name in ("snapshot_at", "made_at"):
            values[name] = datetime.fromisoformat(values[name])
        manifest = Manifest(**values)
        _ = manifest.dump, manifest.server_major, manifest.facts.rows
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{NAME} cannot be read ({type(error).__name__})") from None
    return manifest
