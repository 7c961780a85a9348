"""The mail settings of seed 002, word for word, and each provider's."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.env.mail import ESPS
from tests.config.env.test_env import PROD, ROOT

SITE = {**PROD, "EMAIL_URL": ""}
GMAIL = {
    "EMAIL_HOST": "smtp.gmail.com",
    "EMAIL_PORT": "587",
    "EMAIL_USE_TLS": "True",
    "EMAIL_HOST_USER": "your-email@gmail.com",
    "EMAIL_HOST_PASSWORD": "abcdefghijklmnop",
}
SENDGRID = {
    "EMAIL_HOST": "smtp.sendgrid.net",
    "EMAIL_PORT": "587",
    "EMAIL_USE_TLS": "True",
    "EMAIL_HOST_USER": "apikey",
    "EMAIL_HOST_PASSWORD": "SG.xxxxx",
}
SECRET = "nit-sys:" + "s" * 24


@pytest.mark.parametrize("given", [GMAIL, SENDGRID])
def test_the_settings_of_the_runbook_are_read_word_for_word(given: dict[str, str]) -> None:
    mail = env.read({**SITE, **given}).mail
    assert (mail.kind, mail.host, mail.port) == ("smtp", given["EMAIL_HOST"], 587)
    assert (mail.use_tls, mail.use_ssl) == (True, False)
    assert (mail.user, mail.password) == (given["EMAIL_HOST_USER"], given["EMAIL_HOST_PASSWORD"])
    assert mail.backend == "tenants.outbox.smtp.EmailBackend"


@pytest.mark.parametrize(
    "shown", ["abcd efgh ijkl mnop", " abcd efgh ijkl mnop ", "abcd\u00a0efgh\u00a0ijkl\u00a0mnop"]
)
def test_an_app_password_may_keep_the_spaces_that_google_shows(shown: str) -> None:
    assert env.read({**SITE, **GMAIL, "EMAIL_HOST_PASSWORD": shown}).mail.password == "abcdefghijklmnop"


def test_spaces_in_other_passwords_stay() -> None:
    assert env.read({**SITE, **SENDGRID, "EMAIL_HOST_PASSWORD": "two words"}).mail.password == "two words"
    assert (
        env.read({**SITE, **GMAIL, "EMAIL_HOST_PASSWORD": "my own pass word 1"}).mail.password == "my own pass word 1"
    )
    url = {**SITE, "EMAIL_URL": "smtp://me:abcd%20efgh%20ijkl%20mnop@smtp.gmail.com"}
    assert env.read(url).mail.password == "abcdefghijklmnop"


@pytest.mark.parametrize("name", ESPS)
def test_each_provider_needs_its_keys_and_passes_them_on(name: str) -> None:
    keys = {one: f"canary-{one}" for one in ESPS[name].needs}
    mail = env.read({**SITE, "ANYMAIL_ESP": name.upper(), **keys}).mail
    assert (mail.kind, mail.esp, mail.backend) == ("anymail", name, f"anymail.backends.{name}.EmailBackend")
    assert all(value in str(mail.anymail) for value in keys.values())
    for missing in keys:
        with pytest.raises(ImproperlyConfigured) as refused:
            env.read({**SITE, "ANYMAIL_ESP": name, **keys, missing: ""})
        assert missing in str(refused.value)
        assert "canary" not in str(refused.value)


@pytest.mark.parametrize("name", ESPS)
def test_another_address_of_the_api_may_be_given(name: str) -> None:
    keys = dict.fromkeys(ESPS[name].needs, "k")
    given = {**SITE, "ANYMAIL_ESP": name, **keys, "ANYMAIL_API_URL": "https://api.eu.example/v3"}
    assert "https://api.eu.example/v3" in str(env.read(given).mail.anymail)


@pytest.mark.parametrize("name", ["sendgrid", "mailgun", "postmark", "mailjet", "mailersend", "sparkpost"])
def test_links_are_not_rewritten_and_nobody_watches_who_reads(name: str) -> None:
    mail = env.read({**SITE, "ANYMAIL_ESP": name, **dict.fromkeys(ESPS[name].needs, "k")}).mail
    assert mail.anymail["SEND_DEFAULTS"] == {"track_clicks": False, "track_opens": False}


def test_the_webhook_has_a_secret_worth_the_name() -> None:
    given = {**SITE, "ANYMAIL_ESP": "brevo", "BREVO_API_KEY": "k"}
    assert env.read(given).mail.webhook_secret == ""
    assert env.read({**given, "ANYMAIL_WEBHOOK_SECRET": SECRET}).mail.webhook_secret == SECRET


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("ANYMAIL_ESP", {"ANYMAIL_ESP": "mandrill"}),
    ("ANYMAIL_ESP", {"ANYMAIL_ESP": "mailgun", "MAILGUN_API_KEY": "canary"}),
    ("ANYMAIL_API_URL", {"ANYMAIL_API_URL": "api.canary.example"}),
    ("ANYMAIL_WEBHOOK_SECRET", {"ANYMAIL_WEBHOOK_SECRET": "user:canary-short"}),
    ("ANYMAIL_WEBHOOK_SECRET", {"ANYMAIL_WEBHOOK_SECRET": "canary" * 6}),
    ("ANYMAIL_WEBHOOK_SECRET", {"ANYMAIL_WEBHOOK_SECRET": "u:合言葉" + "canary" * 6}),
    (
        "MAILERSEND_SIGNING_SECRET",
        {"ANYMAIL_ESP": "mailersend", "MAILERSEND_API_TOKEN": "k", "ANYMAIL_WEBHOOK_SECRET": SECRET},
    ),
]


@pytest.mark.parametrize(("name", "change"), WRONG)
def test_what_is_wrong_is_refused_by_name_and_never_by_value(name: str, change: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        env.read({**SITE, "ANYMAIL_ESP": "brevo", "BREVO_API_KEY": "k", **change})
    assert str(refused.value).startswith(f"{name}:")
    assert "canary" not in str(refused.value)


def test_the_guide_names_every_provider_and_shows_the_runbooks_settings() -> None:
    guide = (ROOT / "docs/mail.md").read_text()
    for name, esp in ESPS.items():
        assert f"`{name}`" in guide
        assert all(f"`{one}`" in guide for one in esp.needs), name
        assert all(one in guide for one in esp.may_have), name
    for given in (GMAIL, SENDGRID):
        assert all(f"{key}={value}" in guide for key, value in given.items() if "abcdefgh" not in value)
