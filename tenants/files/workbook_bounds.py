"""Looks through an uploaded workbook before a parser that builds objects may see it (requirement I3).

A workbook of 5 kB can ask for gigabytes: by what its members unpack to, by one cell at XFD1048576, by a million elements
in one row, by XML entities. So the directory is bounded first, then the sizes it declares, then every member is read
once with a parser that keeps nothing, counting as it goes. Nothing here allocates more than one block at a time.
"""

import re
import struct
from collections.abc import Mapping
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tenants.refusal import Refused

MAX_MEMBERS = 300
MAX_DIRECTORY = 64 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_ELEMENTS = 700_000
MAX_ELEMENTS_ELSEWHERE = 60_000
"""In a part that is neither a sheet nor the table of shared texts: styles and the like become slow objects."""
MAX_DEPTH = 40
MAX_TEXT = 131_072
MAX_STALLED = 4
BLOCK = 64 * 1024

CHILDREN: Mapping[str, int] = {"sst": 300_000, "sheetData": 20_000, "row": 2_000, "sheets": 50, "cellXfs": 20_000}
"""How many children an element may have, by name. Excel itself stays far below."""
OTHER_CHILDREN = 5_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_DIRECTORY = b"PK\x05\x06"
_COLUMN = re.compile(r"[A-Z]{1,3}")


def check_workbook(file: BinaryIO, *, rows: int, columns: int) -> None:
    """Raises Refused unless this is an .xlsx that can be parsed in bounded time and memory.

    `rows` and `columns` bound where a cell with a value may stand, on any sheet; empty formatted cells may stand
    anywhere.
    """
    _check_kind(file)
    _check_directory(file)
    file.seek(0)
    with ZipFile(file) as archive:
        members = archive.infolist()
        _check_members(members)
        unpacked = 0
        for member in members:
            unpacked += _check_member(archive, member, MAX_UNPACKED - unpacked, rows, columns)


def _check_kind(file: BinaryIO) -> None:
    """By content, not by name: old and encrypted workbooks are both OLE files."""
    file.seek(0)
    if file.read(8) != _OLE:
        return
    file.seek(0)
    encrypted = "EncryptedPackage".encode("utf-16-le") in file.read()
    raise Refused("table_encrypted" if encrypted else "table_old_excel")


def _check_directory(file: BinaryIO) -> None:
    """Refuse a long directory before `zipfile` makes an object of each entry. Found as `zipfile` finds it."""
    file.seek(0, 2)
    tail_size = min(file.tell(), 22 + 65_535)
    file.seek(-tail_size, 2)
    tail = file.read(tail_size)
    start = tail.rfind(_END_OF_DIRECTORY)
    if start < 0 or len(tail) - start < 22:
        raise Refused("table_unreadable")
    entries, size = struct.unpack("<10xHL6x", tail[start : start + 22])
    if entries > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise Refused("table_too_complex")


def _check_members(members: list[ZipInfo]) -> None:
    names = {member.filename for member in members}
    if any(member.flag_bits & 0x1 for member in members):
        raise Refused("table_encrypted")
    if "mimetype" in names and "[Content_Types].xml" not in names:
        raise Refused("table_ods")
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        raise Refused("table_numbers")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise Refused("table_document")
    if "[Content_Types].xml" not in names or "xl/workbook.bin" in names:
        raise Refused("table_unreadable")
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise Refused("table_unreadable")
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused("table_too_complex")


def _check_member(archive: ZipFile, member: ZipInfo, left: int, rows: int, columns: int) -> int:
    """Bytes that the member really unpacks to. What is no XML, a picture for example, is only counted."""
    scan = _Scan(rows, columns)
    size, is_xml = 0, True
    with archive.open(member) as source:
        while block := source.read(BLOCK):
            size += len(block)
            if size > left:
                raise Refused("table_too_complex")
            is_xml = is_xml and scan.reads(block)
    return size


class _Scan:
    """Counts elements and looks where values stand; knows the few tags of a worksheet by their local names."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.elements = self.text = self.stalled = self.row = self.column = 0
        self.limit = MAX_ELEMENTS_ELSEWHERE
        self.names, self.children = [""], [0]
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def reads(self, block: bytes) -> bool:
        """Whether this still is XML. One token over many blocks is refused: the parser begins it anew with each."""
        before = (self.elements, self.text)
        try:
            self.parser.Parse(block)
        except expat.ExpatError:
            return False
        self.stalled = self.stalled + 1 if (self.elements, self.text) == before else 0
        if self.stalled > MAX_STALLED:
            raise Refused("table_too_complex")
        return True

    def _doctype(self, *declaration: object) -> None:
        raise Refused("table_too_complex")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name, parent = tag.rpartition(":")[2], self.names[-1]
        self.elements += 1
        self.children[-1] += 1
        if self.elements > self.limit or self.children[-1] > CHILDREN.get(parent, OTHER_CHILDREN):
            self._too_many(parent)
        self.names.append(name)
        self.children.append(0)
        self.text = 0
        for text in attributes.values():
            self._characters(text)
        if name == "row":
            self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        elif name == "c":
            self._cell(attributes.get("r", ""))
        elif parent == "c" and name in ("v", "is"):
            self._value()
        elif len(self.names) > MAX_DEPTH:
            raise Refused("table_too_complex")
        elif self.elements == 1 and name in ("worksheet", "sst"):
            self.limit = MAX_ELEMENTS

    def _too_many(self, parent: str) -> None:
        raise Refused("table_rows" if parent == "sheetData" else "table_too_complex", limit=self.rows)

    def _end(self, tag: str) -> None:
        self.names.pop()
        self.children.pop()

    def _characters(self, text: str) -> None:
        self.text += len(text)
        if self.text > MAX_TEXT:
            raise Refused("table_too_complex")

    def _cell(self, place: str) -> None:
        """`place` is like `AB12`; a cell without one stands right of the last."""
        letters = _COLUMN.match(place)
        if letters is None:
            self.column += 1
            return
        self.column = 0
        for letter in letters[0]:
            self.column = self.column * 26 + ord(letter) - 64
        self.row = _number(place[letters.end() :], self.row)

    def _value(self) -> None:
        if self.column > self.columns:
            raise Refused("table_columns", limit=self.columns)
        if self.row > self.rows:
            raise Refused("table_rows", limit=self.rows)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and len(text) < 9 and text.isascii() and text.isdigit() else otherwise
