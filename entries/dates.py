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
    "m明": (date(1868, 1, 25), date(1912, 7, 30)),
    "t大": (date(1912, 7, 30), date(1926, 12, 25)),
    "s昭": (date(1926, 12, 25), date(1989, 1, 7)),
    "h平": (date(1989, 1, 8), date(2019, 4, 30)),
    "r令": (date(2019, 5, 1), date.max),
}
"""The first and the last day of each era; one begins on the day on which the one before it ends, or on the next."""
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
        return _era_day(found[1][0].lower(), 1 if found[2] == "元" else int(found[2]), int(found[3]), int(found[4]))
    else:
        raise NotADate
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotADate from None


def _era_day(sign: str, year: int, month: int, day: int) -> date:
    """Raises NotADate for a day outside the era: 令和0年, 大正20年, 昭和64年2月1日."""
    first, last = next(days for signs, days in _ERAS.items() if sign in signs)
    found = _day(first.year - 1 + year, month, day)
    if not first <= found <= last:
        raise NotADate
    return found


def _folded(text: str) -> str:
    """Half width, no spaces, no midnight, no day of the week."""
    if len(text) > LONGEST:
        raise NotADate
    text = re.sub(r"\s", "", _MIDNIGHT.sub("", half_width(text).strip()))
    return text if _DAY.fullmatch(text) or _ERA_DAY.fullmatch(text) else _WEEKDAY.sub("", text) or text
