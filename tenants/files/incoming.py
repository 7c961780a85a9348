"""What somebody sent to be imported: a file, or a block that was pasted. Both are read alike."""

import io
from collections.abc import Mapping
from typing import NamedTuple

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from tenants import wording
from tenants.files.grid import Grid, Remembered, Titles, lay_grid, map_by_hand, mend
from tenants.files.grid_page import posted_columns, posted_mends
from tenants.files.sheets import Sheet, read_pasted, read_sheets
from tenants.files.stored_cells import storable
from tenants.refusal import Refused

LONGEST_NAME = 200

wording.register(
    {"grid_sheet_gone": _("このファイルの別のシートはもう選べません。ファイルをもう一度アップロードしてください。")}
)


class Incoming(NamedTuple):
    """The sheets, what the file is called (nothing for a paste), and its bytes while another sheet may be chosen."""

    sheets: list[Sheet]
    name: str
    content: bytes | None


def incoming(file: File | None, pasted: str) -> Incoming | None:
    """None when nothing was sent. Raises Refused for what cannot be read."""
    if file is not None:
        name = storable(file.name or "")
        sheets = read_sheets(file, name)
        file.seek(0)
        return Incoming(sheets, name[:LONGEST_NAME], file.read() if len(sheets) > 1 else None)
    return Incoming(read_pasted(pasted), "", None) if pasted.strip() else None


def changed_grid(
    grid: Grid,
    post: Mapping[str, str],
    titles: Titles,
    memory: Remembered,
    content: bytes | memoryview | None,
    name: str,
) -> Grid:
    """The grid after what was posted: another `sheet`, its `columns` named by hand, or cells that were mended.

    Raises Refused("grid_sheet_gone") when the file is no longer kept.
    """
    if "sheet" in post:
        if content is None:
            raise Refused("grid_sheet_gone")
        sheet = post["sheet"]
        chosen = int(sheet) if sheet.isascii() and sheet.isdecimal() and len(sheet) < 4 else None
        return lay_grid(read_sheets(io.BytesIO(bytes(content)), name), titles, chosen=chosen, remembered=memory)
    if "columns" in post:
        width = max([len(grid.parts[0].titles), *(len(row.cells) for row in grid.rows)])
        map_by_hand(grid, posted_columns(post, titles, width=width), titles)
        return grid
    rows = {row.number: row for row in grid.rows}
    for number, texts in posted_mends(post, titles).items():
        if number in rows:
            mend(rows[number], grid, texts)
    return grid
