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
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "development-only-key-never-used-outside-dev-0123456789-abcdefghij"
KNOWN_SAMPLES = ("django-insecure", "changeme", "change-me", "your-secret-key", "<50", "secret-key-here")
OLD_KEY_NAMES = ("HOROLOGEN_SECRET_KEY", "FLASK_SECRET_KEY")
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "testserver")


class Variable(NamedTuple):
    """One environment variable as the documentation lists it."""

    name: str
    kind: str
    default: str
    meaning: str


VARIABLES = (
    Variable("APP_ENV", "dev | staging | prod", "dev", "which kind of site this is; on Render it must be set"),
    Variable("RENDER", "flag", "", "set by Render itself; only read, never set by hand"),
    Variable("RENDER_EXTERNAL_HOSTNAME", "host", "", "set by Render; added to ALLOWED_HOSTS"),
    Variable("SECRET_KEY", "text, 50+", "a fixed key in dev", "signs sessions and links"),
    Variable("HOROLOGEN_SECRET_KEY", "text", "", "old name of SECRET_KEY, accepted with a warning"),
    Variable("FLASK_SECRET_KEY", "text", "", "old name of SECRET_KEY, accepted with a warning"),
    Variable("SECRET_KEY_FALLBACKS", "list", "", "older keys, so that a rotation logs nobody out"),
    Variable("DEBUG", "bool", "False", "Django's debug pages; refused outside dev"),
    Variable("DATABASE_URL", "address", "SQLite under var/ in dev", "PostgreSQL or, in dev, SQLite"),
    Variable("ALLOWED_HOSTS", "list", "local hosts in dev", "host names that this site answers to"),
    Variable("CSRF_TRUSTED_ORIGINS", "list", "", "origins with scheme from which forms may be posted"),
    Variable("BASE_URL", "address", "http://127.0.0.1:8000 in dev", "public address for links in mails"),
    Variable("TRUSTED_PROXIES", "number", "2 on Render, else 1", "proxies whose X-Forwarded-For counts; none in dev"),
    Variable("DEBUG_AUTH_LINKS", "bool", "0", "in dev: show mailed sign-in links on the page"),
    Variable("SENTRY_DSN", "address", "", "error events go there; empty is off"),
    Variable("SENTRY_TRACES_SAMPLE_RATE", "0..1", "0", "share of requests traced"),
    Variable("EMAIL_URL", "address", "console in dev", "smtp://, smtps:// or, in dev, console://"),
    Variable("EMAIL_HOST", "host", "", "SMTP server, when EMAIL_URL is not used"),
    Variable("EMAIL_PORT", "number", "587", "SMTP port"),
    Variable("EMAIL_USE_TLS", "bool", "True", "STARTTLS"),
    Variable("EMAIL_HOST_USER", "text", "", "SMTP login"),
    Variable("EMAIL_HOST_PASSWORD", "text", "", "SMTP password"),
    Variable("DEFAULT_FROM_EMAIL", "address", "nit-sys@localhost", "sender of every mail"),
    Variable("ANYMAIL_ESP", "name", "", "send through this provider's HTTP API, for example sendgrid"),
    Variable("SENDGRID_API_KEY", "text", "", "key for ANYMAIL_ESP=sendgrid"),
    Variable("WEB_CONCURRENCY", "number", "from the cores", "web server processes"),
    Variable("GUNICORN_THREADS", "number", "4", "threads in each process"),
    Variable("GUNICORN_TIMEOUT", "seconds", "30", "a request that takes longer is ended"),
    Variable("HOST", "host", "127.0.0.1", "address that `make run` serves on"),
    Variable("PORT", "number", "8000", "port of the web server"),
    Variable("SEED_ADMIN_PASSWORD", "text", "in dev the demo's", "password of platform-admin@example.com"),
    Variable("SEED_ORGANIZER_A_PASSWORD", "text", "in dev the demo's", "password of organizer-a@example.com"),
    Variable("SEED_STAFF_A_PASSWORD", "text", "in dev the demo's", "password of staff-a@example.com"),
    Variable("SEED_STAFF_B_PASSWORD", "text", "in dev the demo's", "password of staff-b@example.com"),
    Variable("SEED_COACH_A_PASSWORD", "text", "in dev the demo's", "password of coach-a@example.com"),
    Variable("SEED_ATHLETE_A_PASSWORD", "text", "in dev the demo's", "password of athlete-a@example.com"),
    Variable("PLATFORM_ADMIN_PASSWORD", "text", "", "read by create_platform_admin instead of asking"),
)


