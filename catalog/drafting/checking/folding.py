"""Text as the check reads it, with the way back to what was written (pure)."""

import re
import unicodedata
from typing import NamedTuple

_CLUSTER = re.compile(".[\u3099\u309a\uff9e\uff9f]?", re.DOTALL)
_LINES = "\n\r\t"


class Folded(NamedTuple):
    """NFKC, lower case, digits of every script as 0 to 9, without invisible letters.

    Letter n of `text` came from `starts[n]` up to `ends[n]` of `written`.
    """

    text: str
    written: str
    starts: list[int]
    ends: list[int]

    def excerpt(self, start: int, end: int) -> str:
        """What was written where `text[start:end]` was read."""
        return self.written[self.starts[start] : self.ends[end - 1]] if start < end else ""


def is_hidden(letter: str) -> bool:
    """Zero-width, direction and control letters, unassigned and private ones, and the mark of a lost letter."""
    return letter == "\ufffd" or (unicodedata.category(letter)[0] == "C" and letter not in _LINES)


def fold(written: str) -> Folded:
    """Read a text so that `Ｎｏ．①`, `ｸｯｼｮﾝ` and `最​高` with a zero-width space hide nothing."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(written):
        for letter in unicodedata.normalize("NFKC", cluster[0]).casefold():
            if not is_hidden(letter):
                text.append(_plain(letter))
                starts.append(cluster.start())
                ends.append(cluster.end())
    return Folded("".join(text), written, starts, ends)


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)
