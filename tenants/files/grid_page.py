"""The page of a grid: which rows are shown, in which state, what was typed and how it was read, and what may be mended."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.files.grid import Columns, Grid, GridRow, SheetFact, Titles
from tenants.files.sheets import ACROSS, COVERED, FORMULA, MERGED
from tenants.files.tables import text_of

PER_PAGE = 100
ALL, REFUSED = "all", "refused"
MEND = "mend-"
SAMPLES = 3
ATHLETE = gettext_lazy("選手")
NOTES: Mapping[str, str | Promise] = {
    MERGED: gettext_lazy("結合セルの値"),
    ACROSS: gettext_lazy("右のセルと結合（値はこの列だけ）"),
    COVERED: gettext_lazy("左のセルと結合（値なし）"),
    FORMULA: gettext_lazy("数式に値がありません"),
    "mended": gettext_lazy("画面で修正"),
}
RowType = TypeVar("RowType")


@dataclass(slots=True)
class ShownCell:
    """A cell as it was typed and as it was read; `read` is empty where both are the same. With a `name` it can be mended."""

    title: str
    typed: str
    read: str = ""
    error: str = ""
    note: str = ""
    name: str = ""
    value: str = ""


@dataclass(slots=True)
class ShownRow:
    """A row with its state in words, why it is refused, and what else is to be known of it."""

    number: int
    name: str
    state: str
    chip: str
    word: str
    cells: list[ShownCell] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    is_hidden: bool = False
    worn: Any = None
    """A declared shoe with what the rules say of it, as `pieces/shoe_said.html` shows it."""


@dataclass(slots=True)
class GridPage:
    """What the template shows."""

    tabs: list[tuple[str, str, int]]
    state: str
    page: Page
    before: str
    after: str
    rows: list[ShownRow]
    titles: list[str]
    grid: Grid
    counted: str
    who: str
    """What the rows are of, in a word."""
    ignored: list[str]
    """The titles of columns without a field."""

    @property
    def may_mend(self) -> bool:
        """Whether any cell on this page can be typed into."""
        return any(cell.name for row in self.rows for cell in row.cells)

    @property
    def sheets(self) -> list[tuple[int, SheetFact]]:
        """The sheets to choose from; none when there is but one."""
        return list(enumerate(self.grid.sheets)) if len(self.grid.sheets) > 1 else []

    @property
    def hidden_columns(self) -> list[str]:
        """The titles of hidden columns that are read."""
        part = self.grid.parts[0]
        return [part.titles[at] for at in self.grid.hidden_columns if at in part.columns and at < len(part.titles)]


def grid_page(
    rows: Sequence[RowType],
    grid: Grid,
    query: Mapping[str, str],
    *,
    state_of: Callable[[RowType], str],
    show: Callable[[RowType], ShownRow],
    words: Mapping[str, str | Promise],
    fields: Sequence[str],
    titles: Titles,
    who: str | Promise = ATHLETE,
) -> GridPage:
    """One page of the rows in the state that is asked for: all when they fit on a page, else those to be mended."""
    counts = dict.fromkeys(words, 0)
    for row in rows:
        counts[state_of(row)] += 1
    state = query.get("state", "")
    if state not in words and state != ALL:
        state = REFUSED if counts[REFUSED] and len(rows) > PER_PAGE else ALL
    chosen = [row for row in rows if state in (ALL, state_of(row))]
    page = Paginator(chosen, PER_PAGE).get_page(query.get("page"))
    tabs = [(ALL, _("すべて"), len(rows)), *((name, str(word), counts[name]) for name, word in words.items())]
    return GridPage(
        tabs,
        state,
        page,
        f"?state={state}&page={page.previous_page_number()}" if page.has_previous() else "",
        f"?state={state}&page={page.next_page_number()}" if page.has_next() else "",
        [show(row) for row in page.object_list],
        [str(titles.choices[name]) for name in fields],
        grid,
        _counted(len(rows), [(str(word), counts[name]) for name, word in words.items()], grid),
        str(who),
        grid.ignored,
    )


def _counted(total: int, counts: Iterable[tuple[str, int]], grid: Grid) -> str:
    """Every row that holds anything, in one sum."""
    parts = " + ".join(f"{word} {count}" for word, count in counts)
    said = _("ファイルの内容のある行: %(total)d行 = %(parts)s。") % {"total": total, "parts": parts}
    if grid.above or grid.headers:
        other = {"above": grid.above, "headers": grid.headers}
        said += _("ほかに表題 %(above)d行、見出し %(headers)d行。") % other
    return said


def shown_cells(
    row: GridRow,
    grid: Grid,
    fields: Sequence[str],
    titles: Titles,
    *,
    read: Mapping[str, str],
    errors: Mapping[str, str],
    open_for_mending: bool,
) -> list[ShownCell]:
    """The row's cells in the order of `fields`. `read` is how each was understood, in words, where that is known."""
    typed, noted = grid.typed(row), grid.noted(row)
    cells = []
    for name in fields:
        text = row.mended.get(name, typed.get(name, ""))
        understood = read.get(name, "")
        note = "mended" if name in row.mended else noted.get(name, "")
        cells.append(
            ShownCell(
                str(titles.choices[name]),
                text,
                understood if _differs(understood, text) else "",
                errors.get(name, ""),
                str(NOTES.get(note, "")),
                f"{MEND}{row.number}-{name}" if open_for_mending else "",
                text,
            )
        )
    return cells


def _differs(read: str, typed: str) -> bool:
    """Whether it is worth saying how a cell was read: not where only spaces stand elsewhere."""
    return "".join(read.split()) != "".join(typed.split())


def posted_mends(post: Mapping[str, str], titles: Titles) -> dict[int, dict[str, str]]:
    """What was typed into cells, by the number of the row and by field."""
    found: dict[int, dict[str, str]] = {}
    for key, text in post.items():
        number, _sign, name = key.removeprefix(MEND).partition("-")
        if (
            key.startswith(MEND)
            and number.isascii()
            and number.isdecimal()
            and len(number) < 9
            and name in titles.choices
        ):
            found.setdefault(int(number), {})[name] = text
    return found


def fields_in(grid: Grid, order: Iterable[str], asked: Iterable[str] = ()) -> list[str]:
    """The fields that any column fills, and those that are `asked` for because something is wrong with them, in this order."""
    used = set(asked)
    used |= {name for part in grid.parts for name in part.columns.values()}
    used |= {name for row in grid.rows for name in (*(row.fields or {}).values(), *row.mended)}
    return [name for name in order if name in used]


@dataclass(slots=True)
class ColumnChoice:
    """A column to be named by hand: its title, some of its cells, the field that it has now."""

    name: str
    title: str
    samples: list[str]
    field: str


def column_choices(grid: Grid) -> list[ColumnChoice]:
    """The columns of the first table."""
    part = grid.parts[0]
    cells = [[text_of(cell) for cell in row.cells] for row in grid.rows if row.part == 0]
    width = max([len(part.titles), *(len(row) for row in cells[: 10 * SAMPLES])])
    return [
        ColumnChoice(
            f"column-{place}",
            part.titles[place] if place < len(part.titles) else "",
            [row[place] for row in cells if place < len(row) and row[place]][:SAMPLES],
            part.columns.get(place, ""),
        )
        for place in range(width)
    ]


def posted_columns(post: Mapping[str, str], titles: Titles, *, width: int) -> Columns:
    """The columns that were chosen by hand; of two with one field the first."""
    found: Columns = {}
    for place in range(width):
        name = post.get(f"column-{place}", "")
        if name in titles.choices and name not in found.values():
            found[place] = name
    return found
