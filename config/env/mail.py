"""What the environment says about mail: an SMTP server, a provider's HTTP API, the console in dev, or nothing yet.

`ESPS` lists the providers of django-anymail that were tried here against a stand-in of their API; each needs its keys,
and may have more. A provider that signs its webhooks has a variable for that key.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env.parser import Reader

SMTPS = 465
SMTP_SCHEMES = ("smtp", "smtps", "smtp+tls", "submission")
GMAIL_HOSTS = ("smtp.gmail.com", "smtp.googlemail.com")
SHORTEST_SECRET = 20
PATIENCE = (5, 15)
"""Seconds until a provider's server is reached, and until it answers."""


class Esp(NamedTuple):
    """A provider: the variables that it needs, those that it may have, and whether it can be told not to track."""

    needs: tuple[str, ...]
    may_have: tuple[str, ...] = ()
    tracks: bool = False


ESPS = {
    "sendgrid": Esp(("SENDGRID_API_KEY",), ("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",), tracks=True),
    "mailgun": Esp(("MAILGUN_API_KEY", "MAILGUN_SENDER_DOMAIN"), ("MAILGUN_WEBHOOK_SIGNING_KEY",), tracks=True),
    "postmark": Esp(("POSTMARK_SERVER_TOKEN",), tracks=True),
    "brevo": Esp(("BREVO_API_KEY",)),
    "mailjet": Esp(("MAILJET_API_KEY", "MAILJET_SECRET_KEY"), tracks=True),
    "resend": Esp(("RESEND_API_KEY",), ("RESEND_SIGNING_SECRET",)),
    "mailersend": Esp(("MAILERSEND_API_TOKEN",), ("MAILERSEND_SIGNING_SECRET",), tracks=True),
    "sparkpost": Esp(("SPARKPOST_API_KEY",), tracks=True),
    "amazon_ses": Esp(("AMAZON_SES_ACCESS_KEY_ID", "AMAZON_SES_SECRET_ACCESS_KEY", "AMAZON_SES_REGION")),
}


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
    anymail: dict[str, Any] = field(default_factory=dict)
    """Django's ANYMAIL setting."""
    webhook_secret: str = ""
    """`user:password` with which the provider's webhook comes; without it there is no webhook."""
    sender: str = "nit-sys@localhost"

    @property
    def backend(self) -> str:
        return {
            "console": "django.core.mail.backends.console.EmailBackend",
            "smtp": "tenants.outbox.smtp.EmailBackend",
            "anymail": f"anymail.backends.{self.esp}.EmailBackend",
            "none": "tenants.outbox.backend.NotConfiguredBackend",
        }[self.kind]


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
    user = reader.text("EMAIL_HOST_USER")
    password = _password(server, reader.text("EMAIL_HOST_PASSWORD"))
    port = reader.number("EMAIL_PORT", 587)
    tls = reader.flag("EMAIL_USE_TLS", _wants_tls(port, user))
    return Mail("smtp", server, port, tls and port != SMTPS, port == SMTPS, user, password, sender=sender)


def _by_provider(reader: Reader, sender: str) -> Mail:
    given = {name: reader.text(name) for esp in ESPS.values() for name in (*esp.needs, *esp.may_have)}
    name, url, secret = reader.text("ANYMAIL_ESP").lower(), reader.address("ANYMAIL_API_URL"), _webhook_secret(reader)
    if name not in ESPS:
        raise ImproperlyConfigured(f"ANYMAIL_ESP: write one of {', '.join(ESPS)}")
    esp = ESPS[name]
    missing = [one for one in esp.needs if not given[one]]
    if missing:
        raise ImproperlyConfigured(f"ANYMAIL_ESP: this provider needs {' and '.join(missing)} too")
    if name == "mailersend" and secret and not given["MAILERSEND_SIGNING_SECRET"]:
        raise ImproperlyConfigured("MAILERSEND_SIGNING_SECRET: required for the webhook of this provider")
    values = _ses(given, url) if name == "amazon_ses" else _over_http(name, given, url)
    if esp.tracks:  # links of ours sign people in: nobody rewrites them, and nobody watches who reads what
        values["SEND_DEFAULTS"] = {"track_clicks": False, "track_opens": False}
    return Mail("anymail", esp=name, anymail=values, webhook_secret=secret, sender=sender)


def _over_http(name: str, given: dict[str, str], url: str) -> dict[str, Any]:
    esp = ESPS[name]
    values: dict[str, Any] = {one: given[one] for one in (*esp.needs, *esp.may_have) if given[one]}
    if url:
        values[f"{name.upper()}_API_URL"] = url
    return {**values, "REQUESTS_TIMEOUT": PATIENCE}


def _ses(given: dict[str, str], url: str) -> dict[str, Any]:
    """Amazon's is spoken by boto3, which has settings of its own; what it cannot send at once, the outbox tries again."""
    client = {
        "aws_access_key_id": given["AMAZON_SES_ACCESS_KEY_ID"],
        "aws_secret_access_key": given["AMAZON_SES_SECRET_ACCESS_KEY"],
        "region_name": given["AMAZON_SES_REGION"],
        "config": {"connect_timeout": PATIENCE[0], "read_timeout": PATIENCE[1], "retries": {"total_max_attempts": 1}},
    }
    return {"AMAZON_SES_CLIENT_PARAMS": {**client, "endpoint_url": url} if url else client}


def _webhook_secret(reader: Reader) -> str:
    secret = reader.text("ANYMAIL_WEBHOOK_SECRET")
    user, _sep, password = secret.partition(":")
    if secret and not (user and len(password) >= SHORTEST_SECRET and secret.isascii()):
        raise ImproperlyConfigured(
            f"ANYMAIL_WEBHOOK_SECRET: write user:password, the password {SHORTEST_SECRET} characters or more"
        )
    return secret


def _by_url(reader: Reader, dev: bool, sender: str) -> Mail:
    """`smtp://user:password@host:587?tls=0`, `smtps://…`, or in dev `console://`."""
    try:
        url = urlsplit(reader.text("EMAIL_URL"))
        asked_port = url.port
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL: its host or port cannot be read") from None
    if url.scheme == "console":
        if not dev:
            raise ImproperlyConfigured("EMAIL_URL: console is refused outside dev, nobody would get a mail")
        return Mail("console", sender=sender)
    if url.scheme not in SMTP_SCHEMES or not url.hostname:
        raise ImproperlyConfigured("EMAIL_URL: write smtp://host:port, smtps://host or, in dev, console://")
    ssl = url.scheme == "smtps" or asked_port == SMTPS
    port = asked_port or (SMTPS if ssl else 587)
    user, password = unquote(url.username or ""), _password(url.hostname, unquote(url.password or ""))
    query = Reader({name.lower(): values[-1] for name, values in parse_qs(url.query).items()})
    try:
        tls = query.flag("tls", url.scheme != "smtp" or _wants_tls(port, user))
    except ImproperlyConfigured:
        raise ImproperlyConfigured("EMAIL_URL: write ?tls=1 or ?tls=0") from None
    return Mail("smtp", url.hostname, port, tls and not ssl, ssl, user, password, sender=sender)


def _wants_tls(port: int, user: str) -> bool:
    """The submission port, and any port where a password is sent."""
    return port == 587 or bool(user)


def _password(host: str, password: str) -> str:
    """Google shows the 16 letters of an app password in groups of four; what is pasted has the spaces in it."""
    joined = "".join(password.split())
    is_grouped = host.lower() in GMAIL_HOSTS and len(joined) == 16 and joined.isalpha()
    return joined if is_grouped else password
