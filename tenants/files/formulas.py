"""Cells whose formula has no value in the file: what stands there is not what anybody sees, so no row is read from it."""

from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.files.grid import Grid, GridRow
from tenants.files.sheets import FORMULA
from tenants.refusal import Refused

wording.register(
    {"cell_formula": _("数式の値がファイルにありません。Excelで開いて保存し直すか、値を入力してください。")}
)


def without_value(row: GridRow, grid: Grid) -> dict[str, Refused]:
    """The row's fields that only a formula fills, until they are mended."""
    noted = grid.noted(row)
    return {name: Refused("cell_formula") for name, note in noted.items() if note == FORMULA and name not in row.mended}
