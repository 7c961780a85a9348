"""The one reader of the environment.

`VARIABLES` is the list that `docs/environment.md` and `.env.example` repeat; a test holds the three together.
`read` turns a mapping of strings into a typed `Env` and refuses, by variable name and never by value, whatever
would make a deployment unsafe (seed 000 section 3 and 6-2, seed 002 "環境変数設定").
"""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env.mail import Mail, read_mail
from config.env.ops import Backups, Growth, Monitoring, read_backups, read_growth, read_monitoring
from config.env.parser import WEB, Reader, is_address
from config.env.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEVELOPMENT_KEY = "development-only-key-never-used-outside-dev-0123456789-abcdefghij"
KNOWN_SAMPLES = ("django-insecure", "changeme", "change-me", "your-secret-key", "<50", "secret-key-here")
OLD_KEY_NAMES = ("HOROLOGEN_SECRET_KEY", "FLASK_SECRET_KEY")
POSTGRES = ("postgres", "postgresql")
UNKNOWN_ADDRESS = "https://localhost"
"""Outside dev, with neither BASE_URL nor a host name: good for commands, refused by the worker, whose mails have links."""
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "testserver")


@dataclass(frozen=True)
class Drafting:
    """The service that drafts product texts; off without a key."""

    api_key: str
    base_url: str
    model: str


@dataclass(frozen=True)
class Env:
    """The environment, read once, typed and checked."""

    app_env: str
    secret_key: str
    secret_key_name: str
    secret_key_fallbacks: list[str]
    debug: bool
    database_url: str
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    base_url: str
    debug_auth_links: bool
    trusted_proxies: int
    sentry_dsn: str
    sentry_traces_sample_rate: float
    mail: Mail
    web_concurrency: int
    gunicorn_threads: int
    gunicorn_timeout: int
    bind: str
    seed_passwords: dict[str, str]
    platform_admin_password: str
    drafting: Drafting
    import_tenant_id: str
    import_sqlite_path: str
    import_batch_size: int
    max_athletes_per_team: int
    max_teams_per_user: int
    backups: Backups
    monitoring: Monitoring
    growth: Growth

    @property
    def is_dev(self) -> bool:
        """Whether this is a developer's own machine."""
        return self.app_env == "dev"


def _app_env(reader: Reader) -> str:
    value = reader.text("APP_ENV")
    if not value and reader.text("RENDER"):
        raise ImproperlyConfigured("APP_ENV: set staging or prod; on Render it has no default")
    value = value or "dev"
    if value not in ("dev", "staging", "prod"):
        raise ImproperlyConfigured("APP_ENV: write dev, staging or prod")
    return value


def _secret_key_name(reader: Reader) -> str:
    """The variable that the key comes from; empty when none is set."""
    return next((name for name in ("SECRET_KEY", *OLD_KEY_NAMES) if reader.text(name)), "")


def _secret_key(reader: Reader, dev: bool) -> str:
    name = _secret_key_name(reader)
    key = reader.text(name) if name else ""
    if name in OLD_KEY_NAMES:
        warnings.warn(f"{name} is an old name: set SECRET_KEY instead", stacklevel=3)
    if dev:
        return key or DEVELOPMENT_KEY
    if not key:
        raise ImproperlyConfigured("SECRET_KEY: required outside dev (50 or more random characters)")
    if len(key) < 50:
        raise ImproperlyConfigured("SECRET_KEY: shorter than 50 characters")
    if _is_sample(key):
        raise ImproperlyConfigured("SECRET_KEY: this is a known sample, make your own")
    return key


def _is_sample(key: str) -> bool:
    return key == DEVELOPMENT_KEY or any(sample in key.lower() for sample in KNOWN_SAMPLES) or len(set(key)) < 5


def _older_keys(reader: Reader, dev: bool) -> list[str]:
    """A fallback key opens sessions as the key itself does, so that a sample is refused here too."""
    keys = reader.items("SECRET_KEY_FALLBACKS")
    if not dev and any(_is_sample(key) for key in keys):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS: one of them is a known sample")
    return keys


def _database_url(reader: Reader, dev: bool) -> str:
    url = reader.text("DATABASE_URL")
    if not url:
        if not dev:
            raise ImproperlyConfigured("DATABASE_URL: required outside dev")
        return f"sqlite:///{ROOT / 'var' / 'nitsys.sqlite3'}"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL: its host or port cannot be read") from None
    if parts.scheme not in POSTGRES and not dev:
        raise ImproperlyConfigured("DATABASE_URL: outside dev only PostgreSQL is accepted")
    if parts.scheme not in (*POSTGRES, "sqlite"):
        raise ImproperlyConfigured("DATABASE_URL: write postgres://… or, in dev, sqlite:///path")
    return url


