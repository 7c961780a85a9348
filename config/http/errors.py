"""Error pages in our own words. They run no query and need no session, so they also work when the database is down."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.request_id import request_id


def page(status: int, *, title: str, text: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """A page that says what happened, what to do, and the id under which the log knows it."""
    context = {
        "title": title,
        "text": text,
        "request_id": request_id.get(),
        "status": status,
        "app_env": settings.APP_ENV,
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    return HttpResponse(render_to_string("errors/page.html", context), status=status, headers=headers or {})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when it was only too big: nothing was saved."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large()
    text = _("送信された内容を読み取れませんでした。前のページに戻り、もう一度お試しください。")
    return page(400, title=_("送信内容を読み取れません"), text=text)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not for this."""
    text = _("このページを開く権限がありません。別のアカウントでサインインし直すか、主催者にお問い合わせください。")
    return page(403, title=_("権限がありません"), text=text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same page for what does not exist and for what is somebody else's."""
    text = _("アドレスが変わったか、公開が終わった可能性があります。大会一覧からお探しください。")
    return page(404, title=_("ページが見つかりません"), text=text)


def not_allowed(methods: str) -> HttpResponse:
    """405: for example a form's address opened as a page."""
    text = _("このアドレスは、ページ上のボタンからだけ使えます。前のページに戻って、もう一度お試しください。")
    return page(405, title=_("このページは直接開けません"), text=text, headers={"Allow": methods})


def too_large() -> HttpResponse:
    """413: refused before it was read."""
    text = _("送信された内容が大きすぎます。ファイルを分けるか、不要な列やシートを除いて、もう一度お試しください。")
    return page(413, title=_("送信内容が大きすぎます"), text=text)


def too_long() -> HttpResponse:
    """414: an address that asks for more than any page can be asked for."""
    text = _(
        "アドレスに付いた条件が長すぎるため、ページを表示できません。検索する言葉や条件を減らして、もう一度お試しください。"
    )
    return page(414, title=_("アドレスが長すぎます"), text=text)


def cookies_too_large() -> HttpResponse:
    """431: more cookies than this site ever sets."""
    text = _(
        "ブラウザから送られたCookieが大きすぎるため、ページを表示できません。"
        "このサイトのCookieを削除してから、もう一度お試しください。"
    )
    return page(431, title=_("Cookieが大きすぎます"), text=text)


def too_many(seconds: int) -> HttpResponse:
    """429: tried too often; says when to try again."""
    text = _("試行回数が上限に達しました。%(minutes)d分ほど待ってから、もう一度お試しください。") % {
        "minutes": max(1, -(-seconds // 60))
    }
    return page(429, title=_("しばらくお待ちください"), text=text, headers={"Retry-After": str(seconds)})


def all_taken() -> HttpResponse:
    """429: this user has two large pages or files under way."""
    text = _("大きな画面やファイルは、同時に2つまで開けます。先に開いたものが表示されてから、もう一度お試しください。")
    return page(429, title=_("しばらくお待ちください"), text=text, headers={"Retry-After": "5"})


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the id is what to tell us. 503 when it was the database that did not answer."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable()
    text = _(
        "申し訳ありません。こちらの不具合です。入力した内容は送信前の画面に残っています。時間をおいてお試しください。"
    )
    return page(500, title=_("エラーが発生しました"), text=text)


def unavailable() -> HttpResponse:
    """503: busy or down for a moment; the same request may be sent again."""
    text = _(
        "ただいま大変混み合っています。少し待ってから、同じ操作をもう一度お試しください。二重の申込にはなりません。"
    )
    return page(503, title=_("混み合っています"), text=text, headers={"Retry-After": "30"})
