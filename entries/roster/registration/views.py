from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from entries.roster.athlete_fields import print_warnings
from entries.roster.models import TeamKind
from entries.roster.prefectures import PREFECTURE_CHOICES
from entries.roster.registration import actions
from entries.roster.registration.forms import AthleteForm, RegistrationForm, TeamForm
from tenants.refusal import Refused
from tenants.signin import links, rules
from tenants.signin.decorators import private
from tenants.signin.forms import posted
from tenants.signin.models import Purpose
from tenants.switches.models import Function
from tenants.switches.wording import stopped_notice
from tenants.wording import say


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Fill in a registration; `kind=individual` is an athlete who enters alone."""
    asked = (request.POST if request.method == "POST" else request.GET).get("kind", "")
    alone = asked == TeamKind.INDIVIDUAL
    form: RegistrationForm = (AthleteForm if alone else TeamForm)(posted(request))
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return _form_page(request, form, alone, status)
    filled, password = form.registration(), form.cleaned_data["password"]
    try:
        issued = actions.register(request, filled, password=password, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, say(refusal))
        return _form_page(request, form, alone, HTTPStatus.CONFLICT)
    shown = links.address(reverse("registration:confirm"), issued.token) if rules.shows_links() else ""
    values = {"email": filled.email, "link": shown, "unprinted": _unprinted(filled)}
    return render(request, "auth/mailed.html", values)


def _unprinted(filled: actions.Registration) -> list[str]:
    """What of the names of who registers will not stand on paper as it was typed, in words."""
    return [say(refusal) for refusal in print_warnings(filled.team["name"], filled.team["short_name"])]


def _form_page(request: HttpRequest, form: RegistrationForm, alone: bool, status: int) -> HttpResponse:
    values = {"form": form, "alone": alone, "stopped": stopped_notice(Function.REGISTRATION)}
    return render(request, "auth/register.html", values, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Show what will be registered; the button does it. Opening the page uses nothing up: mail scanners open links."""
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")
    now = timezone.now()
    try:
        if request.method == "POST":
            actions.confirm(request, token=token, at=now)
            return HttpResponseRedirect(reverse("roster:teams"))
        filled = actions.waiting(links.find(Purpose.REGISTER, token, at=now))
    except Refused as refusal:
        again = reverse("auth:login" if refusal.code == "account_exists" else "registration:register")
        return render(request, "auth/dead_link.html", {"why": say(refusal), "again": again}, status=HTTPStatus.GONE)
    values = {
        "filled": filled,
        "unprinted": _unprinted(filled),
        "token": token,
        "kind": TeamKind(filled.team["kind"]).label,
        "prefecture": dict(PREFECTURE_CHOICES).get(filled.team["prefecture"], ""),
    }
    return render(request, "auth/register_confirm.html", values)
