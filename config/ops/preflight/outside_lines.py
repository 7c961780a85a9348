"""What lies outside the database: files, disk, mail server, Sentry, the certificate. Nothing is sent to anybody."""

import shutil
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import storages
from django.core.mail.backends.smtp import EmailBackend

from config.env import ENV, ROOT
from config.ops.checklist import CheckLine, look, ng, ok, unsafe

SECONDS = 8.0
"""Longest wait for one answer from outside."""
COLLECT = "python manage.py collectstatic --noinput"
MB = 1024 * 1024
FEW_MB, TOO_FEW_MB = 1024, 200
SHORT_DAYS = 14
SENDGRID = "https://api.sendgrid.com/v3/scopes"


def static_files(at: datetime) -> CheckLine:
    """「静的ファイル収集（collectstatic）」: every file of the source has its hashed copy, and the copies are there."""
    storage = storages["staticfiles"]
    if not isinstance(storage, ManifestStaticFilesStorage):
        return unsafe("static", "ファイル名にハッシュが付きません", "STORAGES の staticfiles を確認する")
    names = storage.hashed_files
    if not names:
        return unsafe("static", "収集されていません", COLLECT)
    missing = [name for name in names.values() if not storage.exists(name)]
    sources = [path for finder in get_finders() for path, _ in finder.list([])]
    new = [path for path in sources if path not in names]
    if missing or new:
        return unsafe("static", f"{len(missing) + len(new)} 個が足りません（例: {(missing + new)[0]}）", COLLECT)
    return ok("static", f"{len(names)} 個")


def disk(at: datetime) -> CheckLine:
    """Free space of the disk that has least, of those that we write to (seed 002 「ディスク使用量確認」)."""
    free, folder = min((shutil.disk_usage(existing(path)).free, path) for path in (ROOT / "var", ENV.backups.folder))
    text = f"空き {free // MB:,} MB（{folder}）"
    todo = "古いバックアップやログを消すか、容量を増やす"
    if free < TOO_FEW_MB * MB:
        return ng("disk", text, todo)
    return look("disk", text, todo) if free < FEW_MB * MB else ok("disk", text)


def existing(path: Path) -> Path:
    """The folder itself, or the next above it that is there: on its disk it would be made."""
    return path if path.exists() else existing(path.parent)


def mail(at: datetime) -> CheckLine:
    """「メール送信設定」: signs in to the server and hangs up."""
    if ENV.mail.kind == "smtp":
        return _smtp()
    if ENV.mail.kind == "anymail":
        return _sendgrid() if ENV.mail.esp == "sendgrid" else ok("mail", f"{ENV.mail.esp}（send_test_mail で確認）")
    text = "画面に表示するだけで送りません" if ENV.mail.kind == "console" else "送信先のサーバーがありません"
    return look("mail", text, "EMAIL_URL または EMAIL_HOST などを設定し、send_test_mail で確認する")


def _smtp() -> CheckLine:
    where = f"{ENV.mail.host}:{ENV.mail.port}"
    line = EmailBackend(
        host=ENV.mail.host,
        port=ENV.mail.port,
        username=ENV.mail.user,
        password=ENV.mail.password,
        use_tls=ENV.mail.use_tls,
        use_ssl=ENV.mail.use_ssl,
        timeout=int(SECONDS),
    )
    try:
        line.open()
    except smtplib.SMTPAuthenticationError:
        return ng(
            "mail", f"{where} にサインインできません", "EMAIL_HOST_USER と EMAIL_HOST_PASSWORD（EMAIL_URL）を直す"
        )
    except UnicodeError:
        return ng("mail", f"{where} に接続できません", "EMAIL_HOST と EMAIL_HOST_PASSWORD（EMAIL_URL）の文字を直す")
    except (OSError, smtplib.SMTPException) as error:
        return look(
            "mail",
            f"{where} が応答しません（{type(error).__name__}）",
            "ホスト名とポートを確認する。届くまで控えに残る",
        )
    finally:
        line.close()
    return ok("mail", f"{where} に{'サインイン' if ENV.mail.user else '接続'}できました")


def _sendgrid() -> CheckLine:
    asked = urllib.request.Request(
        SENDGRID, headers={"Authorization": f"Bearer {settings.ANYMAIL.get('SENDGRID_API_KEY')}"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS):  # noqa: S310 - a fixed address
            return ok("mail", "SendGrid の API に接続できました")
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            return ng("mail", "SendGrid が API キーを受け付けません", "SENDGRID_API_KEY を直す")
        return look("mail", f"SendGrid の答えは {error.code} です", "時間をおいて確認する。届くまで控えに残る")
    except OSError as error:
        return look(
            "mail", f"SendGrid が応答しません（{type(error).__name__}）", "時間をおいて確認する。届くまで控えに残る"
        )


def sentry(at: datetime) -> CheckLine:
    """「Sentry DSN設定」: that it is set and can be read; send_test_event tries it."""
    if not ENV.sentry_dsn:
        return look("sentry", "設定されていません", "SENTRY_DSN を設定し、send_test_event で確認する")
    from sentry_sdk.utils import BadDsn, Dsn  # slow to import, and not needed where it is off

    try:
        where = Dsn(ENV.sentry_dsn).host
    except BadDsn:
        return ng("sentry", "SENTRY_DSN を読み取れません", "sentry.io のプロジェクト設定から DSN を写し直す")
    return ok("sentry", f"{where} へ送信（send_test_event で確認）")


def certificate(at: datetime) -> CheckLine:
    """「SSL証明書確認」: of BASE_URL, as a browser sees it."""
    place = urlsplit(settings.BASE_URL)
    if place.scheme != "https" or place.hostname in (None, "localhost"):
        return unsafe(
            "certificate", "BASE_URL が公開のアドレスではありません", "BASE_URL に https:// の公開アドレスを設定する"
        )
    host = str(place.hostname)
    try:
        ends = _last_day(host, place.port or 443)
    except ssl.SSLCertVerificationError as error:
        return ng("certificate", f"{host} の証明書が無効です（{error.verify_message}）", "証明書を更新する")
    except OSError as error:
        return look("certificate", f"{host} に接続できません（{type(error).__name__}）", "DNS と公開の状態を確認する")
    days = int((ends - at.timestamp()) // 86_400)
    text = f"{host}、残り {days} 日"
    return look("certificate", text, "証明書の自動更新を確認する") if days < SHORT_DAYS else ok("certificate", text)


def _last_day(host: str, port: int) -> float:
    """When the certificate ends, in seconds since 1970. Raises OSError, and SSLCertVerificationError among them."""
    with socket.create_connection((host, port), timeout=SECONDS) as line:
        line.settimeout(SECONDS)
        with trusted().wrap_socket(line, server_hostname=host) as secure:
            return ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))


def trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts, for a connection to a mail server."""
    return ssl.create_default_context()
