"""What the environment and the settings say (seed 002 「必須項目」)."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from config.env import DEVELOPMENT_KEY, ENV, UNKNOWN_ADDRESS
from config.ops.checklist import CheckLine, look, ok, unsafe

MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(64))" で作り、SECRET_KEY に設定する'


def debug(at: datetime) -> CheckLine:
    """「DEBUG=False に設定」, and no sign-in links on pages."""
    if settings.DEBUG:
        return unsafe("debug", "DEBUG が有効で、内部の情報が誰にでも見えます", "DEBUG=False にする")
    if settings.DEBUG_AUTH_LINKS:
        return unsafe("debug", "DEBUG_AUTH_LINKS が有効です", "DEBUG_AUTH_LINKS=0 にする")
    return ok("debug", "無効")


def secret_key(at: datetime) -> CheckLine:
    """「SECRET_KEY を本番用に変更」. `config.env` refuses what is short or a sample; here is where it comes from."""
    name, older = ENV.secret_key_name, len(ENV.secret_key_fallbacks)
    if not name or settings.SECRET_KEY == DEVELOPMENT_KEY:
        return unsafe("secret_key", "開発用の固定の鍵です", MAKE_A_KEY)
    if name != "SECRET_KEY":
        return look("secret_key", f"古い名前 {name} から読んでいます", "同じ値を SECRET_KEY に移す")
    return ok("secret_key", f"{len(settings.SECRET_KEY)} 文字" + (f"、以前の鍵 {older} 個も有効" if older else ""))


def hosts(at: datetime) -> CheckLine:
    """「ALLOWED_HOSTS に本番ドメインを追加」: the name in BASE_URL is one of them."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if settings.BASE_URL == UNKNOWN_ADDRESS:
        return unsafe("hosts", "公開アドレスが決まっていません", "BASE_URL と ALLOWED_HOSTS を設定する")
    if not settings.ALLOWED_HOSTS or not validate_host(host, settings.ALLOWED_HOSTS):
        return unsafe("hosts", f"BASE_URL の {host} に応答しません", f"ALLOWED_HOSTS に {host} を加える")
    return ok("hosts", ", ".join(settings.ALLOWED_HOSTS))


def origins(at: datetime) -> CheckLine:
    """「CSRF_TRUSTED_ORIGINS に本番ドメインを追加」. The site's own https address is always accepted; others are named."""
    strange = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if urlsplit(origin).scheme != "https"]
    if strange and settings.APP_ENV != "dev":
        return unsafe("origins", f"https でない送信元があります: {', '.join(strange)}", "https:// で始まる形に直す")
    own = urlsplit(settings.BASE_URL)
    known = {f"{own.scheme}://{own.netloc}", *settings.CSRF_TRUSTED_ORIGINS}
    unknown = [origin for origin in known if not validate_host(urlsplit(origin).hostname or "", settings.ALLOWED_HOSTS)]
    if unknown:
        name = ", ".join(sorted(unknown))
        return look(
            "origins", f"応答しない名前の送信元です: {name}", "ALLOWED_HOSTS と CSRF_TRUSTED_ORIGINS をそろえる"
        )
    return ok("origins", ", ".join(sorted(known)))


def deployment_checks(at: datetime) -> CheckLine:
    """What `check --deploy` says, warnings included."""
    found = [said for said in checks.run_checks(include_deployment_checks=True) if said.level >= checks.WARNING]
    if found:
        names = ", ".join(sorted({str(said.id) for said in found}))
        return unsafe("checks", f"{len(found)} 件の指摘: {names}", "python manage.py check --deploy で内容を確認する")
    return ok("checks", "check --deploy の指摘なし")
