"""A checklist that was gone through: one line for each point, with a word, a figure and what to do."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _


class Word(StrEnum):
    """How a line came out. Only `NG` makes a command exit 1."""

    OK = "ok"
    LOOK = "look"
    NG = "ng"


SHAPES = {Word.OK: "○", Word.LOOK: "△", Word.NG: "×"}
"""Beside the word, so that a line is known without colour and at a glance."""


@dataclass(frozen=True)
class Line:
    """One point of a checklist. `key` is stable, for machines; `facts` hold the figures behind the text."""

    key: str
    word: Word
    text: str
    todo: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    topic: str = ""


def said(word: Word) -> str:
    """The word as people read it."""
    return {Word.OK: "OK", Word.LOOK: _("注意"), Word.NG: "NG"}[word]


def ok(key: str, text: str, **facts: Any) -> Line:
    return Line(key, Word.OK, text, facts=facts)


def look(key: str, text: str, todo: str, **facts: Any) -> Line:
    """Somebody should look at it, this week."""
    return Line(key, Word.LOOK, text, todo, facts)


def ng(key: str, text: str, todo: str, **facts: Any) -> Line:
    """Something has to be done before anything else."""
    return Line(key, Word.NG, text, todo, facts)


def judged(key: str, text: str, todo: str, *, is_ng: bool, is_look: bool, **facts: Any) -> Line:
    """The worse of two limits decides; what to do is said only where there is something to do."""
    if is_ng:
        return ng(key, text, todo, **facts)
    return look(key, text, todo, **facts) if is_look else ok(key, text, **facts)


def plain(lines: Iterable[Line]) -> list[str]:
    """The lines as text for a terminal or paper, under their topics."""
    printed: list[str] = []
    topic = ""
    for line in lines:
        if line.topic != topic:
            topic = line.topic
            printed += ["", f"■ {topic}"] if topic else [""]
        printed.append(f"{SHAPES[line.word]} {said(line.word)}  {line.text}")
        if line.todo and line.word != Word.OK:
            printed.append(f"      → {line.todo}")
    return printed


def for_machines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as JSON holds them."""
    return [{**asdict(line), "word": str(line.word)} for line in lines]


def facts_of(lines: Iterable[Line]) -> dict[str, Any]:
    """What the note of the run keeps: word and figures of each point, and no text."""
    return {line.key: {"word": str(line.word), **line.facts} for line in lines}


def worst(lines: Iterable[Line]) -> Word:
    """The worst word of all; OK when there are no lines."""
    order = list(Word)
    return max((line.word for line in lines), key=order.index, default=Word.OK)


def tally(lines: Sequence[Line]) -> str:
    count = Counter(line.word for line in lines)
    return _("%(lines)d項目: OK %(ok)d、注意 %(look)d、NG %(ng)d") % {
        "lines": len(lines), "ok": count[Word.OK], "look": count[Word.LOOK], "ng": count[Word.NG],
    }  # fmt: skip
