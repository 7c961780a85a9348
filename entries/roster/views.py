from http import HTTPStatus

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from entries.roster import actions, queries
from entries.roster.athlete_fields import print_warnings
from entries.roster.decorators import TeamRequest, in_team
from entries.roster.forms import InviteForm, TeamForm, team_initial
from entries.roster.models import Sex
from tenants.decorators import UserRequest, signed_in
from tenants.refusal import Refused
from tenants.signin.forms import posted
from tenants.throttle import attempts
from tenants.wording import say

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@signed_in
@require_safe
def teams(request: UserRequest) -> HttpResponse:
    """My teams; without one, the way to the first."""
    return render(request, "roster/teams.html", {"teams": queries.my_teams(request.user)})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: UserRequest) -> HttpResponse:
    """Add a team; who adds it is its first member."""
    initial = {"contact_name": request.user.name, "contact_email": request.user.email}
    form = TeamForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            team = actions.add_team(by=request.user, values=form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, say(refusal))
        else:
            messages.success(request, _("チームを登録しました。続けて選手を登録してください。"))
            _say_what_will_not_print(request, form)
            return HttpResponseRedirect(reverse("roster:athletes", args=[team.pk]))
    return _form_page(request, "roster/team_form.html", form)


def _say_what_will_not_print(request: HttpRequest, form: TeamForm) -> None:
    for refusal in print_warnings(form.cleaned_data["name"], form.cleaned_data["short_name"]):
        messages.warning(request, say(refusal))


@in_team
@require_safe
def team(request: TeamRequest) -> HttpResponse:
    of = {f"count_{sex}": Count("pk", filter=Q(sex=sex)) for sex in Sex.values}
    values = {
        "team": request.team,
        "counts": request.team.athletes.active().aggregate(all=Count("pk"), **of),
        "members": queries.members(request.team),
    }
    return render(request, "roster/team.html", values)


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def edit_team(request: TeamRequest) -> HttpResponse:
    form = TeamForm(posted(request), initial=team_initial(request.team))
    if form.is_valid():
        actions.change_team(request.team, by=request.user, values=form.cleaned_data)
        messages.success(request, _("チームの情報を保存しました。"))
        _say_what_will_not_print(request, form)
        return HttpResponseRedirect(reverse("roster:team", args=[request.team.pk]))
    return _form_page(request, "roster/team_form.html", form, team=request.team)


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: TeamRequest) -> HttpResponse:
    """Who may enter for the team, and inviting somebody."""
    form = InviteForm(posted(request))
    if form.is_valid():
        email, now = form.cleaned_data["email"], timezone.now()
        attempts.count(request, what="mail", account=email, limits=attempts.MAIL, at=now)
        try:
            actions.invite(request.team, email=email, by=request.user, at=now)
        except Refused as refusal:
            form.add_error("email", say(refusal))
        else:
            messages.success(request, _("%(email)s に招待メールを送ります。") % {"email": email})
            return HttpResponseRedirect(reverse("roster:members", args=[request.team.pk]))
    values = {
        "team": request.team,
        "members": queries.members(request.team),
        "invitations": queries.open_invitations(request.team, at=timezone.now()),
    }
    return _form_page(request, "roster/members.html", form, **values)


@in_team
@require_POST
def remove_member(request: TeamRequest, member: int) -> HttpResponse:
    """Take somebody off the team; who leaves by themselves ends on the list of teams."""
    row = queries.members(request.team).filter(pk=member).first()
    if row is None:
        raise Http404
    try:
        actions.remove_member(request.team, row, by=request.user)
    except Refused as refusal:
        messages.error(request, say(refusal))
    else:
        messages.success(request, _("%(name)sさんをメンバーから外しました。") % {"name": row.user.name})
        if row.user == request.user:
            return HttpResponseRedirect(reverse("roster:teams"))
    return HttpResponseRedirect(reverse("roster:members", args=[request.team.pk]))


@in_team
@require_POST
def withdraw_invitation(request: TeamRequest, link: int) -> HttpResponse:
    row = queries.open_invitations(request.team, at=timezone.now()).filter(pk=link).first()
    if row is None:
        raise Http404
    actions.withdraw_invitation(request.team, row, by=request.user, at=timezone.now())
    messages.success(request, _("%(email)s への招待を取り消しました。") % {"email": row.email})
    return HttpResponseRedirect(reverse("roster:members", args=[request.team.pk]))


def _form_page(request: HttpRequest, template: str, form: TeamForm | InviteForm, **values: object) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound else HTTPStatus.OK
    return render(request, template, {"form": form, **values}, status=status)