def _hosts(reader: Reader, dev: bool) -> list[str]:
    """ALLOWED_HOSTS and Render's own host name; in dev the local ones and the one that HOST names."""
    hosts = reader.items("ALLOWED_HOSTS")
    if not dev and any("*" in host for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS: * is refused outside dev, name the hosts")
    more = [reader.text("RENDER_EXTERNAL_HOSTNAME")]
    if dev and not hosts:
        more += [*LOCAL_HOSTS, reader.text("HOST")]
    return list(dict.fromkeys([*hosts, *(host for host in more if host)]))


def _origins(reader: Reader, dev: bool) -> list[str]:
    origins = reader.items("CSRF_TRUSTED_ORIGINS")
    if not dev and any("*" in origin for origin in origins):
        raise ImproperlyConfigured("CSRF_TRUSTED_ORIGINS: * is refused outside dev, name the origins")
    if not all(is_address(origin, WEB) for origin in origins):
        raise ImproperlyConfigured("CSRF_TRUSTED_ORIGINS: each begins with https://")
    host = reader.text("RENDER_EXTERNAL_HOSTNAME")
    return list(dict.fromkeys([*origins, *([f"https://{host}"] if host else [])]))


def _base_url(reader: Reader, dev: bool, hosts: list[str]) -> str:
    own = f"https://{hosts[0].lstrip('.')}" if hosts else UNKNOWN_ADDRESS
    url = reader.text("BASE_URL", f"http://127.0.0.1:{_port(reader)}" if dev else own).rstrip("/")
    if not is_address(url, WEB):
        raise ImproperlyConfigured("BASE_URL: write the whole address, for example https://entry.example.jp")
    if not dev and urlsplit(url).scheme != "https":
        raise ImproperlyConfigured("BASE_URL: outside dev it must begin with https://")
    return url


def _debug(reader: Reader, dev: bool) -> bool:
    debug = reader.flag("DEBUG")
    if debug and not dev:
        raise ImproperlyConfigured("DEBUG: refused outside dev, it shows the inside to everyone")
    if reader.flag("DEBUG_AUTH_LINKS") and not dev:
        raise ImproperlyConfigured("DEBUG_AUTH_LINKS: refused outside dev, it hands out sign-in links")
    return debug


def _sentry_dsn(reader: Reader) -> str:
    """`https://KEY@HOST/PROJECT`, the project a number: what the SDK could not read would end the start with its value."""
    write = "copy it from the project's settings, https://KEY@HOST/PROJECT"
    dsn = reader.address("SENTRY_DSN", write=write)
    if dsn and not (urlsplit(dsn).username and urlsplit(dsn).path.rpartition("/")[2].isdecimal()):
        raise ImproperlyConfigured(f"SENTRY_DSN: {write}")
    return dsn


def _trusted_proxies(reader: Reader, dev: bool) -> int:
    """On Render a request passes Cloudflare and Render's own proxy, and each appends whom it was called by."""
    return 0 if dev else reader.number("TRUSTED_PROXIES", 2 if reader.text("RENDER") else 1)


def _drafting(reader: Reader) -> Drafting:
    url = reader.address("ANTHROPIC_BASE_URL").rstrip("/")
    model = reader.text("CATALOG_DRAFT_MODEL", "claude-sonnet-5-5")
    return Drafting(reader.text("ANTHROPIC_API_KEY"), url, model)


def _port(reader: Reader) -> int:
    return reader.number("PORT", 8000, most=65_535)


def read(environ: Mapping[str, str]) -> Env:
    """Check and type the environment. Raises ImproperlyConfigured naming the variable, never its value."""
    reader = Reader(environ)
    app_env = _app_env(reader)
    dev = app_env == "dev"
    hosts = _hosts(reader, dev)
    base_url = _base_url(reader, dev, hosts)
    return Env(
        app_env=app_env,
        secret_key=_secret_key(reader, dev),
        secret_key_name=_secret_key_name(reader),
        secret_key_fallbacks=_older_keys(reader, dev),
        debug=_debug(reader, dev),
        database_url=_database_url(reader, dev),
        allowed_hosts=hosts,
        csrf_trusted_origins=_origins(reader, dev),
        base_url=base_url,
        debug_auth_links=reader.flag("DEBUG_AUTH_LINKS"),
        trusted_proxies=_trusted_proxies(reader, dev),
        sentry_dsn=_sentry_dsn(reader),
        sentry_traces_sample_rate=reader.rate("SENTRY_TRACES_SAMPLE_RATE"),
        mail=read_mail(reader, dev, urlsplit(base_url).hostname or "localhost"),
        web_concurrency=reader.number("WEB_CONCURRENCY", max(2, min(8, os.cpu_count() or 2))),
        gunicorn_threads=reader.number("GUNICORN_THREADS", 3),
        gunicorn_timeout=reader.number("GUNICORN_TIMEOUT", 30),
        bind=f"{reader.text('HOST', '127.0.0.1' if dev else '0.0.0.0')}:{_port(reader)}",  # noqa: S104 - behind Render's proxy
        seed_passwords={
            name: reader.text(name)
            for name in (v.name for v in VARIABLES)
            if name.startswith("SEED_") and reader.text(name)
        },
        platform_admin_password=reader.text("PLATFORM_ADMIN_PASSWORD"),
        drafting=_drafting(reader),
        import_tenant_id=reader.text("TENANT_ID"),
        import_sqlite_path=reader.text("SQLITE_DB_PATH"),
        import_batch_size=reader.number("BATCH_SIZE", 5_000),
        max_athletes_per_team=reader.number("MAX_ATHLETES_PER_TEAM", 2_000, most=100_000),
        max_teams_per_user=reader.number("MAX_TEAMS_PER_USER", 20, most=10_000),
        backups=read_backups(reader, ROOT),
        monitoring=read_monitoring(reader),
        growth=read_growth(reader),
    )


ENV = read(os.environ)


def for_child(**more: str) -> dict[str, str]:
    """The environment for a process that we start: ours, and `more`."""
    return {**os.environ, **more}


def hand_down(name: str, value: str) -> None:
    """Set a variable for a library that reads the environment by itself, in this process and those it starts."""
    os.environ[name] = value


def handed_down(name: str) -> str:
    """What `hand_down` set here or in the process that started this one; empty when nothing."""
    return os.environ.get(name, "")
