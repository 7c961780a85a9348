"""What a coach, or an athlete who enters alone, may ask about one athlete: a copy of everything, or to be erased."""

from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from entries.archive import actions, erasing, rules
from entries.archive.forms import EraseForm, went_through
from entries.archive.queries import meets_to_come
from entries.archive.subject_access import hand_out
from entries.roster.decorators import TeamRequest, in_team
from entries.roster.models import Athlete, TeamKind
from tenants.models import User


def _athlete(request: TeamRequest, pk: int) -> Athlete:
    row = request.team.athletes.filter(pk=pk, erased_at__isnull=True).first()
    if row is None:
        raise Http404
    row.team = request.team
    return row


@in_team
@require_safe
def privacy(request: TeamRequest, athlete: int) -> HttpResponse:
    """What is stored, and what may be done about it."""
    return _page(request, _athlete(request, athlete), EraseForm())


def _page(request: TeamRequest, athlete: Athlete, form: EraseForm) -> HttpResponse:
    today: date = timezone.localdate()
    values = {
        "team": request.team,
        "athlete": athlete,
        "form": form,
        "meets": meets_to_come(athlete, today=today),
        "is_alone": request.team.kind == TeamKind.INDIVIDUAL,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "archive/privacy.html", values, status=status)


@in_team
@require_POST
def export(request: TeamRequest, athlete: int) -> HttpResponse:
    """Everything about this athlete as a ZIP; noted in the trail."""
    row = _athlete(request, athlete)
    content = hand_out(row, by=request.user, at=timezone.now())
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="athlete-{row.pk}.zip"'
    return answer


@in_team
@require_POST
def erase(request: TeamRequest, athlete: int) -> HttpResponse:
    """For good, once name and password are typed; all but these is kept on the page when it is refused."""
    row, form = _athlete(request, athlete), EraseForm(request.POST)
    if not form.is_valid() or not _erased(request, row, form):
        return _page(request, row, form)
    if not User.objects.filter(pk=request.user.pk, is_active=True).exists():
        logout(request)
        return render(request, "archive/gone.html")
    messages.success(request, _("選手の個人情報を削除しました。申込の記録は件数だけ残ります。"))
    return HttpResponseRedirect(reverse("roster:athletes", args=[request.team.pk]), status=HTTPStatus.SEE_OTHER)


def _erased(request: TeamRequest, athlete: Athlete, form: EraseForm) -> bool:
    """Whether it was; a refusal stands beside its field."""
    typed, now, me = form.cleaned_data, timezone.now(), request.user
    return went_through(
        form,
        ("name", lambda: rules.check_typed_name(typed["name"], athlete.full_name)),
        ("password", lambda: actions.ask_password_again(request, me, password=typed["password"], at=now)),
        ("withdraw", lambda: erasing.erase(athlete, by=me, at=now, why=typed["why"], withdraw=typed["withdraw"])),
    )
