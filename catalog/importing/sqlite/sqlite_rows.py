"""Rows of an old file, checked one by one: what can be taken, and why not what cannot."""

import json
from array import array
from collections.abc import Iterator
from operator import itemgetter

from catalog.fields import read_yen
from catalog.importing.rejected_csv import SHOWN, Rejected, Why
from catalog.importing.sqlite.sqlite_file import OldFile, OldRow
from catalog.keys import MOST_KEY, fold
from tenants.refusal import Refused

MOST_SPECS = 1024 * 1024
Key = tuple[int, str, str]
"""Number of the row, brand, reference."""
Product = tuple[str, str, int | None, bytes]
"""Brand, reference, price, specs as JSON."""


class BadRow(Exception):
    """A row that cannot be taken."""

    def __init__(self, *reasons: Why) -> None:
        super().__init__()
        self.reasons = reasons


class Wanted:
    """Which rows are to be looked at whole: a bit each, so that a million of them cost 125 kB."""

    def __init__(self, rows: int) -> None:
        self.count = 0
        self._bits = bytearray(rows // 8 + 1)

    def add(self, number: int) -> None:
        """Want the row of this number. Call it once for each: `count` does not look."""
        self.count += 1
        self._bits[number >> 3] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        return bool(self._bits[number >> 3] & 1 << (number & 7))


class Keys:
    """The first look at a file: nothing but keys. `bad` are the rows whose key cannot be one; they are few."""

    def __init__(self, file: OldFile, rows: int) -> None:
        self.read = 0
        self.bad = array("L")
        self.good = 0
        self._file, self._rows = file, rows

    def chunks(self) -> Iterator[list[Key]]:
        """(row, brand, reference) of every row with a good key."""
        for chunk in self._file.chunks(self._rows, whole=False):
            good: list[Key] = []
            for brand, reference in chunk:
                self.read += 1
                key = _key(brand, reference)
                if key is None:
                    self.bad.append(self.read)
                else:
                    good.append((self.read, *key))
            self.good += len(good)
            yield good


def _key(brand: bytes | None, reference: bytes | None) -> tuple[str, str] | None:
    try:
        key = fold((brand or b"").decode()), fold((reference or b"").decode())
    except UnicodeDecodeError:
        return None
    good = 0 < len(key[0]) <= MOST_KEY and 0 < len(key[1]) <= MOST_KEY and "\0" not in key[0] and "\0" not in key[1]
    return key if good else None


class Products:
    """The second look: the wanted rows, whole; what cannot be taken goes to `rejected`.

    A price that cannot be read does not keep a product out: it comes without one, the text stays in its specs, and
    the row is counted in `without_price`, the first ones with their reason in `notes`.
    """

    def __init__(self, file: OldFile, rows: int, wanted: Wanted, rejected: Rejected) -> None:
        self.without_price = 0
        self.notes: list[tuple[int, str]] = []
        self._file, self._rows, self._wanted, self._rejected = file, rows, wanted, rejected
        self._number = 0

    def chunks(self) -> Iterator[list[Product]]:
        """The products that can be taken, each chunk in the order of its keys: the index of a million takes neighbours
        together faster. Stops after the last wanted row."""
        left = self._wanted.count
        for chunk in self._file.chunks(self._rows, whole=True) if left else ():
            good: list[Product] = []
            is_clean = _is_clean(chunk)
            for row in chunk:
                self._number += 1
                if self._number in self._wanted:
                    left -= 1
                    try:
                        good.append(self._taken(row, is_clean))
                    except BadRow as bad:
                        cells = cells_of(row[3] or b"", self._file.columns)
                        self._rejected.add(self._number, bad.reasons, cells)
            yield sorted(good, key=itemgetter(0, 1))
            if not left:
                return

    def _taken(self, row: OldRow, is_clean: bool) -> Product:
        brand, reference, price, specs = row
        if not is_clean:
            _check_text(specs or b"")
        key = _key(brand, reference)
        if key is None or specs is None or len(specs) > MOST_SPECS:
            raise BadRow(*_reasons(row))
        if price is None or (price.isdigit() and len(price) < 10):
            return *key, int(price) if price else None, specs
        return *key, self._yen(price.decode()), specs

    def _yen(self, text: str) -> int | None:
        try:
            return read_yen(text)
        except Refused:
            self.without_price += 1
            if len(self.notes) < SHOWN:
                self.notes.append((self._number, str(Why(Refused("row_price_left_out", text=text[:40])))))
            return None


def _is_clean(chunk: list[OldRow]) -> bool:
    """Whether all of it is UTF-8 without NUL: asked of thousands of rows at once, since nearly always it is."""
    data = b"".join([row[3] or b"" for row in chunk])
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\\u0000" not in data


def _check_text(specs: bytes) -> None:
    try:
        values = json.loads(specs.decode())
    except UnicodeDecodeError:
        raise BadRow(Why(Refused("row_not_utf8"))) from None
    for column, value in values.items():
        if "\0" in (value or ""):
            raise BadRow(Why(Refused("row_null_character"), column))


def _reasons(row: OldRow) -> Iterator[Why]:
    for column, data in (("brand", row[0]), ("reference", row[1])):
        try:
            text = fold((data or b"").decode())
        except UnicodeDecodeError:
            yield Why(Refused("row_not_utf8"), column)
            continue
        if not text:
            yield Why(Refused(f"row_no_{column}"))
        elif len(text) > MOST_KEY:
            yield Why(Refused("product_too_long", limit=MOST_KEY), column)
    if len(row[3] or b"") > MOST_SPECS:
        yield Why(Refused("row_too_large"))


def cells_of(specs: bytes, columns: list[str]) -> list[object]:
    """The cells of a row for people, whatever is wrong with it."""
    values = json.loads(specs.decode(errors="replace"))
    return [values.get(column) for column in columns]
