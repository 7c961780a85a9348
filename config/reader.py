"""Typed look-ups in a mapping of strings, and what mail needs of them. `config.env` reads the environment with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SMTPS = 465
SMTP_SCHEMES = ("smtp", "smtps", "smtp+tls", "submission")


class Reader:
    """Typed look-ups in a mapping; an empty string counts as unset."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding space, or the default."""
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        """Yes or no. Raises ImproperlyConfigured for any other word."""
        value = self.text(name, str(default)).lower()
        if value in ("1", "true", "yes", "on"):
            return True
        if value in ("0", "false", "no", "off"):
            return False
        raise ImproperlyConfigured(f"{name}: write True or False")

    def number(self, name: str, default: int, most: int = 1_000_000) -> int:
        """A whole number from 1 to `most`. Raises ImproperlyConfigured."""
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            raise ImproperlyConfigured(f"{name}: write a whole number") from None
        if not 0 < value <= most:
            raise ImproperlyConfigured(f"{name}: write a number from 1 to {most}")
        return value

    def rate(self, name: str) -> float:
        """A number from 0 to 1. Raises ImproperlyConfigured."""
        try:
            value = float(self.text(name, "0"))
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise ImproperlyConfigured(f"{name}: write a number from 0 to 1")
        return value

    def items(self, name: str) -> list[str]:
        """A comma separated list, without empty items."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]


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


def read_mail(reader: Reader, dev: bool, host: str) -> Mail:
    """Where mail goes; `host` is the site's own, for the sender. Raises ImproperlyConfigured."""
    sender = reader.text("DEFAULT_FROM_EMAIL", f"nit-sys@{host}")
    if reader.text("ANYMAIL_ESP"):
        return _by_provider(reader, sender)
    if reader.text("EMAIL_URL"):
        return _by_url(reader, dev, sender)
    server = reader.text("EMAIL_HOST")
    if not server:
        return Mail("console" if dev else "none", sender=sender)
    user, password = reader.text("EMAIL_HOST_USER"), reader.text("EMAIL_HOST_PASSWORD")
    port = reader.number("EMAIL_PORT", 587)
    tls = reader.flag("EMAIL_USE_TLS", _wants_tls(port, user))
    return Mail("smtp", server, port, tls and port != SMTPS, port == SMTPS, user, password, sender=sender)


def _by_provider(reader: Reader, sender: str) -> Mail:
    esp, key = reader.text("ANYMAIL_ESP"), reader.text("SENDGRID_API_KEY")
    if esp.lower() != "sendgrid" or not key:
        raise ImproperlyConfigured("ANYMAIL_ESP: only sendgrid is known, and it needs SENDGRID_API_KEY")
    return Mail("anymail", esp="sendgrid", api_key=key, sender=sender)


def _by_url(reader: Reader, dev: bool, sender: str) -> Mail:
    """`smtp://user:password@host:587?tls=0`, `smtps://…`, or in dev `console://`."""
    try:
        url = urlsplit(reader.text("EMAIL_URL"))
        asked_port = url.port
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL: its port is not a number") from None
    if url.scheme == "console":
        if not dev:
            raise ImproperlyConfigured("EMAIL_URL: console is refused outside dev, nobody would get a mail")
        return Mail("console", sender=sender)
    if url.scheme not in SMTP_SCHEMES or not url.hostname:
        raise ImproperlyConfigured("EMAIL_URL: write smtp://host:port, smtps://host or, in dev, console://")
    ssl = url.scheme == "smtps" or asked_port == SMTPS
    port = asked_port or (SMTPS if ssl else 587)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    query = Reader({name.lower(): values[-1] for name, values in parse_qs(url.query).items()})
    tls = query.flag("tls", url.scheme != "smtp" or _wants_tls(port, user))
    return Mail("smtp", url.hostname, port, tls and not ssl, ssl, user, password, sender=sender)


def _wants_tls(port: int, user: str) -> bool:
    """The submission port, and any port where a password is sent."""
    return port == 587 or bool(user)
