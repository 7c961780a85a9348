"""The numbers in a Japanese text, in whatever notation, each with what it counts (pure)."""

import re
from decimal import Decimal
from typing import NamedTuple

_DIGITS = {letter: value % 10 for value, letter in enumerate("〇一二三四五六七八九零壱弐参")}
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10}
_MYRIADS = {"万": 10**4, "萬": 10**4, "億": 10**8, "兆": 10**12}
_KANJI = "".join([*_DIGITS, *_TENS, *_MYRIADS])
_ARABIC = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_PIECE = re.compile(rf"{_ARABIC}|[{''.join(_DIGITS)}]+|[{_KANJI}]")
_FOREIGN = "a-z\u00df-\u024f\u0370-\u052f"
_RUN = re.compile(rf"(?<![{_FOREIGN}\d])(?:{_ARABIC}|[{_KANJI}])(?:{_ARABIC}|[{_KANJI}])*")
_DATE = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_SHORT_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
_FRACTION = re.compile(r"\d*\u2044\d+")
_IDIOMS = re.compile(
    "一(?:般|緒|体|部|方|定|見|覧|致|貫|連|律|式|歩|息|面|員|助|切)|統一|均一|同一|一人(?:ひとり|一人)|十分(?=[なに])|不十分|千葉"
)
"""Words with a numeral in them that count nothing."""

UNITS: dict[str, tuple[str, Decimal]] = {
    written: (kind, Decimal(factor))
    for kind, table in {
        "mm": {"mm": 1, "ミリメートル": 1, "ミリ": 1, "cm": 10, "センチメートル": 10, "センチ": 10, "m": 1000,
               "メートル": 1000, "km": 10**6, "キロメートル": 10**6},
        "g": {"g": 1, "グラム": 1, "kg": 1000, "キログラム": 1000, "キロ": 1000},
        "yen": {"円": 1, "yen": 1, "jpy": 1},
        "year": {"年間": 1, "年": 1, "years": 1},
        "months": {"ヶ月": 1, "か月": 1, "カ月": 1, "ヵ月": 1, "箇月": 1},
        "month": {"月": 1}, "week": {"週間": 1, "週": 1}, "day": {"日間": 1, "日": 1}, "hour": {"時間": 1, "時": 1},
        "minute": {"分間": 1, "分": 1}, "second": {"秒間": 1, "秒": 1},
        "percent": {"%": 1, "パーセント": 1, "割": 10}, "times": {"倍": 1}, "degree": {"度": 1, "℃": 1, "°c": 1},
        "rank": {"位": 1, "番": 1, "等": 1, "冠": 1, "連覇": 1}, "bar": {"気圧": 1, "bar": 1},
        "count": {"足": 1, "個": 1, "本": 1, "枚": 1, "色": 1, "種類": 1, "種": 1, "人": 1, "名": 1, "社": 1, "層": 1, "点": 1,
                  "件": 1, "回": 1, "つ": 1, "セット": 1, "サイズ": 1},
    }.items()
    for written, factor in table.items()
}  # fmt: skip
_UNIT = re.compile(
    r"\s?(?:"
    + "|".join(
        re.escape(unit) + (rf"(?![{_FOREIGN}\d])" if unit[-1].isascii() and unit[-1].isalpha() else "")
        for unit in sorted(UNITS, key=len, reverse=True)
    )
    + ")"
)
_MORE = re.compile(r"\s?(?:以上|以下|未満|超|台|弱|強)")
_LETTER = re.compile(rf"[{_FOREIGN}]")


class Number(NamedTuple):
    """`value` in the smallest unit of its `kind` (mm, g, yen, ...; "" counts nothing known), `raw` as it was written.

    None is a numeral that cannot be read. `is_span` says that it names more than the number: 以上, 未満.
    """

    value: Decimal | None
    raw: Decimal | None
    kind: str
    start: int
    end: int
    is_span: bool = False


def numbers_in(text: str) -> list[Number]:
    """All numbers of a folded text, in its order. Digits inside a word of letters (`REF001`) are part of that word."""
    found = [number for date in _DATE.finditer(text) for number in _date(date, year=1, month=3, day=4)]
    rest = _DATE.sub(_blank, text)
    found += [number for date in _SHORT_DATE.finditer(rest) for number in _date(date, month=1, day=2)]
    found += [Number(None, None, "", *fraction.span()) for fraction in _FRACTION.finditer(rest)]
    for read in (_SHORT_DATE, _FRACTION, _IDIOMS):
        rest = read.sub(_blank, rest)
    found += [number for run in _RUN.finditer(rest) if (number := _number(rest, run)) is not None]
    return sorted(found, key=lambda number: number.start)


def _blank(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _date(match: re.Match[str], **parts: int) -> list[Number]:
    return [
        Number(Decimal(match[n]), Decimal(match[n]), kind, match.start(n), match.end(n)) for kind, n in parts.items()
    ]


def _number(text: str, run: re.Match[str]) -> Number | None:
    raw, end, kind, factor = read_numeral(run[0]), run.end(), "", Decimal(1)
    start = run.start()
    unit = _UNIT.match(text, end)
    if unit is not None:
        kind, factor = UNITS[unit[0].strip()]
        end = unit.end()
    elif _LETTER.match(text, end):
        return None
    if text[start - 1 : start] == "¥":
        kind, start = "yen", start - 1
    more = _MORE.match(text, end)
    return Number(
        None if raw is None else raw * factor, raw, kind, start, more.end() if more else end, is_span=more is not None
    )


def read_numeral(run: str) -> Decimal | None:
    """`24,200`, `2万4200`, `二万四千二百` and `二四二〇〇` are 24200; None when it is no numeral of any of these kinds."""
    total = section = Decimal(0)
    current: Decimal | None = None
    for piece in _PIECE.findall(run):
        if piece in _TENS:
            section += (1 if current is None else current) * _TENS[piece]
            current = None
        elif piece in _MYRIADS:
            section += current or 0
            total += (section or 1) * _MYRIADS[piece]
            section, current = Decimal(0), None
        elif current is not None:
            return None
        else:
            current = _digits(piece)
    return total + section + (current or 0)


def _digits(piece: str) -> Decimal:
    if piece[0] in _DIGITS:
        return Decimal("".join(str(_DIGITS[letter]) for letter in piece))
    return Decimal(piece.replace(",", ""))
