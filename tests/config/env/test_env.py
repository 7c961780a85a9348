"""The environment: what is unsafe refuses to start, by the variable's name and never with its value."""

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.env.variables import VARIABLES

ROOT = Path(__file__).parents[3]
KEY = "kJ83hsd7fHJKSDF87sdfhjksdf8s7dfhjksdf87shdfjk34hjk5h3jk4h5"
PROD = {
    "APP_ENV": "prod",
    "SECRET_KEY": KEY,
    "DATABASE_URL": "postgres://someone:canary-pw@db.internal:5432/nitsys",
    "ALLOWED_HOSTS": "entry.example.jp",
    "EMAIL_URL": "smtp://mail.example.jp:587",
}
UNSAFE = [
    ("APP_ENV", {"APP_ENV": "canary"}),
    ("APP_ENV", {"APP_ENV": "", "RENDER": "true"}),
    ("SECRET_KEY", {"SECRET_KEY": ""}),
    ("SECRET_KEY", {"SECRET_KEY": "canary" * 8}),
    ("SECRET_KEY", {"SECRET_KEY": env.DEVELOPMENT_KEY}),
    ("SECRET_KEY", {"SECRET_KEY": "django-insecure-" + KEY}),
    ("SECRET_KEY", {"SECRET_KEY": "canary" * 20 + "changeme"}),
    ("SECRET_KEY", {"SECRET_KEY": "x" * 64}),
    ("SECRET_KEY", {"SECRET_KEY": "", "FLASK_SECRET_KEY": "canary-and-short"}),
    ("SECRET_KEY_FALLBACKS", {"SECRET_KEY_FALLBACKS": f"{KEY},django-insecure-canary"}),
    ("DEBUG", {"DEBUG": "true"}),
    ("DEBUG", {"DEBUG": "canary"}),
    ("DEBUG_AUTH_LINKS", {"DEBUG_AUTH_LINKS": "1"}),
    ("DATABASE_URL", {"DATABASE_URL": ""}),
    ("DATABASE_URL", {"DATABASE_URL": "sqlite:///canary.sqlite3"}),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://u:canary@h/db"}),
    ("DATABASE_URL", {"DATABASE_URL": "postgres://u:pw@h:canary/db"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "*"}),
    ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "entry.example.jp, *.canary.example"}),
    ("CSRF_TRUSTED_ORIGINS", {"CSRF_TRUSTED_ORIGINS": "*"}),
    ("CSRF_TRUSTED_ORIGINS", {"CSRF_TRUSTED_ORIGINS": "canary.example"}),
    ("BASE_URL", {"BASE_URL": "http://canary.example"}),
    ("BASE_URL", {"BASE_URL": "canary.example"}),
    ("BASE_URL", {"BASE_URL": "https://canary.example:port"}),
    ("EMAIL_URL", {"EMAIL_URL": "console://"}),
    ("EMAIL_URL", {"EMAIL_URL": "ftp://canary"}),
    ("EMAIL_URL", {"EMAIL_URL": "smtp://u:canary@h:port"}),
    ("ANYMAIL_ESP", {"ANYMAIL_ESP": "canary"}),
    ("ANYMAIL_ESP", {"ANYMAIL_ESP": "sendgrid"}),
    ("SENTRY_TRACES_SAMPLE_RATE", {"SENTRY_TRACES_SAMPLE_RATE": "2"}),
    ("PORT", {"PORT": "canary"}),
    ("PORT", {"PORT": "65536"}),
    ("WEB_CONCURRENCY", {"WEB_CONCURRENCY": "0"}),
    ("GUNICORN_TIMEOUT", {"GUNICORN_TIMEOUT": "canary"}),
    ("SENTRY_DSN", {"SENTRY_DSN": "canary"}),
    ("CACHE_URL", {"CACHE_URL": "redis://cache.internal:canary"}),
    ("EMAIL_URL", {"EMAIL_URL": "smtp://mail.example:25?tls=canary"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "-1"}),
    ("BATCH_SIZE", {"BATCH_SIZE": "canary"}),
    ("ANTHROPIC_BASE_URL", {"ANTHROPIC_BASE_URL": "canary.example"}),
]


@pytest.mark.parametrize(("name", "change"), UNSAFE)
def test_what_is_unsafe_is_refused_by_name_and_never_by_value(name: str, change: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ImproperlyConfigured) as refused:
            env.read({**PROD, **change})
    assert str(refused.value).startswith(f"{name}:")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "changes", [{"SECRET_KEY": "canary-too-short"}, {"DEBUG": "1"}, {"APP_ENV": "", "RENDER": "1"}]
)
def test_the_process_ends_with_one_line(changes: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PROD, **changes},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "refused to start" in done.stderr
    assert "canary" not in done.stderr


def test_a_production_site_passes_the_deployment_check() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PROD},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_dev_needs_nothing() -> None:
    found = env.read({})
    assert found.is_dev
    assert found.database_url == f"sqlite:///{ROOT}/var/nitsys.sqlite3"
    assert (found.base_url, found.bind, found.mail.kind) == ("http://127.0.0.1:8000", "127.0.0.1:8000", "console")
    assert "127.0.0.1" in found.allowed_hosts


def test_an_empty_string_is_an_unset_variable() -> None:
    assert env.read(dict.fromkeys((v.name for v in VARIABLES), " ")) == env.read({})


