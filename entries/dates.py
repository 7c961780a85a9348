"""Dates: the only reader of days as people write them.

Read forms: `2004/4/2`, `2004-04-02`, `2004.4.2`, `20040402`, `2004年4月2日`, `H16.4.2`, `平成16年4月2日`, `令和元年5月1日`, each also
in full width, with its day of the week (`2004/04/02(金)`) and with the midnight that a spreadsheet adds (`2004/04/02 0:00`); and the
number that Excel keeps for a day, also where a file holds it as text.
"""

import re
from datetime import date, datetime, timedelta

from tenants.files.tables import Cell, text_of
from tenants.half_width import half_width

LONGEST = 40
_ERAS = {
    "m": 1867, "明": 1867, "t": 1911, "大": 1911, "s": 1925, "昭": 1925, "h": 1988, "平": 1988, "r": 2018, "令": 2018,
}  # fmt: skip
"""The year before the first of each era."""
_MIDNIGHT = re.compile(r"[T ]\s*0{1,2}:00(?::00(?:\.0+)?)?$")
_WEEKDAY = re.compile(r"\(?[月火水木金土日](?:曜日?)?\)?$")
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.0+)?")
_PARTS = r"[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_DAY = re.compile(rf"(\d{{4}}){_PARTS}|(\d{{4}})(\d{{2}})(\d{{2}})")
_ERA_DAY = re.compile(rf"([mtshr]|明治?|大正?|昭和?|平成?|令和?)\.?(\d{{1,2}}|元){_PARTS}", re.IGNORECASE)
_EXCEL_EPOCH = date(1899, 12, 30)


class NotADate(ValueError):
    """The text cannot be read as a day, or there is no such day."""


def parse_date(cell: Cell) -> date | None:
    """The day; None for an empty cell. Raises NotADate."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and 1 <= cell < 100_000:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    text = _folded(text_of(cell))
    if not text:
        return None
    if found := _SERIAL.fullmatch(text):
        return _EXCEL_EPOCH + timedelta(days=int(found[1]))
    if found := _DAY.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part)
    elif found := _ERA_DAY.fullmatch(text):
        year = _ERAS[found[1][0].lower()] + (1 if found[2] == "元" else int(found[2]))
        month, day = int(found[3]), int(found[4])
    else:
        raise NotADate
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate from None


def _folded(text: str) -> str:
    """Half width, no spaces, no midnight, no day of the week."""
    if len(text) > LONGEST:
        raise NotADate
    text = re.sub(r"\s", "", _MIDNIGHT.sub("", half_width(text).strip()))
    return text if _DAY.fullmatch(text) or _ERA_DAY.fullmatch(text) else _WEEKDAY.sub("", text) or text
