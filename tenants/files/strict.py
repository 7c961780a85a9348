"""Strict OOXML, as "Strict Open XML" is saved: the same parts under other names of their namespaces, which the reader of
workbooks does not know. They are renamed in memory."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

_MARK = b"http://purl.oclc.org/ooxml/"
_NAMES = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (_MARK, b"http://schemas.openxmlformats.org/"),
)
_RELATIONSHIPS = b"http://schemas.openxmlformats.org/officeDocument/relationships"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def transitional(source: io.BytesIO) -> io.BytesIO:
    """The workbook as the reader knows it; the same one when it is not strict."""
    source.seek(0)
    with ZipFile(source) as old:
        if _MARK not in old.read("xl/workbook.xml"):
            return source
        out = io.BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as new:
            for member in old.infolist():
                data = old.read(member)
                new.writestr(member.filename, _renamed(data) if member.filename.endswith((".xml", ".rels")) else data)
    return out


def _renamed(data: bytes) -> bytes:
    for strict, name in _NAMES:
        data = data.replace(strict, name)
    return data.replace(_RELATIONSHIPS, _TRANSITIONAL)
