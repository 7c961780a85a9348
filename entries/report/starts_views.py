"""The starts of a meet as a workbook: written out, read again, shown with each difference, and made so."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from entries.heat.edit_actions import apply_edits
from entries.heat.edits import Wish
from entries.heat.queries import how_many_start
from entries.heat.rules import may_change
from entries.meet.desk import meet_at_desk
from entries.meet.models import Meet, Race
from entries.report.printing import note_export
from entries.report.starts_compared import CHANGED, REFUSED, UNCHANGED, Compared, compare
from entries.report.starts_file import TITLES, starts_xlsx
from tenants.desk.base import user_of
from tenants.desk.composed import ComposedAdmin
from tenants.files.grid import lay_grid
from tenants.files.incoming import incoming
from tenants.files.tables import MAX_ROWS, XLSX_TYPE
from tenants.refusal import Refused
from tenants.switches.models import Function
from tenants.switches.rules import check_not_stopped
from tenants.wording import say

SALT = "starts-file"
CHANGED_MEANWHILE = ("board_changed", "board_changed_somehow", "edits_changed")
LOOKED_AT_FOR = 3600
"""Seconds for which differences that were shown can be made so."""


def starts_file(desk: ComposedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page, and its three buttons."""
    return _starts_file(request, desk, object_id)


@require_http_methods(["GET", "HEAD", "POST"])
def _starts_file(request: HttpRequest, desk: ComposedAdmin, object_id: str) -> HttpResponse:
    meet = meet_at_desk(desk, request, object_id)
    if request.method != "POST":
        return _page(request, desk, meet)
    try:
        if "download" in request.POST:
            return _file(request, meet)
        if "apply" in request.POST:
            return _apply(request, desk, meet)
        return _page(request, desk, meet, compared=_compared(request, meet))
    except Refused as refusal:
        status = 409 if refusal.code in CHANGED_MEANWHILE else 422
        return _page(request, desk, meet, problem=say(refusal), status=status)


def _file(request: HttpRequest, meet: Meet) -> HttpResponse:
    """By POST: whoever takes names out of the site stands in the trail. Raises Refused("starts_many") for more than a file that is
    read may hold, unless one race is chosen."""
    race = next((race for race in _races(meet) if str(race.pk) == request.POST.get("race")), None)
    if race is None and how_many_start(meet) > MAX_ROWS:
        raise Refused("starts_many", limit=MAX_ROWS)
    note_export(meet, _("スタートリスト（Excel）"), by=user_of(request))
    answer = HttpResponse(starts_xlsx(meet, race=race), content_type=XLSX_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{meet.slug}-starts.xlsx"'
    return answer


def _races(meet: Meet) -> list[Race]:
    return list(Race.objects.filter(meet=meet).in_programme_order())


def _compared(request: HttpRequest, meet: Meet) -> Compared:
    check_not_stopped(Function.UPLOADS)
    sent = incoming(request.FILES.get("file"), request.POST.get("pasted", ""))
    if sent is None:
        raise Refused("upload_no_file")
    grid = lay_grid(sent.sheets, TITLES)
    if not grid.is_understood:
        raise Refused("starts_columns")
    return compare(meet, grid)


def _apply(request: HttpRequest, desk: ComposedAdmin, meet: Meet) -> HttpResponse:
    by = user_of(request)
    try:
        seen = signing.loads(request.POST["apply"], salt=SALT, max_age=LOOKED_AT_FOR)
    except signing.BadSignature as error:
        raise Refused("starts_expired") from error
    if (seen["meet"], seen["by"]) != (meet.pk, by.pk):
        raise Refused("starts_expired")
    count = apply_edits(
        meet=meet,
        wishes=[Wish(*wish) for wish in seen["wishes"]],
        versions=dict(seen["versions"]),
        bibs=dict(seen["bibs"]),
        by=by,
        at=timezone.now(),
        why=_("Excelファイルから"),
    )
    said = ngettext("%(count)d名の変更を反映しました。", "%(count)d名の変更を反映しました。", count) % {"count": count}
    desk.message_user(request, said, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:entries_meet_programme", args=[meet.pk]))


def _sealed(meet: Meet, compared: Compared, request: HttpRequest) -> str:
    """What was shown, signed: numbers alone, no name. Nothing is kept on the site until it is made so."""
    seen = {
        "meet": meet.pk, "by": user_of(request).pk, "wishes": compared.wishes, "bibs": list(compared.bibs.items()),
        "versions": list(compared.versions.items()),
    }  # fmt: skip
    return signing.dumps(seen, salt=SALT, compress=True)


def _page(
    request: HttpRequest,
    desk: ComposedAdmin,
    meet: Meet,
    *,
    compared: Compared | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    values: dict[str, Any] = {
        **desk.admin_site.each_context(request), "opts": desk.opts, "meet": meet, "title": _("Excelで編集"), "problem": problem,
        "may_change": may_change(meet, at=timezone.now()), "compared": compared,
        "races": _races(meet),
    }  # fmt: skip
    if compared:
        rows = {state: compared.of(state) for state in (CHANGED, UNCHANGED, REFUSED)}
        values |= {
            "rows": compared.rows, "changed": rows[CHANGED], "unchanged": rows[UNCHANGED],
            "refused": [(row, [say(why) for why in row.reasons]) for row in rows[REFUSED]],
            "sealed": _sealed(meet, compared, request) if rows[CHANGED] else "",
        }  # fmt: skip
    return TemplateResponse(request, "admin/report/starts.html", values, status=status)
