"""Signing in and out, and links by mail."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenants.models import User
from tenants.outbox.suppression import is_dead
from tenants.refusal import Refused
from tenants.signin import actions, links, rules
from tenants.signin.decorators import dev_only, private
from tenants.signin.forms import AddressForm, SignInForm, posted
from tenants.signin.models import Purpose
from tenants.wording import say


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Sign in with address and password; then to `next`, on our own site only, or to the role's home."""
    if request.method != "POST":
        if isinstance(request.user, User):
            return _onwards(request, request.user, request.GET.get("next", ""))
        return _login_page(request, SignInForm(initial={"email": request.GET.get("email", "")[:254]}))
    form = SignInForm(request.POST)
    if form.is_valid():
        try:
            user = actions.sign_in(request, **form.cleaned_data, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, say(refusal))
        else:
            _say_when_mail_does_not_arrive(request, user)
            return _onwards(request, user, request.POST.get("next", ""))
    return _login_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _login_page(request: HttpRequest, form: SignInForm, status: int = HTTPStatus.OK) -> HttpResponse:
    asked = (request.POST if request.method == "POST" else request.GET).get("next", "")
    values = {"form": form, "next": asked, "links": rules.mailed_links_sign_in()}
    return render(request, "auth/login.html", values, status=status)


def _say_when_mail_does_not_arrive(request: HttpRequest, user: User) -> None:
    if is_dead(user.email):
        text = _("登録のメールアドレスに届きませんでした。「アカウント」からアドレスを確認するか、変更してください。")
        messages.warning(request, text)


def _onwards(request: HttpRequest, user: User, asked: str) -> HttpResponse:
    if user.must_change_password:
        return HttpResponseRedirect(reverse("auth:password_change"))
    where = rules.where_to(user, asked, host=request.get_host(), secure=request.is_secure())
    if asked and where == rules.home_of(user) and not rules.may_open(user, asked):
        messages.warning(request, _("このアカウントでは、開こうとしたページを使えません。"))
    return HttpResponseRedirect(where)


@private
@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """The menu of whoever is signed in, for pages that are the same for everyone; 204 for anybody else.

    `in` is the language of the page that asks. It is not `lang`, which would be remembered in a cookie.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    asked = request.GET.get("in", "")
    known = {code for code, _name in settings.LANGUAGES}
    with translation.override(asked if asked in known else translation.get_language()):
        return render(request, "pieces/nav.html")


@private
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session on the server; its cookie is worth nothing afterwards."""
    end_session(request)
    return HttpResponseRedirect(reverse("auth:login"))


@dev_only
@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Mail a link that signs in. The answer is the same for every address."""
    form = AddressForm(posted(request))
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "auth/request.html", {"form": form}, status=status)
    email = form.cleaned_data["email"]
    issued = actions.ask_for_link(request, Purpose.SIGN_IN, email=email, at=timezone.now())
    shown = links.address(reverse("auth:verify"), issued.token) if rules.shows_links() else ""
    return render(request, "auth/mailed.html", {"email": email, "minutes": 15, "link": shown})


@dev_only
@private
@require_http_methods(["GET", "HEAD"])
def verify(request: HttpRequest) -> HttpResponse:
    """Sign in by a mailed link, once. HEAD, which mail scanners send, does not use it up."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        user = actions.sign_in_by_link(request, token=request.GET.get("token", ""), at=timezone.now())
    except Refused as refusal:
        return render(
            request, "auth/dead_link.html", {"why": say(refusal), "again": reverse("auth:request")}, status=410
        )
    return _onwards(request, user, "")
