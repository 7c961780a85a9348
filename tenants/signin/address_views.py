"""The account's mail address: does mail arrive there, confirm it, move to another one."""

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
from tenants.outbox.suppression import is_dead
from tenants.refusal import Refused
from tenants.signin import actions, address, links, rules
from tenants.signin.decorators import private
from tenants.signin.forms import MoveForm, posted
from tenants.signin.models import Purpose
from tenants.wording import say

REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: UserRequest) -> HttpResponse:
    """Mail a link to the account's own address, or, with the password, to a new one."""
    user = request.user
    form = MoveForm(posted(request), user=user, initial={"email": user.email})
    if form.is_valid() and (not form.is_move or _knows_password(request, form)):
        email, at = form.cleaned_data["email"], timezone.now()
        issued = address.ask_to_confirm(request, user, email=email, at=at)
        shown = links.address(reverse("auth:address_confirm"), issued.token) if rules.shows_links() else ""
        return render(request, "auth/address_mailed.html", {"email": email, "link": shown})
    status = REFUSED if form.is_bound else HTTPStatus.OK
    return render(request, "auth/address.html", {"form": form, "dead": is_dead(user.email)}, status=status)


def _knows_password(request: UserRequest, form: MoveForm) -> bool:
    password = form.cleaned_data["password"]
    try:
        actions.check_password(request, email=request.user.email, password=password, at=timezone.now())
    except Refused:
        form.add_error("password", _("現在のパスワードが正しくありません。"))
        return False
    return True


@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the address. Opening the page uses nothing up, because mail scanners open links; the button does."""
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")
    now = timezone.now()
    try:
        link = links.find(Purpose.ADDRESS, token, at=now)
        rules.check_address_link_still_fits(link)
        if request.method == "POST":
            user = address.confirm(token=token, at=now)
            text = _("メールアドレス %(email)s を確認しました。お知らせはこのアドレスに届きます。")
            messages.success(request, text % {"email": user.email})
            return HttpResponseRedirect(reverse("auth:account" if request.user.is_authenticated else "auth:login"))
    except Refused as refusal:
        dead = {"why": say(refusal), "again": reverse("auth:address")}
        return render(request, "auth/dead_link.html", dead, status=HTTPStatus.GONE)
    return render(request, "auth/address_confirm.html", {"email": link.email, "token": token})
