"""Following an invitation. The link came by mail, so it stands for the address it was sent to."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from entries.roster import actions, rules
from entries.roster.forms import JoinForm
from tenants.models import User
from tenants.refusal import Refused
from tenants.signin import links
from tenants.signin.actions import open_session
from tenants.signin.decorators import private
from tenants.signin.forms import posted
from tenants.signin.models import OneTimeLink, Purpose
from tenants.wording import say


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """GET shows a button, because mail scanners open links; POST joins.

    Who is not signed in signs in first, or, when the invited address has no account, makes one right here.
    """
    token = request.GET.get("token", "")
    try:
        link = links.find(Purpose.INVITE, token, at=timezone.now())
        team = rules.invited_team(link)
        if isinstance(request.user, User):
            return _as_user(request, request.user, link, token, {"team": team, "link": link})
        return _as_stranger(request, link, token, {"team": team, "link": link})
    except Refused as refusal:
        return render(request, "roster/join_dead.html", {"why": say(refusal)}, status=HTTPStatus.GONE)


def _as_user(
    request: HttpRequest, user: User, link: OneTimeLink, token: str, values: dict[str, object]
) -> HttpResponse:
    if user.must_change_password:
        return HttpResponseRedirect(reverse("auth:password_change"))
    try:
        rules.check_is_invited(link, user)
    except Refused as refusal:
        return render(request, "roster/join_dead.html", {"why": say(refusal)}, status=HTTPStatus.FORBIDDEN)
    if request.method == "POST":
        try:
            team = actions.join(user, token=token, at=timezone.now())
        except Refused as refusal:
            return render(request, "roster/join_dead.html", {"why": say(refusal)}, status=HTTPStatus.FORBIDDEN)
        messages.success(request, _("「%(team)s」のメンバーになりました。") % {"team": team.name})
        return HttpResponseRedirect(reverse("roster:team", args=[team.pk]))
    return render(request, "roster/join.html", values)


def _as_stranger(request: HttpRequest, link: OneTimeLink, token: str, values: dict[str, object]) -> HttpResponse:
    here = f"{reverse('roster:join')}?{urlencode({'token': token})}"
    if User.objects.filter(email=link.email).exists():
        login = f"{reverse('auth:login')}?{urlencode({'next': here, 'email': link.email})}"
        return render(request, "roster/join.html", {**values, "login": login})
    form = JoinForm(posted(request), user=User(email=link.email))
    if form.is_valid():
        user = actions.join_as_new(
            token=token,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            language=(get_language() or "ja")[:2],
            at=timezone.now(),
        )
        open_session(request, user)
        return HttpResponseRedirect(reverse("roster:teams"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "roster/join.html", {**values, "form": form}, status=status)
