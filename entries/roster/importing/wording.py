"""What stands in our roster files and previews, in words."""

from collections.abc import Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.roster.importing.columns import COLUMNS, PARTS, ROSTER_TITLES, shown_title
from entries.roster.importing.import_plan import CHANGED, LEFT, NEW, REFUSED, UNCHANGED, Planned, Reason
from entries.roster.queries import shown
from tenants.files.grid import Grid
from tenants.files.grid_page import ShownRow, fields_in, shown_cells
from tenants.refusal import Refused
from tenants.wording import say

FIELDS = [column.field for column in COLUMNS]
HEADER = [column.title for column in COLUMNS]
SHEET, NOTES_SHEET = "名簿", "記入方法"
REASON = "取り込めなかった理由"
STATE_WORDS: dict[str, str | Promise] = {
    REFUSED: gettext_lazy("取り込めない行"),
    NEW: gettext_lazy("新規"),
    CHANGED: gettext_lazy("変更"),
    UNCHANGED: gettext_lazy("変更なし"),
}


CHIPS = {REFUSED: "bad", NEW: "ok", CHANGED: "wait", UNCHANGED: "off"}
ORDER = list(ROSTER_TITLES.choices)


def shown_row(row: Planned, grid: Grid, fields: Sequence[str], *, may_mend: bool) -> ShownRow:
    """A row as a reader sees it, in the reader's language."""
    typed = grid.typed(row.grid)
    cells = shown_cells(
        row.grid,
        grid,
        fields,
        ROSTER_TITLES,
        read={name: shown(name, value) for name, value in row.values.items()},
        errors={place_of(reason[0], fields): words(reason) for reason in reversed(row.reasons)},
        open_for_mending=may_mend and row.state == REFUSED,
    )
    beside = [reason for reason in row.reasons if place_of(reason[0], fields) not in fields]
    return ShownRow(
        row.number,
        row.name or typed.get("name", ""),
        row.state,
        CHIPS[row.state],
        str(STATE_WORDS[row.state]),
        cells,
        [f"{_column(reason[0])}: {words(reason)}" for reason in beside],
        [words(reason) for reason in row.warnings],
        [(_column(name), before, after) for name, before, after in row.changes] if row.state == CHANGED else [],
        row.grid.is_hidden,
    )


def place_of(field: str, fields: Sequence[str]) -> str:
    """The column in which a field is typed: 姓 stands in 氏名 where there is no column of its own."""
    joint = next((whole for whole, parts in PARTS.items() if field in parts and whole in fields), "")
    return field if field in fields or not joint else joint


def fields_shown(grid: Grid, rows: Iterable[Planned]) -> list[str]:
    """The columns of the file, and of what its rows lack."""
    there = fields_in(grid, ORDER)
    lacking = {place_of(reason[0], there) for row in rows for reason in row.reasons}
    return fields_in(grid, ORDER, lacking)


def _column(field: str) -> str:
    return _("名簿に戻す") if field == LEFT else shown_title(field)


def words(reason: Reason) -> str:
    """A stored reason in the reader's language."""
    return say(Refused(reason[1], **reason[2]))


def refused_table(rows: Iterable[Planned], grid: Grid) -> tuple[list[str], list[Sequence[str]]]:
    """The refused rows as they were, mended where they were, with a column of reasons in front."""
    refused = [row for row in rows if row.state == REFUSED]
    texts = [dict(grid.titled(row.grid)) for row in refused]
    titles = list(dict.fromkeys(title for row in texts for title in row)) or HEADER
    said = [" ".join(f"{_column(reason[0])}: {words(reason)}" for reason in row.reasons) for row in refused]
    return [REASON, *titles], [
        [why, *(row.get(title, "") for title in titles)] for why, row in zip(said, texts, strict=True)
    ]


def instructions() -> list[list[str]]:
    general = [
        _("1行に1名。見出しの順番は変えても、列を減らしてもかまいません。"),
        _("同じ選手はJAAF ID、なければ氏名と生年月日で見分けます。同じファイルを2回取り込んでも二重になりません。"),
        _("空欄の項目は、いま名簿にある内容のまま変わりません。"),
        _("取り込む前に、追加・変更・取り込めない行を画面で確認できます。"),
    ]
    return [
        [_("列"), _("記入のしかた")],
        *([column.shown, str(column.help)] for column in COLUMNS),
        *(["", text] for text in general),
    ]
