"""What the three settings of a site that grew become, and a shared cache that is not there."""

import logging
import socket
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from config.env import read
from config.runtime import caches, databases
from config.runtime.caches import REST_SECONDS, SAY_SECONDS, Health, PlainBytes, SharedCache

SQLITE, POSTGRES, COPY = (
    "sqlite:////tmp/x.sqlite3",
    "postgres://app@db.example/site",
    "postgres://app@copy.example/site",
)


def env(**more: str) -> Any:
    return read({"DATABASE_URL": POSTGRES, **more})


def test_a_site_of_one_server_is_as_it_was() -> None:
    found = databases.databases(env())
    assert list(found) == ["default"]
    assert found["default"]["CONN_MAX_AGE"] == databases.KEEP_SECONDS
    assert "lock_timeout=3000" in found["default"]["OPTIONS"]["options"]
    assert databases.caches(env())["default"]["BACKEND"].endswith("LocMemCache")
    assert list(databases.databases(read({"DATABASE_URL": SQLITE}))) == ["default"]


def test_behind_a_pooler_nothing_is_left_that_belongs_to_a_session() -> None:
    found = databases.databases(env(DATABASE_POOLED="1"))["default"]
    assert (found["CONN_MAX_AGE"], found["DISABLE_SERVER_SIDE_CURSORS"]) == (0, True)
    assert found["OPTIONS"]["prepare_threshold"] is None
    assert "options" not in found["OPTIONS"], "PgBouncer refuses it"


def test_the_replica_is_given_up_soon_and_never_written() -> None:
    found = databases.databases(env(REPLICA_DATABASE_URL=COPY))["replica"]
    assert (found["HOST"], found["OPTIONS"]["connect_timeout"]) == ("copy.example", 2)
    assert "default_transaction_read_only=on" in found["OPTIONS"]["options"]
    assert found["TEST"] == {"MIRROR": "default"}


def test_sites_and_releases_do_not_read_each_others_pages() -> None:
    names = {
        databases.caches(env(CACHE_URL="redis://cache.example", SENTRY_RELEASE=release))["default"]["KEY_PREFIX"]
        for release in ("one", "two")
    }
    assert len(names) == 2
    assert all(name.startswith("nitsys-dev-") for name in names)


@pytest.mark.parametrize(
    "wrong", [{"CACHE_URL": "http://x"}, {"REPLICA_DATABASE_URL": "sqlite:///x"}, {"DATABASE_POOLED": "perhaps"}]
)
def test_what_cannot_be_is_refused_by_name_and_not_by_value(wrong: dict[str, str]) -> None:
    [(name, value)] = wrong.items()
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        env(**wrong)
    assert value not in str(refused.value)


@pytest.mark.django_db
def test_the_limits_hold_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert databases.timeouts_hold()
    call_command("hold_timeouts", "--check")
    assert "limited" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has roles to keep limits")
def test_where_no_role_can_keep_limits_none_are_kept() -> None:
    assert databases.hold_timeouts() == []


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such settings")
def test_limits_that_somebody_took_away_are_noticed() -> None:
    for setting in ("lock_timeout = 0", "statement_timeout = 0", "statement_timeout = '1h'"):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL {setting}")
        assert not databases.timeouts_hold(), setting
        with pytest.raises(CommandError, match="hold_timeouts"):
            call_command("hold_timeouts", "--check", stdout=StringIO())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> Health:
    fresh = Health(Clock())
    monkeypatch.setattr(caches, "HEALTH", fresh)
    return fresh


def nowhere() -> SharedCache:
    """A cache at an address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = databases.caches(env(CACHE_URL=f"redis://127.0.0.1:{port}"))["default"]
    return SharedCache(settings["LOCATION"], settings)


def test_a_cache_that_is_away_is_a_miss_and_never_an_error(health: Health) -> None:
    cache = nowhere()
    for _ in range(2):  # the second time nobody even asks
        assert cache.get("a", b"otherwise") == b"otherwise"
        assert cache.add("a", b"1"), "whoever asks has the turn"
        cache.set("a", b"1")
        assert not cache.delete("a")
    assert health.is_away


def test_it_is_said_once_a_minute_and_asked_once_a_second(health: Health, caplog: pytest.LogCaptureFixture) -> None:
    cache, clock = nowhere(), health.clock
    assert isinstance(clock, Clock)
    with caplog.at_level(logging.WARNING):
        for _ in range(int(SAY_SECONDS / REST_SECONDS)):
            cache.get("a")
            assert health.is_away
            clock.now += REST_SECONDS
            assert not health.is_away
        assert len(caplog.records) == 1
        cache.get("a")
    assert len(caplog.records) == 2


def test_what_comes_out_of_a_cache_is_never_run() -> None:
    plain = PlainBytes()
    assert plain.loads(plain.dumps(b"cos\nsystem\n")) == b"cos\nsystem\n"
    with pytest.raises(TypeError):
        plain.dumps({"a": 1})  # type: ignore[arg-type]
