"""What Excel shows of a time: in its file a time is a share of a day, and only the cell's number format tells minutes from
hours. `14:05` typed into an empty cell is 14 hours to Excel and 14 minutes to a runner; both see `14:05`."""

import re
from datetime import datetime, time, timedelta

DAY_ZERO = datetime(1899, 12, 31)
"""A length of more than a day reaches us as a moment in January 1900."""
_NOT_SHOWN_AS_SUCH = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|;.*', re.IGNORECASE | re.DOTALL)


def shown_time(value: object, number_format: str) -> str | None:
    """The time in the form that its format has: `h:mm`, `h:mm:ss.00` or `m:ss.00`. What the format would hide (seconds,
    parts of them, hours above minutes) is shown too. None for anything but a time.

    Excel's share of a day is exact to some microseconds: it is rounded to thousandths here, and never further.
    """
    pattern = _NOT_SHOWN_AS_SUCH.sub("", number_format).lower()
    thousandths = _thousandths(value, is_date=bool(set("yd") & set(pattern)))
    if thousandths is None:
        return None
    whole, part = divmod(thousandths, 1000)
    minutes, seconds = divmod(whole, 60)
    fraction = f".{part:03}".removesuffix("0") if part else ""
    if "h" not in pattern and (minutes < 60 or "[m" in pattern):
        return f"{minutes}:{seconds:02}{fraction}"
    hours, minutes = divmod(minutes, 60)
    if "s" not in pattern and not seconds and not fraction:
        return f"{hours}:{minutes:02}"
    return f"{hours}:{minutes:02}:{seconds:02}{fraction}"


def _thousandths(value: object, *, is_date: bool) -> int | None:
    """Thousandths of a second since midnight, or how long it lasts."""
    if isinstance(value, datetime) and (value.year <= DAY_ZERO.year + 1 or not is_date):
        value = value - DAY_ZERO
    if isinstance(value, time):
        value = datetime.combine(DAY_ZERO, value) - DAY_ZERO
    return round(value / timedelta(milliseconds=1)) if isinstance(value, timedelta) else None
