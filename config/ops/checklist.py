"""The checklists of ops (preflight, smoke, weekly_check, pre_meet_check): how a line came out, and how it is told."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _


class Word(StrEnum):
    """How a line came out. Only `NG` makes a command exit 1."""

    OK = "ok"
    SKIPPED = "skipped"
    LOOK = "look"
    NG = "ng"


SHAPES = {Word.OK: "○", Word.SKIPPED: "–", Word.LOOK: "△", Word.NG: "×"}
"""Beside the word, so that a line is known without colour and at a glance."""


@dataclass(frozen=True)
class CheckLine:
    """How one point of a checklist came out; it never holds a secret value.

    `key` is stable, for machines (empty in smoke); `facts` hold the figures behind the text; `topic` is what it stands under or beside.
    """

    key: str
    word: Word
    text: str
    todo: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    topic: str = ""


def said(word: Word) -> str:
    """The word as people read it."""
    return _("注意") if word == Word.LOOK else word.name


def ok(key: str, text: str, **facts: Any) -> CheckLine:
    return CheckLine(key, Word.OK, text, facts=facts)


def look(key: str, text: str, todo: str, **facts: Any) -> CheckLine:
    """Somebody should look at it, this week."""
    return CheckLine(key, Word.LOOK, text, todo, facts)


def ng(key: str, text: str, todo: str, **facts: Any) -> CheckLine:
    """Something has to be done before anything else."""
    return CheckLine(key, Word.NG, text, todo, facts)


def worse(key: str, text: str, todo: str) -> CheckLine:
    """What only a real site must have: NG in prod, pointed out elsewhere."""
    return ng(key, text, todo) if settings.APP_ENV == "prod" else look(key, text, todo)


def unsafe(key: str, text: str, todo: str) -> CheckLine:
    """What no site outside a developer's machine may have."""
    return look(key, text, todo) if settings.APP_ENV == "dev" else ng(key, text, todo)


def judged(key: str, text: str, todo: str, *, is_ng: bool, is_look: bool, **facts: Any) -> CheckLine:
    """The worse of two limits decides; what to do is said only where there is something to do."""
    if is_ng:
        return ng(key, text, todo, **facts)
    return look(key, text, todo, **facts) if is_look else ok(key, text, **facts)


def plain(lines: Iterable[CheckLine]) -> list[str]:
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


def for_machines(lines: Iterable[CheckLine]) -> list[dict[str, Any]]:
    """The lines as JSON holds them."""
    return [{**asdict(line), "word": str(line.word)} for line in lines]


def failed(lines: Iterable[CheckLine]) -> list[CheckLine]:
    """The lines that are NG: a command with any of them exits 1."""
    return [line for line in lines if line.word == Word.NG]


def facts_by_key(lines: Iterable[CheckLine]) -> dict[str, Any]:
    """What the note of the run keeps: word and figures of each point, and no text."""
    return {line.key: {"word": str(line.word), **line.facts} for line in lines}


def worst(lines: Iterable[CheckLine]) -> Word:
    """The worst word of all; OK when there are no lines."""
    return max((line.word for line in lines), key=list(Word).index, default=Word.OK)


def count(lines: Iterable[CheckLine]) -> Counter[Word]:
    return Counter(line.word for line in lines)


def tally(lines: Sequence[CheckLine]) -> str:
    n = count(lines)
    return _("%(lines)d項目: OK %(ok)d、注意 %(look)d、NG %(ng)d") % {
        "lines": len(lines),
        "ok": n[Word.OK],
        "look": n[Word.LOOK],
        "ng": n[Word.NG],
    }
