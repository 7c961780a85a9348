"""Finding a person's texts in what people wrote, and nothing that only looks like them.

`ken@x.jp` does not stand in `uken@x.jp`, and 林 太郎 does not stand in 小林 太郎.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

GONE = "（削除済み）"
"""Stands where a name stood. Data, not interface: it is never translated."""
NOTHING = r"(?!)"


def texts_of(value: object) -> Iterator[str]:
    """Every text and number within a JSON value."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield str(name)
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)
    elif value is not None:
        yield str(value)


def folded(text: str) -> str:
    """Half-width kana, full-width digits and letters of any case compare equal."""
    return unicodedata.normalize("NFKC", text).lower()


def joined(text: str) -> str:
    """Folded, and without spaces: a name as one word."""
    return "".join(folded(text).split())


def finder(texts: Iterable[str], others: Iterable[str] = ()) -> re.Pattern[str]:
    """Matches these texts as whole words, in the group `theirs`; and `others`, longer texts in which one of them
    stands, in no group."""
    kept = "|".join(map(re.escape, sorted(others, key=len, reverse=True))) or NOTHING
    theirs = "|".join(map(_bounded, sorted(texts, key=len, reverse=True))) or NOTHING
    return re.compile(f"(?:{kept})|(?P<theirs>{theirs})", re.IGNORECASE)


def _bounded(text: str) -> str:
    """Latin letters and digits end where a word does; Japanese knows no such ends."""
    before = after = ""
    if "@" in text:
        before, after = r"(?<![A-Za-z0-9._%+-])", r"(?![A-Za-z0-9]|[.-][A-Za-z0-9])"
    else:
        before = "(?<![A-Za-z0-9])" if _is_latin(text[0]) else ""
        after = "(?![A-Za-z0-9])" if _is_latin(text[-1]) else ""
    return before + re.escape(text) + after


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def without(pattern: re.Pattern[str], text: str) -> str:
    """The text with what is theirs replaced."""
    return pattern.sub(lambda found: found[0] if found["theirs"] is None else GONE, text)


def is_in(pattern: re.Pattern[str], text: str) -> bool:
    """Whether something of theirs stands in the text."""
    return any(found["theirs"] is not None for found in pattern.finditer(text))


def lines_with(pattern: re.Pattern[str], text: str) -> str:
    """Only the lines in which something of theirs stands: the others may be about somebody else."""
    return "\n".join(line for line in text.splitlines() if is_in(pattern, line))
