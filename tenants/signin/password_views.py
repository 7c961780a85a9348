from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.decorators import UserRequest, signed_in
from tenants.models import User
from tenants.outbox.suppression import is_dead
from tenants.refusal import Refused
from tenants.signin import actions, links, rules
from tenants.signin.decorators import private
from tenants.signin.forms import AccountForm, AddressForm, ChangePasswordForm, NewPasswordForm, posted
from tenants.signin.models import Purpose
from tenants.wording import say

REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """Change one's own password; for a temporary one this is the only page that opens."""
    user = request.user
    if not isinstance(user, User):
        return HttpResponseRedirect(f"{reverse('auth:login')}?next={reverse('auth:password_change')}")
    form = ChangePasswordForm(posted(request), user=user)
    if form.is_valid() and _is_current(request, user, form):
        actions.change_password(request, user, password=form.cleaned_data["password"], at=timezone.now())
        messages.success(request, _("パスワードを変更しました。ほかの端末ではサインアウトされます。"))
        return HttpResponseRedirect(rules.home_of(user))
    status = REFUSED if form.is_bound else HTTPStatus.OK
    return render(request, "auth/password_change.html", {"form": form}, status=status)


def _is_current(request: HttpRequest, user: User, form: ChangePasswordForm) -> bool:
    try:
        actions.check_password(request, email=user.email, password=form.cleaned_data["current"], at=timezone.now())
    except Refused:
        form.add_error("current", _("現在のパスワードが正しくありません。"))
        return False
    return True


@private
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Mail a link to a new password. The answer is the same for every address."""
    form = AddressForm(posted(request))
    if not form.is_valid():
        status = REFUSED if form.is_bound else HTTPStatus.OK
        return render(request, "auth/password_reset.html", {"form": form}, status=status)
    email = form.cleaned_data["email"]
    issued = actions.ask_for_link(request, Purpose.RESET, email=email, at=timezone.now())
    shown = links.address(reverse("auth:password_reset_confirm"), issued.token) if rules.shows_links() else ""
    return render(request, "auth/mailed.html", {"email": email, "minutes": 60, "link": shown})


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reset_confirm(request: HttpRequest) -> HttpResponse:
    """Set the new password. Opening the page uses nothing up, because mail scanners open links; sending it does."""
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")
    now = timezone.now()
    try:
        user = rules.check_link_still_fits(links.find(Purpose.RESET, token, at=now))
        form = NewPasswordForm(posted(request), user=user)
        if form.is_valid():
            actions.reset_password(token=token, password=form.cleaned_data["password"], at=now)
            messages.success(request, _("パスワードを設定しました。新しいパスワードでサインインしてください。"))
            return HttpResponseRedirect(reverse("auth:login"))
    except Refused as refusal:
        dead = {"why": say(refusal), "again": reverse("auth:password_reset")}
        return render(request, "auth/dead_link.html", dead, status=HTTPStatus.GONE)
    status = REFUSED if form.is_bound else HTTPStatus.OK
    values = {"form": form, "token": token, "email": user.email}
    return render(request, "auth/password_reset_confirm.html", values, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: UserRequest) -> HttpResponse:
    """Name, phone and language of the person who is signed in."""
    user = request.user
    initial = {"name": user.name, "phone": user.phone, "language": user.language}
    form = AccountForm(posted(request), initial=initial)
    if form.is_valid():
        actions.change_account(user, **form.cleaned_data)
        messages.success(request, _("保存しました。"))
        return HttpResponseRedirect(f"{reverse('auth:account')}?lang={user.language}")
    status = REFUSED if form.is_bound else HTTPStatus.OK
    return render(request, "auth/account.html", {"form": form, "dead": is_dead(user.email)}, status=status)