@pytest.mark.parametrize("old", ["HOROLOGEN_SECRET_KEY", "FLASK_SECRET_KEY"])
def test_old_names_of_the_key_work_and_name_the_new_one(old: str) -> None:
    with pytest.warns(UserWarning, match=f"{old} is an old name: set SECRET_KEY instead") as warned:
        assert env.read({**PROD, "SECRET_KEY": "", old: KEY}).secret_key == KEY
    assert KEY not in str(warned[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert env.read({**PROD, old: "other" * 20}).secret_key == KEY


def test_render_adds_its_own_host_name() -> None:
    found = env.read({**PROD, "RENDER": "true", "RENDER_EXTERNAL_HOSTNAME": "nit-sys.onrender.com"})
    assert found.allowed_hosts == ["entry.example.jp", "nit-sys.onrender.com"]
    assert found.csrf_trusted_origins == ["https://nit-sys.onrender.com"]
    assert found.base_url == "https://entry.example.jp"
    assert found.trusted_proxies == 2


def test_outside_dev_the_address_and_the_sender_come_from_the_host() -> None:
    found = env.read({**PROD, "ALLOWED_HOSTS": ".example.jp"})
    assert (found.base_url, found.mail.sender) == ("https://example.jp", "nit-sys@example.jp")
    assert env.read({**PROD, "BASE_URL": "https://a.example/ "}).base_url == "https://a.example"
    assert env.read({**PROD, "ALLOWED_HOSTS": ""}).base_url == env.UNKNOWN_ADDRESS
    assert found.bind == "0.0.0.0:8000"


def test_in_dev_the_host_that_is_served_on_may_be_asked_for() -> None:
    found = env.read({"HOST": "192.168.1.5", "PORT": "8123"})
    assert "192.168.1.5" in found.allowed_hosts
    assert (found.bind, found.base_url) == ("192.168.1.5:8123", "http://127.0.0.1:8123")


@pytest.mark.parametrize(
    ("given", "kind", "server", "security"),
    [
        ({"EMAIL_URL": "smtp://127.0.0.1:1025"}, "smtp", ("127.0.0.1", 1025), (False, False)),
        ({"EMAIL_URL": "smtp://a:b@h"}, "smtp", ("h", 587), (True, False)),
        ({"EMAIL_URL": "smtp://a:b@h:25"}, "smtp", ("h", 25), (True, False)),
        ({"EMAIL_URL": "smtp://h:587?tls=0"}, "smtp", ("h", 587), (False, False)),
        ({"EMAIL_URL": "smtp+tls://h:25"}, "smtp", ("h", 25), (True, False)),
        ({"EMAIL_URL": "smtps://h"}, "smtp", ("h", 465), (False, True)),
        ({"EMAIL_HOST": "h"}, "smtp", ("h", 587), (True, False)),
        ({"EMAIL_HOST": "h", "EMAIL_PORT": "465"}, "smtp", ("h", 465), (False, True)),
        ({"EMAIL_HOST": "h", "EMAIL_PORT": "1025"}, "smtp", ("h", 1025), (False, False)),
        ({"EMAIL_HOST": "h", "EMAIL_USE_TLS": "False"}, "smtp", ("h", 587), (False, False)),
        (
            {"EMAIL_URL": "smtp://h", "ANYMAIL_ESP": "sendgrid", "SENDGRID_API_KEY": "k"},
            "anymail",
            ("", 587),
            (True, False),
        ),
        ({"EMAIL_URL": ""}, "none", ("", 587), (True, False)),
    ],
)
def test_where_mail_goes(
    given: dict[str, str], kind: str, server: tuple[str, int], security: tuple[bool, bool]
) -> None:
    mail = env.read({**PROD, "EMAIL_URL": "", **given}).mail
    assert mail.kind == kind
    if kind == "smtp":
        assert ((mail.host, mail.port), (mail.use_tls, mail.use_ssl)) == (server, security)


def test_percent_signs_in_a_mail_address_are_undone() -> None:
    mail = env.read({**PROD, "EMAIL_URL": "smtp://me%40example.jp:p%2Fw%3A@h"}).mail
    assert (mail.user, mail.password) == ("me@example.jp", "p/w:")


class Recorder(dict[str, str]):
    """Remembers which names were asked for."""

    def __init__(self, *args: dict[str, str]) -> None:
        super().__init__(*args)
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def test_the_list_is_what_is_read_no_more_and_no_less() -> None:
    asked: set[str] = set()
    esp = {"ANYMAIL_ESP": "sendgrid", "SENDGRID_API_KEY": "k"}
    for given in ({}, PROD, {**PROD, **esp}, {**PROD, "EMAIL_URL": "", "EMAIL_HOST": "h"}, {"RENDER": "1", **PROD}):
        recorder = Recorder(given)
        env.read(recorder)
        asked |= recorder.asked
    with pytest.raises(ImproperlyConfigured):
        env.read(recorder := Recorder({"RENDER": "1"}))
    assert asked | recorder.asked == {variable.name for variable in VARIABLES}


def test_the_documentation_repeats_the_list() -> None:
    table = re.findall(
        r"^\| `([A-Z0-9_]+)` \| (.*) \| (.*) \| (.*) \|$", (ROOT / "docs/environment.md").read_text(), re.M
    )
    assert table == [(v.name, v.kind.replace("|", "/"), v.default or "none", v.meaning) for v in VARIABLES]


def test_the_example_file_repeats_the_list() -> None:
    text = (ROOT / ".env.example").read_text()
    expected = [f"# {v.meaning} ({v.kind}; default: {v.default or 'none'})\n#{v.name}=" for v in VARIABLES]
    assert text.rstrip("\n").split("\n\n")[1:] == expected
