"""The rows of an entries' preview as the grid shows them: as typed, as read, and why."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from entries.entry.upload.columns import CHOICES, TITLES
from entries.entry.upload.newcomers import is_newcomer
from entries.entry.upload.people import name_in, padded
from entries.entry.upload.preview import TAKEN, UNCHANGED, WORDS, Preview, PreviewLine
from entries.marks import format_time
from entries.roster.athlete_fields import JAAF_DIGITS, jaaf_digits, print_warnings
from tenants.files.grid_page import REFUSED, GridPage, ShownRow, fields_in, grid_page, shown_cells
from tenants.files.tables import text_of
from tenants.refusal import Refused
from tenants.search_key import is_written, same_name
from tenants.wording import say

CHIPS = {REFUSED: "bad", TAKEN: "ok", UNCHANGED: "off"}


def preview_page(preview: Preview, query: Mapping[str, str]) -> GridPage:
    """The page of the grid that is asked for."""
    fields = fields_in(preview.grid, CHOICES, ["seed_time"] if preview.timeless else [])
    return grid_page(
        preview.rows,
        preview.grid,
        query,
        state_of=lambda row: row.state,
        show=lambda row: _shown(row, preview, fields),
        words=WORDS,
        fields=fields,
        titles=TITLES,
    )


def _shown(row: PreviewLine, preview: Preview, fields: list[str]) -> ShownRow:
    errors = {name: say(refusal) for name, refusal in row.refused.items() if row.state == REFUSED}
    who = next((name for name in ("name", "family_name", "jaaf_id") if name in fields), "")
    if "athlete" in errors and who:
        errors.setdefault(who, errors.pop("athlete"))
    cells = shown_cells(
        row.file_row.grid,
        preview.grid,
        fields,
        TITLES,
        read=_read(row, preview),
        errors=errors,
        open_for_mending=row.state == REFUSED or row.is_timeless,
    )
    beside = [text for name, text in errors.items() if name not in fields]
    return ShownRow(
        row.file_row.number,
        row.file_row.who,
        row.state,
        CHIPS[row.state],
        str(WORDS[row.state]),
        cells,
        beside,
        _notes(row, preview),
        worn=row.worn if row.worn.said else None,
        is_hidden=row.file_row.grid.is_hidden,
    )


def _read(row: PreviewLine, preview: Preview) -> dict[str, str]:
    """What was understood of each cell, where anything was."""
    found = {}
    if row.file_row.row.athlete:
        found = {"name": row.file_row.who, "kana": row.file_row.kana}
    if row.file_row.row.race:
        found["race"] = row.file_row.race
    for name in ("seed_time", "personal_best"):
        if time := getattr(row.line, name):
            found[name] = format_time(time)
    jaaf_id = jaaf_digits(text_of(preview.grid.said(row.file_row.grid).get("jaaf_id")))
    if row.file_row.row.athlete and jaaf_id:
        found["jaaf_id"] = padded(jaaf_id)
    if row.worn.said:
        found["shoe"] = row.worn.text
    return found


def _notes(row: PreviewLine, preview: Preview) -> list[str]:
    notes = []
    if row.file_row.is_idle:
        notes.append(_("種目が空欄（申し込みません）"))
    elif row.is_held:
        notes.append(say(Refused("duplicate", race=row.file_row.race)))
    if row.is_timeless:
        notes.append(_("申告タイムが空欄です。入力しなければタイムなし（NT）になります。"))
    said = preview.grid.said(row.file_row.grid)
    typed, name = jaaf_digits(text_of(said.get("jaaf_id"))), name_in(said)
    who = row.file_row.who
    if row.file_row.row.athlete and same_name(name, who) and not is_written(name, who):
        notes.append(say(Refused("athlete_other_form", name=who)))
    if row.file_row.row.athlete and 0 < len(typed) < JAAF_DIGITS:
        notes.append(_("JAAF IDの先頭の0を補いました"))
    if is_newcomer(row.file_row.row.athlete):
        notes += [say(refusal) for refusal in print_warnings(who)]
    if row.line.pacemaker and row.state == TAKEN:
        notes.append(_("ペースメーカー"))
    return notes
