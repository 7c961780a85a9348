"""A file of products on its way into the catalogue, as the jobs know it: tables of good rows, refused rows, what the preview keeps.

A grid holds its rows with what was mended by hand; a CSV that is larger than one is streamed and keeps examples only.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from catalog.importing import comparing
from catalog.importing.columns import Columns
from catalog.importing.csv_rows import CsvFile
from catalog.importing.laying import columns_in, lay
from catalog.importing.merging import Merge
from catalog.importing.models import ImportFile, ImportRun
from catalog.importing.planned import CHANGED, header_over, plan, texts_under
from catalog.importing.product_rows import ProductRow
from catalog.importing.queries import kept_rows, remembered
from catalog.importing.rejected_csv import Rejected
from tenants.files.grid import Grid, Remembered
from tenants.files.tables import MAX_ROWS


class ProductFile(Protocol):
    """`read` of `total` rows were looked at, so far."""

    rejected: Rejected
    total: int

    @property
    def read(self) -> int: ...
    def tables(self) -> Iterator[tuple[Columns, Iterator[ProductRow]]]: ...
    def learn(self, merge: Merge) -> None: ...
    def sample(self) -> list[dict[str, Any]]: ...
    def kept(self) -> dict[str, Any]: ...


def opened(run: ImportRun) -> ProductFile:
    """The file of a run, as its preview keeps it, else read anew with what was mended in it. Raises Refused for one that is
    none of products."""
    memory, kept = remembered(), kept_rows(run)
    if kept is not None:
        return GridFile(kept[0], memory)
    file = ImportFile.objects.get(run=run)
    content = bytes(file.content)
    grid = lay(content, run.source, memory, sheet=run.sheet)
    if grid is None:
        return StreamedFile(content, memory)
    mended = {row["g"]["n"]: row["g"]["m"] for row in file.rows or () if "m" in row["g"]}
    for row in grid.rows:
        row.mended = mended.get(row.number, {})
    return GridFile(grid, memory)


class StreamedFile:
    """One table, read while it is staged."""

    def __init__(self, content: bytes, memory: Remembered) -> None:
        self._file = CsvFile(content, memory)
        self._sample: list[dict[str, Any]] = []
        self.rejected = Rejected(self._file.columns.titles)
        self.total = content.count(b"\n")

    @property
    def read(self) -> int:
        """Rows so far."""
        return self._file.read

    def tables(self) -> Iterator[tuple[Columns, Iterator[ProductRow]]]:
        """The one that there is."""
        yield self._file.columns, self._file.lines(self.rejected)

    def learn(self, merge: Merge) -> None:
        """Keep examples of what would change."""
        self._sample = comparing.samples(merge)

    def sample(self) -> list[dict[str, Any]]:
        """The examples."""
        return self._sample

    def kept(self) -> dict[str, Any]:
        """No rows: there are too many."""
        return {"grid": None, "rows": None}


class GridFile:
    """Rows in memory; those of tables with the same fields are staged together."""

    def __init__(self, grid: Grid, memory: Remembered) -> None:
        columns = columns_in(grid, memory)
        self._grid = grid
        self._rows, self._tables, refused = plan(grid, columns)
        header = header_over(columns)
        self.rejected = Rejected(header)
        for row, reasons in refused:
            self.rejected.add(row.number, reasons, texts_under(header, row, columns[row.part]))
        self.total, self.read = len(grid.rows), 0

    def tables(self) -> Iterator[tuple[Columns, Iterator[ProductRow]]]:
        """Each set of fields, with its rows."""
        for table in self._tables:
            yield table.columns, self._counted(table.lines)
        self.read = self.total

    def _counted(self, lines: list[ProductRow]) -> Iterator[ProductRow]:
        for line in lines:
            self.read += 1
            yield line

    def learn(self, merge: Merge) -> None:
        """What each staged row would do."""
        kinds = merge.kinds()
        changed = {
            f"{row[0]} {row[1]}": comparing.changes_of(merge, row) for row in merge.rows("t.is_changed", MAX_ROWS)
        }
        for row in self._rows:
            if row.grid.number in kinds:
                row.state = kinds[row.grid.number]
                row.changes = changed[row.key] if row.state == CHANGED else []

    def sample(self) -> list[dict[str, Any]]:
        """None: every row is shown."""
        return []

    def kept(self) -> dict[str, Any]:
        """The rows as the preview shows them."""
        return {"grid": self._grid.facts(), "rows": [row.as_json() for row in self._rows]}