@dataclass(frozen=True)
class Env:
    """The environment, read once, typed and checked."""

    app_env: str
    secret_key: str
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
    mail: "Mail"
    web_concurrency: int
    gunicorn_threads: int
    gunicorn_timeout: int
    bind: str
    seed_passwords: dict[str, str]
    platform_admin_password: str

    @property
    def is_dev(self) -> bool:
        """Whether this is a developer's own machine."""
        return self.app_env == "dev"


@dataclass(frozen=True)
class Mail:
    """Where mail goes. `kind` is console, smtp, anymail or none (queued until a server is configured)."""

    kind: str
    host: str = ""
    port: int = 587
    use_tls: bool = True
    use_ssl: bool = False
    user: str = ""
    password: str = ""
    esp: str = ""
    api_key: str = ""
    sender: str = "nit-sys@localhost"


class _Reader:
    """Typed look-ups in a mapping; an empty string counts as unset."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name, str(default)).lower()
        if value in ("1", "true", "yes", "on"):
            return True
        if value in ("0", "false", "no", "off"):
            return False
        raise ImproperlyConfigured(f"{name}: write True or False")

    def number(self, name: str, default: int) -> int:
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            raise ImproperlyConfigured(f"{name}: write a whole number") from None
        if value <= 0:
            raise ImproperlyConfigured(f"{name}: write a number above 0")
        return value

    def rate(self, name: str) -> float:
        try:
            value = float(self.text(name, "0"))
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise ImproperlyConfigured(f"{name}: write a number from 0 to 1")
        return value

    def items(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]


def _app_env(reader: _Reader) -> str:
    value = reader.text("APP_ENV")
    if not value and reader.text("RENDER"):
        raise ImproperlyConfigured("APP_ENV: set staging or prod; on Render it has no default")
    value = value or "dev"
    if value not in ("dev", "staging", "prod"):
        raise ImproperlyConfigured("APP_ENV: write dev, staging or prod")
    return value


def _secret_key(reader: _Reader, dev: bool) -> str:
    key = reader.text("SECRET_KEY")
    for old in OLD_KEY_NAMES:
        if not key and reader.text(old):
            warnings.warn(f"{old} is an old name: set SECRET_KEY instead", stacklevel=3)
            key = reader.text(old)
    if not key:
        if dev:
            return DEVELOPMENT_KEY
        raise ImproperlyConfigured("SECRET_KEY: required outside dev (50 or more random characters)")
    if not dev:
        if len(key) < 50:
            raise ImproperlyConfigured("SECRET_KEY: shorter than 50 characters")
        if key == DEVELOPMENT_KEY or any(sample in key.lower() for sample in KNOWN_SAMPLES) or len(set(key)) < 5:
            raise ImproperlyConfigured("SECRET_KEY: this is a known sample, make your own")
    return key


def _database_url(reader: _Reader, dev: bool) -> str:
    url = reader.text("DATABASE_URL")
    if dev:
        return url or f"sqlite:///{ROOT / 'var' / 'nitsys.sqlite3'}"
    if not url:
        raise ImproperlyConfigured("DATABASE_URL: required outside dev")
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL: outside dev only PostgreSQL is accepted")
    return url


def _hosts(reader: _Reader, dev: bool) -> list[str]:
    hosts = reader.items("ALLOWED_HOSTS")
    if not dev and any(host.startswith("*") for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS: * is refused outside dev, name the hosts")
    render_host = reader.text("RENDER_EXTERNAL_HOSTNAME")
    if render_host and render_host not in hosts:
        hosts.append(render_host)
    return hosts or (list(LOCAL_HOSTS) if dev else [])


def _base_url(reader: _Reader, dev: bool, hosts: list[str]) -> str:
    default = f"http://127.0.0.1:{reader.text('PORT', '8000')}" if dev else f"https://{(hosts or ['localhost'])[0]}"
    url = reader.text("BASE_URL", default).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ImproperlyConfigured("BASE_URL: write the whole address, for example https://entry.example.jp")
    if not dev and parts.scheme != "https":
        raise ImproperlyConfigured("BASE_URL: outside dev it must begin with https://")
    return url


def _mail(reader: _Reader, dev: bool) -> Mail:
    sender = reader.text("DEFAULT_FROM_EMAIL", "nit-sys@localhost")
    esp = reader.text("ANYMAIL_ESP")
    if esp:
        key = reader.text("SENDGRID_API_KEY")
        if esp != "sendgrid" or not key:
            raise ImproperlyConfigured("ANYMAIL_ESP: sendgrid is known, with SENDGRID_API_KEY")
        return Mail("anymail", esp=esp, api_key=key, sender=sender)
    url = urlsplit(reader.text("EMAIL_URL"))
    if url.scheme in ("console", "consolemail"):
        if not dev:
            raise ImproperlyConfigured("EMAIL_URL: console is refused outside dev, nobody would get a mail")
        return Mail("console", sender=sender)
    if url.scheme in ("smtp", "smtps", "smtp+tls", "submission"):
        ssl = url.scheme == "smtps"
        tls = url.scheme in ("smtp+tls", "submission") or "tls=1" in url.query
        port = url.port or (465 if ssl else 587)
        return Mail(
            "smtp",
            url.hostname or "",
            port,
            tls and not ssl,
            ssl,
            url.username or "",
            url.password or "",
            sender=sender,
        )
    if url.scheme:
        raise ImproperlyConfigured("EMAIL_URL: write smtp://, smtps:// or console://")
    host = reader.text("EMAIL_HOST")
    if host:
        user, password = reader.text("EMAIL_HOST_USER"), reader.text("EMAIL_HOST_PASSWORD")
        port, tls = reader.number("EMAIL_PORT", 587), reader.flag("EMAIL_USE_TLS", True)
        return Mail("smtp", host, port, tls, False, user, password, sender=sender)
    return Mail("console" if dev else "none", sender=sender)


def _debug(reader: _Reader, dev: bool) -> bool:
    debug = reader.flag("DEBUG")
    if debug and not dev:
        raise ImproperlyConfigured("DEBUG: refused outside dev, it shows the inside to everyone")
    if reader.flag("DEBUG_AUTH_LINKS") and not dev:
        raise ImproperlyConfigured("DEBUG_AUTH_LINKS: refused outside dev, it hands out sign-in links")
    return debug


def _trusted_proxies(reader: _Reader, dev: bool) -> int:
    """On Render a request passes Cloudflare and Render's own proxy, and each appends whom it was called by."""
    return 0 if dev else reader.number("TRUSTED_PROXIES", 2 if reader.text("RENDER") else 1)


