"""What of a text may leave this process: for the log and for Sentry, the same (requirements O1, O3, P1).

An allow-list, because a list of what is personal has no end: a name looks like any other word. Whatever is constant in
the code may be told, and numbers that the code passes. Texts with data in them are withheld or, where they are needed
to understand the log, masked.
"""

import linecache
import logging
import re
from functools import lru_cache
from typing import Any

OURS = ("config", "tenants", "catalog", "entries", "nitsys", "gunicorn")
"""Loggers whose texts we know: their string arguments are masked; everybody else's are withheld."""
WITHHELD = "[withheld]"
LONGEST = 300

_MAIL = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;]+")
_ADDRESS = re.compile(
    r"\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}\b", re.I
)
OWN_ADDRESSES = ("127.0.0.1", "0.0.0.0")  # noqa: S104 - compared, not bound to
_QUERY = re.compile(r"\?[^\s\"'<>]+")
_QUOTED = re.compile(r"""(?P<quote>["'`])(?:\\.|(?!(?P=quote)).){0,400}(?P=quote)|[「『][^」』]*[」』]""", re.DOTALL)
_DETAIL = re.compile(r"\b(?:DETAIL|CONTEXT|HINT|QUERY|LINE \d+):.*", re.DOTALL)
_NUMBER = re.compile(r"[+(]?\d(?:[\d\s().-]*\d)?")
_FOREIGN = re.compile(r"[^\x00-\x7f]+(?:\s+[^\x00-\x7f]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LITERAL = re.compile(
    r"\b[eE]'(?:\\.|''|[^'\\])*(?:'|\Z)|'(?:[^']|'')*(?:'|\Z)|\$([^\W\d]\w*|)\$.*?(?:\$\1\$|\Z)|\$\d+|\b\d+(?:\.\d+)?\b|[^\x00-\x7f]+",
    re.DOTALL,
)
"""A text may also have been cut off before its closing quote."""
_MARKS = re.compile(r"\(\s*(?:%s|\?)(?:\s*,\s*(?:%s|\?))*\s*\)")
LONGEST_NUMBER = 5
"""Digits that a number may have: a count or a port. More may be a phone, a JAAF number, a birth date."""


def mask(text: str, *, keep_words: bool = False) -> str:
    """The text on one line without addresses, quoted values, long numbers and, unless `keep_words`, Japanese.

    A name in Latin letters cannot be told from a word: texts that may hold one are withheld by their callers.
    """
    found = _CONTROL.sub(" ", _DETAIL.sub(f"DETAIL: {WITHHELD}", text[: 4 * LONGEST]))
    found = _QUERY.sub("?[query]", _MAIL.sub("[mail]", found))
    found = _NUMBER.sub(_short, _ADDRESS.sub("[ip]", found))
    if not keep_words:
        found = _FOREIGN.sub("[text]", _QUOTED.sub("[value]", found))
    return " ".join(found.split())[:LONGEST]


def _short(number: re.Match[str]) -> str:
    digits = sum(char.isdigit() for char in number[0])
    return number[0] if digits <= LONGEST_NUMBER or number[0] in OWN_ADDRESSES else "[number]"


def mask_sql(sql: str) -> str:
    """A statement's text without literals, lists of values as one; parameters were never part of it."""
    found = _MARKS.sub("(…)", _LITERAL.sub("?", " ".join(sql[:8_000].split())))
    return re.sub(r"\(…\)(?:, \(…\))+", "(…), …", found)[:500]


def message_of(record: logging.LogRecord, *, strings: bool) -> str:
    """What a log record says. With `strings`, those that our own loggers pass are masked and told, else withheld."""
    template = str(record.msg)
    ours = record.name.partition(".")[0] in OURS
    if record.name == "py.warnings":
        return _warning(record)
    if isinstance(status := getattr(record, "status_code", None), int):
        return f"answered {status}"  # Django's own words hold the address
    if not record.args:
        if is_constant(record.pathname, template):
            return mask_controls(template)
        return mask(template) if ours and strings else WITHHELD
    if not is_constant(record.pathname, template) and not ours:
        return WITHHELD
    return mask_controls(_filled(template, record.args, strings=ours and strings))


def _filled(template: str, args: Any, *, strings: bool) -> str:
    try:
        if isinstance(args, dict) and "%(" in template:
            return template % {name: told(value, strings=strings) for name, value in args.items()}
        values = (args,) if isinstance(args, dict) else args  # logging unpacks a single dict
        return template % tuple(told(value, strings=strings) for value in values)
    except (TypeError, ValueError, KeyError):
        return template


def told(value: Any, *, strings: bool) -> Any:
    """What of a log's argument is told: numbers as they are, errors and classes by name, strings masked or not at all."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, type):
        return value.__name__
    return mask(str(value)) if strings else WITHHELD


def _warning(record: logging.LogRecord) -> str:
    """`path:line: Category: what it says`: without what it says."""
    found = re.match(
        r"(.{1,200}?:\d+: \w+): ", str(record.args[0]) if isinstance(record.args, tuple) and record.args else ""
    )
    return mask_controls(found[1]) if found else "warning"


def mask_controls(text: str) -> str:
    """On one line; no character that could move a terminal's cursor."""
    return _CONTROL.sub(" ", text)


@lru_cache(maxsize=2_000)
def is_constant(path: str, text: str) -> bool:
    """Whether this text stands in the source file as it is, and so holds no data."""
    if not path.endswith(".py") or not 0 < len(text) <= 4 * LONGEST:
        return False
    source = "".join(linecache.getlines(path))
    return text in source or text.encode("unicode_escape").decode() in source
