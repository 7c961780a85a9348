"""The rows of a preview of products as the grid shows them: as typed, as read, what changes, and why one is refused."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from catalog.fields import FIELDS
from catalog.importing.columns import TITLES, known_titles, same
from catalog.importing.laying import exact_text
from catalog.importing.planned import CHANGED, NEW, REFUSED, UNCHANGED, PlannedRow, Reason
from catalog.keys import fold
from catalog.values import is_empty, label, printed
from tenants.files.grid import Grid, GridRow
from tenants.files.grid_page import GridPage, ShownCell, ShownRow, fields_in, grid_page, shown_cells
from tenants.refusal import Refused
from tenants.wording import say

WORDS: dict[str, str | Promise] = {
    REFUSED: pgettext_lazy("import", "取り込めない行"),
    NEW: pgettext_lazy("import", "新規"),
    CHANGED: pgettext_lazy("import", "変更"),
    UNCHANGED: pgettext_lazy("import", "変更なし"),
}
CHIPS = {REFUSED: "bad", NEW: "ok", CHANGED: "wait", UNCHANGED: "off"}


def product_page(grid: Grid, rows: Sequence[PlannedRow], query: Mapping[str, str]) -> GridPage:
    """The page of the grid that is asked for. Columns without a field of their own stand last, as they are kept."""
    fields = fields_in(grid, TITLES.choices, {reason[0] for row in rows for reason in row.reasons})
    rest = _rest(grid)
    page = grid_page(
        rows,
        grid,
        query,
        state_of=lambda row: row.state,
        show=lambda row: _shown(row, grid, fields, rest),
        words=WORDS,
        fields=fields,
        titles=TITLES,
        who=pgettext_lazy("one", "商品"),
    )
    page.titles += rest
    page.ignored = rest
    return page


def _rest(grid: Grid) -> list[str]:
    """The titles of columns that become further facts of a product."""
    known = known_titles()
    titles = [
        title
        for part in grid.parts
        for place, title in enumerate(part.titles)
        if title and place not in part.columns and known.get(same(title)) != ""
    ]
    return list(dict.fromkeys(titles))


def _shown(row: PlannedRow, grid: Grid, fields: Sequence[str], rest: Sequence[str]) -> ShownRow:
    errors = {reason[0]: _words(reason) for reason in row.reasons if reason[0] in fields}
    said = {name: exact_text(cell) for name, cell in grid.said(row.grid).items()}
    cells = shown_cells(
        row.grid,
        grid,
        fields,
        TITLES,
        read={name: _read(name, text) for name, text in said.items()},
        errors=errors,
        open_for_mending=row.state == REFUSED,
    )
    there = grid.columns_of(row.grid).values()
    for name, cell in zip(fields, cells, strict=True):
        cell.name = cell.name if name in there else ""
    return ShownRow(
        row.grid.number,
        row.key or " ".join(said.get(name, "") for name in ("brand", "reference")).strip(),
        row.state,
        CHIPS[row.state],
        str(WORDS[row.state]),
        [*cells, *(_rest_cell(row.grid, grid, title) for title in rest)],
        [_beside(reason) for reason in row.reasons if reason[0] not in fields],
        changes=[(label(name), printed(name, before), printed(name, after)) for name, before, after in row.changes],
        is_hidden=row.grid.is_hidden,
    )


def _read(name: str, text: str) -> str:
    """A cell as it was understood, in words; empty where it was not."""
    if name not in FIELDS:
        return fold(text)
    try:
        value = FIELDS[name].read(text.strip())
    except Refused:
        return ""
    return "" if is_empty(value) else printed(name, value)


def _rest_cell(row: GridRow, grid: Grid, title: str) -> ShownCell:
    titles = grid.parts[row.part].titles
    place = titles.index(title) if title in titles else len(row.cells)
    return ShownCell(label(title), exact_text(row.cells[place]) if place < len(row.cells) else "")


def _words(reason: Reason) -> str:
    return say(Refused(reason[2], **reason[3]))


def _beside(reason: Reason) -> str:
    return f"{reason[1]}: {_words(reason)}" if reason[1] else _words(reason)
