"""The entry list of a meet as a file."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.shoes.verdict import Verdict
from catalog.shoes.wording import said
from entries.entry import queue_actions
from entries.entry.desk import queries
from entries.entry.models import EntryState
from entries.entry.shoes import verdicts_of
from entries.marks import format_time
from entries.meet.models import Meet
from tenants.desk.base import is_id, user_of
from tenants.files.tables import CSV_TYPE, XLSX_TYPE, Duration, write_csv, write_typed_xlsx
from tenants.models import User
from tenants.throttle.slots import slot


def export_view(owner: Any, request: HttpRequest) -> HttpResponse:
    """All entries of `?meet=`, as CSV or with `?format=xlsx` as a workbook with typed cells; noted in the trail, since it
    takes personal data out. 404 for a meet out of scope. Raises AllTaken."""
    chosen = request.GET.get("meet", "")
    if not chosen:
        owner.message_user(request, _("先に絞り込みで大会を選んでください。"), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:entries_entry_changelist"))
    meet = Meet.objects.filter(pk=int(chosen)).first() if is_id(chosen) else None
    if meet is None:
        raise Http404
    with slot(user_of(request).pk):
        return _made(meet, by=user_of(request), as_workbook=request.GET.get("format") == "xlsx")


def _made(meet: Meet, *, by: User, as_workbook: bool) -> HttpResponse:
    entries = list(queries.entries_for_export(meet))
    worn = verdicts_of(entries)
    rows = [_row(meet, entry, worn.get(entry.pk)) for entry in entries]
    queue_actions.note_export(meet, rows=len(rows), by=by)
    if as_workbook:
        titles = [*_header(), _("種目名（英語）")]
        cells = [[*row, entry.race.name_en] for row, entry in zip(rows, entries, strict=True)]
        return _file(write_typed_xlsx(titles, cells, title=_("申込")), XLSX_TYPE, f"entries-{meet.slug}.xlsx")
    plain = [[_plain(cell) for cell in row] for row in rows]
    return _file(write_csv(_header(), plain), CSV_TYPE, f"entries-{meet.slug}.csv")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _header() -> list[str]:
    return [
        _("種目"), _("受付順"), _("状態"), _("氏名"), _("フリガナ"), _("性別"), _("学年"), _("チーム"), _("都道府県"),
        _("申告タイム"), _("自己ベスト"), _("ペースメーカー"), "JAAF ID", _("登録番号"), _("受付番号"),
        _("シューズ"), _("シューズの判定"), _("参加料（円）"), _("申込日時"),
    ]  # fmt: skip


def _row(meet: Meet, entry: Any, shoe: Verdict | None) -> list[object]:
    """An entry's cells: text where zeros or letters matter, a number or a time where somebody may want to reckon."""
    athlete, team = entry.athlete, entry.submission.team
    return [
        entry.race.name, entry.ticket, EntryState(entry.state).label, athlete.full_name, athlete.full_kana, athlete.get_sex_display(),
        athlete.grade, team.printed_name, team.get_prefecture_display(), _time(entry.seed_time),
        _time(entry.personal_best), _("○") if entry.pacemaker else "", athlete.jaaf_id,
        athlete.registration_number, entry.submission.reference, entry.shoe_declared, said(shoe).word if shoe else "",
        entry.fee, entry.entered_at.astimezone(meet.zone),
    ]  # fmt: skip


def _time(hundredths: int | None) -> Duration | None:
    return None if hundredths is None else Duration(hundredths)


def _plain(cell: object) -> object:
    if isinstance(cell, Duration):
        return format_time(cell.hundredths)
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell
