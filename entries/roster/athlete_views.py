"""The roster: list, add, change, take off, put back."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from entries.roster import athlete_actions, queries, rules
from entries.roster.athlete_actions import AthleteRefused
from entries.roster.athlete_fields import completed, name_warnings, needs_guardian
from entries.roster.decorators import TeamRequest, in_team
from entries.roster.forms import AthleteForm, initial_of
from entries.roster.models import Athlete, Sex
from entries.roster.romaji import romaji
from tenants.decorators import UserRequest, signed_in
from tenants.refusal import Refused
from tenants.signin.forms import posted
from tenants.wording import say

PER_PAGE = 50
STATE = ("q", "sex", "grade", "sort", "show")
"""What the address of the list remembers, beside the page."""


@in_team
@require_safe
def athletes(request: TeamRequest) -> HttpResponse:
    """The roster: searched, filtered, sorted and paged by the address."""
    asked = {name: request.GET.get(name, "")[:100] for name in STATE}
    rows = queries.listed(
        request.team,
        q=asked["q"],
        sex=asked["sex"],
        grade=asked["grade"],
        sort=asked["sort"],
        left=asked["show"] == "left",
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    no_consent = {row.pk for row in page if needs_guardian(row.birth_date, today=today) and not row.guardian_consent_at}
    values = {
        "no_consent": no_consent, "team": request.team, "page": page, "asked": asked, "sexes": Sex.choices,
        "grades": queries.grades(request.team), "sorts": {name: _sorted(asked, name) for name in queries.ORDERS},
        "before": _address(asked, page.previous_page_number()) if page.has_previous() else "",
        "after": _address(asked, page.next_page_number()) if page.has_next() else "",
        "back": _query(asked, page.number), "is_filtered": any(asked[name] for name in ("q", "sex", "grade")),
    }  # fmt: skip
    return render(request, "roster/athletes.html", values)


def _query(asked: dict[str, str], page: int = 1) -> str:
    query = QueryDict(mutable=True)
    for name in STATE:
        if asked.get(name):
            query[name] = asked[name]
    if page > 1:
        query["page"] = str(page)
    return query.urlencode()


def _address(asked: dict[str, str], page: int = 1) -> str:
    return f"?{_query(asked, page)}"


def _sorted(asked: dict[str, str], name: str) -> dict[str, str]:
    """A column's heading: where it leads, and how it is sorted now (as aria-sort says it)."""
    now = asked["sort"] or "kana"
    turned = f"-{name}" if now == name else name
    state = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
    return {"address": _address(asked | {"sort": "" if turned == "kana" else turned}), "state": state}


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def new_athlete(request: TeamRequest) -> HttpResponse:
    """Put an athlete on the roster."""
    form = AthleteForm(posted(request), initial={"nationality": "JPN"})
    if form.is_valid() and _saved(request, form, None):
        name = f"{form.cleaned_data['family_name']} {form.cleaned_data['given_name']}".strip()
        messages.success(request, _("%(name)sさんを名簿に登録しました。") % {"name": name})
        _say_what_to_check(request, form)
        if "another" in request.POST:
            return HttpResponseRedirect(reverse("roster:new_athlete", args=[request.team.pk]))
        return _to_the_list(request)
    return _form_page(request, form, None)


def _say_what_to_check(request: TeamRequest, form: AthleteForm) -> None:
    """What a spreadsheet dropped of a JAAF ID is put back, and said, since a digit may be missing elsewhere. So is what
    of a name will not stand on paper as it was typed."""
    for refusal in name_warnings(form.cleaned_data):
        messages.warning(request, say(refusal))
    jaaf_id = form.cleaned_data["jaaf_id"]
    if 0 < sum(letter.isdecimal() for letter in form["jaaf_id"].data or "") < len(jaaf_id):
        said = _("JAAF IDの先頭の0を補い、%(jaaf_id)sとして保存しました。番号をご確認ください。")
        messages.warning(request, said % {"jaaf_id": jaaf_id})


