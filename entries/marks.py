"""Times: the only parser and formatter. A time is a whole number of hundredths of a second, never a float.

Read forms (fact F3; contract 5): `14:05.32`, `14.05.32`, `14'05"32`, `14分05秒32`, `14:05`, `1:02:03.5`,
`1時間02分03秒`, `52.10`, `52.10秒`, `140532`, each also in full width. A cell of Excel is read as what it shows
(`tenants.files.excel_times`). With two colons there are hours from 1 to 4, and after a zero: `0:14:05.32`, `00:14:05`. `9:05:32` is a 3000 m in 9 minutes.
"""

import re
import unicodedata

HOURS = "1234"
"""What may stand for hours before two colons: nobody runs on for longer, and from 5 on it is how minutes are typed."""
MAX_HUNDREDTHS = 24 * 3600 * 100
_MARKS_FOR_SEPARATORS = str.maketrans({"′": "'", "‘": "'", "’": "'", "“": '"', "”": '"', "、": ".", "。": "."})
_NOT_SEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_DIGITS_ONLY = re.compile(r"(\d{1,2})(\d{2})(\d{2})")
_FORM = re.compile(
    r"""
    (?:(?P<hours>\d{1,2})(?::|h|時間)(?=\d{1,2}[:'m分]))?
    (?:(?P<minutes>\d{1,3})(?::|'|m|分|\.(?=\d{1,2}(?:[."]|[s秒]\d))))?
    (?P<seconds>\d{1,2})
    (?:(?:\.|"|''|s|秒|:)(?P<fraction>\d{1,3})?)?
    ["s秒]?
    """,
    re.VERBOSE,
)


class NotATime(ValueError):
    """The text cannot be read as a time. `code` is `unreadable`, `sixty` (60 seconds or minutes) or `too_long`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_time(text: str) -> int:
    """Hundredths of a second. Thousandths are rounded up, as in the rules for photo finish (fact F1).

    Raises NotATime. An empty text is not a time: whether one is needed is the caller's question.
    """
    text = unicodedata.normalize("NFKC", text).translate(_MARKS_FOR_SEPARATORS)
    text = _NOT_SEEN.sub("", text).lower()
    digits = _DIGITS_ONLY.fullmatch(text)
    if digits:
        return _hundredths(0, int(digits[1]), int(digits[2]), digits[3])
    found = _FORM.fullmatch(_with_colons(text))
    if found is None:
        raise NotATime("unreadable")
    return _hundredths(
        int(found["hours"] or 0), int(found["minutes"] or 0), int(found["seconds"]), found["fraction"] or ""
    )


def _with_colons(text: str) -> str:
    """`1:02:03` has hours; `14:05:32` is how some type 14 min 5.32 s."""
    parts = text.split(":")
    has_hours = parts[0] in ("0", "00") or (parts[0] in HOURS and len(parts[-1]) == 2)
    if len(parts) == 3 and all(part.isdigit() for part in parts) and not has_hours:
        return f"{parts[0]}:{parts[1]}.{parts[2]}"
    if re.fullmatch(r"\d{1,3}分", text):
        return text + "00"
    return text


def _hundredths(hours: int, minutes: int, seconds: int, fraction: str) -> int:
    if seconds > 59 or (hours and minutes > 59):
        raise NotATime("sixty")
    part = int((fraction + "00")[:2]) + (1 if fraction[2:].strip("0") else 0)
    total = ((hours * 60 + minutes) * 60 + seconds) * 100 + part
    if not 0 < total < MAX_HUNDREDTHS:
        raise NotATime("too_long" if total else "unreadable")
    return total


def format_time(hundredths: int | None) -> str:
    """`14:05.32`, `52.10`, `1:02:03.00`; empty for no time."""
    if hundredths is None:
        return ""
    seconds, part = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}.{part:02}"
    return f"{minutes}:{seconds:02}.{part:02}" if minutes else f"{seconds}.{part:02}"


def said_time(found: int | str) -> str:
    """A time as the trail keeps it: hundredths, or a text that was kept as somebody typed it."""
    return format_time(found) if isinstance(found, int) else found