def _port(reader: _Reader) -> int:
    return reader.number("PORT", 8000)


def read(environ: Mapping[str, str]) -> Env:
    """Check and type the environment. Raises ImproperlyConfigured naming the variable, never its value."""
    reader = _Reader(environ)
    app_env = _app_env(reader)
    dev = app_env == "dev"
    hosts = _hosts(reader, dev)
    return Env(
        app_env=app_env,
        secret_key=_secret_key(reader, dev),
        secret_key_fallbacks=reader.items("SECRET_KEY_FALLBACKS"),
        debug=_debug(reader, dev),
        database_url=_database_url(reader, dev),
        allowed_hosts=hosts,
        csrf_trusted_origins=reader.items("CSRF_TRUSTED_ORIGINS"),
        base_url=_base_url(reader, dev, hosts),
        debug_auth_links=reader.flag("DEBUG_AUTH_LINKS"),
        trusted_proxies=_trusted_proxies(reader, dev),
        sentry_dsn=reader.text("SENTRY_DSN"),
        sentry_traces_sample_rate=reader.rate("SENTRY_TRACES_SAMPLE_RATE"),
        mail=_mail(reader, dev),
        web_concurrency=reader.number("WEB_CONCURRENCY", max(2, min(8, os.cpu_count() or 2))),
        gunicorn_threads=reader.number("GUNICORN_THREADS", 4),
        gunicorn_timeout=reader.number("GUNICORN_TIMEOUT", 30),
        bind=f"{reader.text('HOST', '127.0.0.1' if dev else '0.0.0.0')}:{_port(reader)}",  # noqa: S104 - behind Render's proxy
        seed_passwords={
            name: reader.text(name)
            for name in (v.name for v in VARIABLES)
            if name.startswith("SEED_") and reader.text(name)
        },
        platform_admin_password=reader.text("PLATFORM_ADMIN_PASSWORD"),
    )


ENV = read(os.environ)
