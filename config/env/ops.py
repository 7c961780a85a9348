"""What the environment says about backups, watching and growing. `config.env` reads it with the rest."""

from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.env.parser import Reader

POSTGRES = ("postgres", "postgresql")
SHORTEST_TOKEN = 20
AGE_KEY = "AGE-SECRET-KEY-1"


@dataclass(frozen=True)
class Store:
    """A bucket of any S3-compatible storage; off without a name."""

    bucket: str
    endpoint: str
    region: str
    prefix: str
    key_id: str
    secret: str


@dataclass(frozen=True)
class Backups:
    """Where backups go, how long they stay, and what encrypts them."""

    folder: Path
    keep_days: int
    key: str
    store: Store
    scratch_url: str
    """A server on which backups are tried; empty is the site's own."""


@dataclass(frozen=True)
class Monitoring:
    """Who watches, and who is told."""

    metrics_token: str
    alarm_emails: list[str]
    worker_ping_url: str
    backup_ping_url: str
    release: str


@dataclass(frozen=True)
class Growth:
    """What a site that outgrew one server adds."""

    replica_url: str
    cache_url: str
    pooled: bool
    """Whether DATABASE_URL leads to a pooler in transaction mode (PgBouncer)."""


def read_backups(reader: Reader, root: Path) -> Backups:
    """Settings of backups. Raises ImproperlyConfigured naming the variable."""
    key = reader.text("BACKUP_KEY")
    if key and not key.upper().startswith(AGE_KEY):
        raise ImproperlyConfigured(
            f"BACKUP_KEY: a key begins with {AGE_KEY} (docs/environment.md says how to make one)"
        )
    folder = reader.text("BACKUP_DIR")
    scratch = _postgres(reader, "BACKUP_SCRATCH_URL")
    return Backups(
        Path(folder) if folder else root / "var" / "backups",
        reader.number("BACKUP_KEEP_DAYS", 35),
        key,
        _store(reader),
        scratch,
    )


def _store(reader: Reader) -> Store:
    names = ("BACKUP_S3_BUCKET", "BACKUP_S3_ACCESS_KEY_ID", "BACKUP_S3_SECRET_ACCESS_KEY")
    given = [name for name in names if reader.text(name)]
    if given and len(given) < len(names):
        missing = ", ".join(name for name in names if name not in given)
        raise ImproperlyConfigured(f"{missing}: needed as soon as {given[0]} is set")
    endpoint = _address(reader, "BACKUP_S3_ENDPOINT")
    return Store(
        bucket=reader.text(names[0]),
        endpoint=endpoint,
        region=reader.text("BACKUP_S3_REGION", "auto"),
        prefix=reader.text("BACKUP_S3_PREFIX").strip("/"),
        key_id=reader.text(names[1]),
        secret=reader.text(names[2]),
    )


def read_monitoring(reader: Reader) -> Monitoring:
    """Settings of alarms and metrics. Raises ImproperlyConfigured naming the variable."""
    token = reader.text("METRICS_TOKEN")
    if token and len(token) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(f"METRICS_TOKEN: shorter than {SHORTEST_TOKEN} characters")
    return Monitoring(
        token,
        reader.items("ALARM_EMAILS"),
        _address(reader, "WORKER_PING_URL"),
        _address(reader, "BACKUP_PING_URL"),
        reader.text("SENTRY_RELEASE") or reader.text("RENDER_GIT_COMMIT"),
    )


def read_growth(reader: Reader) -> Growth:
    """Settings of pooler, replica and shared cache. Raises ImproperlyConfigured naming the variable."""
    cache = reader.address("CACHE_URL", ("redis", "rediss"), write="write redis://… or rediss://…")
    return Growth(_postgres(reader, "REPLICA_DATABASE_URL"), cache, reader.flag("DATABASE_POOLED"))


def _address(reader: Reader, name: str) -> str:
    return reader.address(name).rstrip("/")


def _postgres(reader: Reader, name: str) -> str:
    """A host may be left out: then the server is reached by its socket on this machine."""
    return reader.address(name, POSTGRES, write="only PostgreSQL, postgres://…", may_lack_host=True)
