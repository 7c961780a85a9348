"""Cells whose formula has no value, in the file (what stands there is not what anybody sees) or at all (what it shows is an error):
no row is read from them."""

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.files.grid import Grid, GridRow
from tenants.files.sheets import FORMULA
from tenants.files.tables import Cell, text_of
from tenants.refusal import Refused

ERRORS = frozenset(
    "#N/A #VALUE! #REF! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #UNKNOWN! #BUSY! #GETTING_DATA".split()
)
"""What Excel shows, copies and saves as CSV where a formula failed."""

wording.register(
    {
        "cell_formula": _("数式の値がファイルにありません。Excelで開いて保存し直すか、値を入力してください。"),
        "cell_error": _("セルの値がExcelのエラー（%(error)s）です。正しい値を入力してください。"),
    }
)


def error_in(cell: Cell) -> Refused | None:
    """Why a cell is not read that shows an error of Excel, in a workbook, a CSV or a paste; None for any other."""
    said = text_of(cell) if isinstance(cell, str) else ""
    return Refused("cell_error", error=said) if said in ERRORS else None


def without_value(row: GridRow, grid: Grid) -> dict[str, Refused]:
    """The row's fields that only a formula without a value fills, until they are mended."""
    failed = {name: refusal for name, cell in grid.said(row).items() if (refusal := error_in(cell))}
    noted = grid.noted(row).items()
    lacking = {name: Refused("cell_formula") for name, note in noted if note == FORMULA and name not in row.mended}
    return failed | lacking
