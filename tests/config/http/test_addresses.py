"""Addresses in the environment: what cannot be read refuses to start, by name and never by value, whatever uses it later."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.env.parser import WEB, is_address
from tests.config.env.test_env import PROD

SENDGRID = {"ANYMAIL_ESP": "sendgrid", "SENDGRID_API_KEY": "SG.x"}
STORE = {"BACKUP_S3_BUCKET": "b", "BACKUP_S3_ACCESS_KEY_ID": "i", "BACKUP_S3_SECRET_ACCESS_KEY": "s"}
UNREADABLE = ("https://[canary", "https://host:canary", "https://", "canary", "https://ca nary.example", "ftp://canary")


@pytest.mark.parametrize("value", UNREADABLE)
@pytest.mark.parametrize(("name", "more"), [
    ("SENTRY_DSN", {}), ("WORKER_PING_URL", {}), ("BACKUP_PING_URL", {}), ("ANTHROPIC_BASE_URL", {}), ("BASE_URL", {}),
    ("BACKUP_S3_ENDPOINT", STORE), ("ANYMAIL_API_URL", SENDGRID), ("CSRF_TRUSTED_ORIGINS", {}),
])  # fmt: skip
def test_an_address_on_the_web_that_cannot_be_read_is_refused(name: str, more: dict[str, str], value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        env.read({**PROD, **more, name: value})
    assert str(refused.value).startswith(f"{name}: ")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("name", ["REPLICA_DATABASE_URL", "BACKUP_SCRATCH_URL", "CACHE_URL"])
@pytest.mark.parametrize("place", ["[canary", "host:canary/x", "ca nary/x"])
def test_so_is_that_of_a_database_or_a_cache(name: str, place: str) -> None:
    """Found out later it would be a 500 on every public page, or the end of a restore drill."""
    scheme = "redis" if name == "CACHE_URL" else "postgres"
    with pytest.raises(ImproperlyConfigured) as refused:
        env.read({**PROD, name: f"{scheme}://{place}"})
    assert str(refused.value).startswith(f"{name}: ")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "dsn", ["https://sentry.example/1", "https://canary@sentry.example/", "https://canary@s.example/x"]
)
def test_a_dsn_without_key_or_project_is_refused(dsn: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^SENTRY_DSN: copy it from"):
        env.read({**PROD, "SENTRY_DSN": dsn})


def test_what_can_be_read_is_taken_as_it_is() -> None:
    more = {
        "SENTRY_DSN": "https://abc@o1.ingest.sentry.example/42",
        "CACHE_URL": "rediss://:pw@cache.example:6380/1",
        "REPLICA_DATABASE_URL": "postgresql:///nitsys?host=/run/postgresql",
        "WORKER_PING_URL": "https://hc.example/uuid/",
        "BACKUP_S3_ENDPOINT": "http://127.0.0.1:9000",
        **STORE,
    }
    found = env.read({**PROD, **more})
    assert (found.sentry_dsn, found.growth.cache_url) == (more["SENTRY_DSN"], more["CACHE_URL"])
    assert found.growth.replica_url == more["REPLICA_DATABASE_URL"]
    assert found.monitoring.worker_ping_url == "https://hc.example/uuid"
    assert found.backups.store.endpoint == "http://127.0.0.1:9000"


def test_a_port_is_none_or_a_real_one() -> None:
    assert is_address("https://a.example:65535/x", WEB)
    assert is_address("https://[::1]:8000", WEB)
    assert not is_address("https://a.example:0", WEB)
    assert not is_address("https://a.example:65536", WEB)