@in_team
@require_http_methods(["GET", "HEAD", "POST"])
def edit_athlete(request: TeamRequest, athlete: int) -> HttpResponse:
    row = _athlete(request, athlete)
    form = AthleteForm(posted(request), initial=initial_of(row))
    if form.is_valid() and _saved(request, form, row):
        messages.success(request, _("%(name)sさんの情報を保存しました。") % {"name": row.full_name})
        _say_what_to_check(request, form)
        return _to_the_list(request)
    return _form_page(request, form, row)


def _athlete(request: TeamRequest, pk: int) -> Athlete:
    row = request.team.athletes.filter(pk=pk, erased_at__isnull=True).first()
    if row is None:
        raise Http404
    row.team = request.team
    return row


def _saved(request: TeamRequest, form: AthleteForm, athlete: Athlete | None) -> bool:
    """Save, unless a field is refused, or the athlete looks like somebody on the roster and nobody said otherwise."""
    values, now, today = form.values(), timezone.now(), timezone.localdate()
    refused = rules.check_athlete(request.team, completed(values), but=athlete, today=today)
    known = initial_of(athlete) if athlete else {}
    is_renamed = any(known.get(name) != values[name] for name in ("family_kana", "given_kana", "birth_date"))
    if is_renamed and not refused and not form.cleaned_data["same_kana_ok"]:
        form.alike = rules.same_kana(request.team, values, but=athlete)
    if refused or form.alike is not None:
        form.refuse(refused)
        return False
    try:
        if athlete is None:
            athlete_actions.add_athlete(request.team, values=values, by=request.user, at=now, today=today)
        else:
            athlete_actions.change_athlete(athlete, values=values, by=request.user, at=now, today=today)
    except AthleteRefused as refusal:
        form.refuse(refusal.refused)
        return False
    return True


def _form_page(request: TeamRequest, form: AthleteForm, athlete: Athlete | None) -> HttpResponse:
    values: dict[str, Any] = {"form": form, "team": request.team, "athlete": athlete, "back": _back(request)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "roster/athlete_form.html", values, status=status)


def _to_the_list(request: TeamRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("roster:athletes", args=[request.team.pk]) + _back(request))


def _back(request: TeamRequest) -> str:
    """The query of the list from which somebody came: only names and values that the list itself knows."""
    typed = QueryDict((request.POST.get("back") or request.GET.get("back") or "").removeprefix("?")[:1000])
    page = typed.get("page", "")
    query = _query(
        {name: typed.get(name, "") for name in STATE}, int(page) if page.isdecimal() and len(page) < 6 else 1
    )
    return f"?{query}" if query else ""


@in_team
@require_POST
def take_off(request: TeamRequest, athlete: int) -> HttpResponse:
    """Off the roster; nothing is deleted, and it can be undone."""
    row = _athlete(request, athlete)
    if athlete_actions.take_off(row, by=request.user, at=timezone.now()):
        text = _("%(name)sさんを名簿から外しました。「名簿から外した選手」からいつでも戻せます。")
        messages.success(request, text % {"name": row.full_name})
    return _to_the_list(request)


@in_team
@require_POST
def put_back(request: TeamRequest, athlete: int) -> HttpResponse:
    row = _athlete(request, athlete)
    try:
        if athlete_actions.put_back(row, by=request.user):
            messages.success(request, _("%(name)sさんを名簿に戻しました。") % {"name": row.full_name})
    except Refused as refusal:
        messages.error(request, say(refusal))
    return _to_the_list(request)


@signed_in
@require_safe
def suggest_romaji(request: UserRequest) -> JsonResponse:
    """Romaji of `kana`, for the form while typing: the one rule, asked over the network."""
    return JsonResponse({"romaji": romaji(request.GET.get("kana", "")[:60])})
