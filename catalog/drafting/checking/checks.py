"""What a drafted text may not say: whatever the facts do not (pure).

A text is refused rather than mended. The check would rather stop a true sentence than let a false one pass: a person
reads what it marked and writes it out by hand, or asks for another text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from catalog.drafting.checking.folding import Folded, fold, is_hidden
from catalog.drafting.checking.numbers import UNITS, Number, numbers_in
from catalog.drafting.checking.vocabulary import CLAIM, COMPARISON, EFFECT, HABITS, HYPE, PLAIN_FOREIGN, PLAIN_KATAKANA

MOST_LETTERS = 600
MOST_PROBLEMS = 30
MOST_EXCERPT = 80
MOST_KATAKANA = 40
"""A longer word is looked up whole, which bounds the search for a chain."""
LEAK = 14
"""So many letters in a row of what the model was told to do are no accident."""

_JAPANESE = "ぁ-ゖゝゞァ-ヺー一-鿿㐀-䶿豈-﫿\U00020000-\U0003ffff々〆ヵヶ〇"
_FOREIGN = re.compile(rf"[^\W_{_JAPANESE}]+")
_KATAKANA = re.compile("[ァ-ヺー]{2,}")
_HIRAGANA = re.compile("[ぁ-ゖ]")
_MARKUP = re.compile(r"<[^<>]{0,80}>?|&(?:#\w+|[a-z]+);|```|\*\*|__|^#{1,6}\s|\[[^\]]*\]\(", re.MULTILINE)
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.|javascript:|data:|mailto:)\S*|[\w.+-]+@[\w-]+\.\w[\w.]*|(?<![a-z0-9-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|jp|io|dev|app|info|biz|shop|xyz|me|tv|co|example)(?![a-z0-9-])\S*"
)
_UNIT_IN_NAME = re.compile(r"[_（(\s](" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + r")[)）]?$")


class Fact(NamedTuple):
    """One thing that the model was told: the name of the field, what it is called and its value, both in Japanese.

    An identity (brand, reference, name) may be repeated whatever it says.
    """

    name: str
    label: str
    text: str
    is_identity: bool = False


class Problem(NamedTuple):
    """What is wrong, and where it was written. An empty excerpt is about the whole text."""

    code: str
    excerpt: str


class _Found(NamedTuple):
    code: str
    start: int
    end: int


class Known:
    """The facts as the check asks for them."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        facts = list(facts)
        folded = [(fold(fact.label).text, fold(fact.text).text) for fact in facts]
        self.names = sorted(
            {text for fact, (_, text) in zip(facts, folded, strict=True) if _is_name(fact, text)}, key=len, reverse=True
        )
        self.told = "\n".join(f"{label}\n{text}" for label, text in folded)
        self.foreign = {*_FOREIGN.findall(self.told), *PLAIN_FOREIGN}
        self.katakana = {*_KATAKANA.findall(self.told), *PLAIN_KATAKANA}
        self.numbers = [number for label, text in folded for number in _with_unit_of(label, numbers_in(text))]

    def allows(self, number: Number) -> bool:
        """Whether a fact holds this number: the same value of the same kind, in whatever notation."""
        if number.value is None or number.is_span:
            return False
        if number.kind:
            return any(fact.kind == number.kind and fact.value == number.value for fact in self.numbers)
        return any(number.raw in (fact.raw, fact.value) for fact in self.numbers if fact.kind not in ("month", "day"))

    def allows_katakana(self, word: str) -> bool:
        """Whether the word is one, or a chain, of the known ones: ランニングシューズ."""
        if word in self.katakana or len(word) > MOST_KATAKANA:
            return word in self.katakana
        return any(word[:cut] in self.katakana and self.allows_katakana(word[cut:]) for cut in range(2, len(word) - 1))


def _is_name(fact: Fact, text: str) -> bool:
    return fact.is_identity and len(text) > 1 and not text.isdecimal()


def _with_unit_of(label: str, numbers: Sequence[Number]) -> list[Number]:
    """`water_resistance_m: 100` and `重量（g）: 230` say their unit in the name."""
    named = _UNIT_IN_NAME.search(label)
    if named is None:
        return list(numbers)
    kind, factor = UNITS[named[1]]
    return [
        number._replace(kind=kind, value=None if number.raw is None else number.raw * factor)
        if not number.kind
        else number
        for number in numbers
    ]


def check(text: str, facts: Iterable[Fact], *, told: str = "") -> list[Problem]:
    """Everything in the text that the facts do not carry, in the order of the text; `told` are the instructions that
    must not be repeated. An empty list means that nothing was found, not that the text is good."""
    read, known = fold(text), Known(facts)
    bare = read._replace(text=_without_names(read.text, known.names))
    found = [each for look in _LOOKS for each in look(bare, known)]
    found += [_Found("leak", start, end) for start, end in _leaks(read.text, fold(told).text)]
    problems = [Problem(each.code, read.excerpt(each.start, each.end)[:MOST_EXCERPT]) for each in _outermost(found)]
    whole = [*_hidden(text), *_as_a_whole(text, read.text)]
    return list(dict.fromkeys([*whole, *problems]))[:MOST_PROBLEMS]


def _without_names(text: str, names: Sequence[str]) -> str:
    """Brand, reference and name blanked out, where they stand as whole words."""
    for name in names:
        before = r"(?<![^\W_" + _JAPANESE + "])" if not re.match(f"[{_JAPANESE}]", name) else ""
        after = r"(?![^\W_" + _JAPANESE + "])" if not re.match(f"[{_JAPANESE}]", name[-1]) else ""
        text = re.sub(before + re.escape(name) + after, lambda match: "\x00" * len(match[0]), text)
    return text


def _numbers(read: Folded, known: Known) -> Iterator[_Found]:
    for number in numbers_in(read.text):
        if not known.allows(number):
            yield _Found("number", number.start, number.end)


def _words(read: Folded, known: Known) -> Iterator[_Found]:
    counted = {place for number in numbers_in(read.text) for place in range(number.start, number.end)}
    for word in _FOREIGN.finditer(read.text):
        if word[0] not in known.foreign and not set(range(*word.span())) <= counted:
            yield _Found("word", *word.span())
    for word in _KATAKANA.finditer(read.text):
        if not known.allows_katakana(word[0]) and not set(range(*word.span())) <= counted:
            yield _Found("word", *word.span())


def _never(code: str, pattern: re.Pattern[str]) -> Callable[[Folded, Known], Iterator[_Found]]:
    def look(read: Folded, known: Known) -> Iterator[_Found]:
        yield from (_Found(code, *match.span()) for match in pattern.finditer(read.text))

    return look


def _claims(read: Folded, known: Known) -> Iterator[_Found]:
    for match in CLAIM.finditer(read.text):
        if match[0] not in known.told:
            yield _Found("claim", *match.span())


_LOOKS: tuple[Callable[[Folded, Known], Iterable[_Found]], ...] = (
    _never("link", _LINK),
    _never("markup", _MARKUP),
    _never("hype", HYPE),
    _never("effect", EFFECT),
    _never("comparison", COMPARISON),
    _never("habit", HABITS),
    _claims,
    _numbers,
    _words,
)


def _outermost(found: list[_Found]) -> list[_Found]:
    """In the order of the text, without those that lie within another."""
    kept: list[_Found] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or each.end > kept[-1].end:
            kept.append(each)
    return kept


def _leaks(text: str, told: str) -> Iterator[tuple[int, int]]:
    windows = {told[at : at + LEAK] for at in range(len(told) - LEAK + 1)}
    start = None
    for at in range(len(text) - LEAK + 2):
        is_same = text[at : at + LEAK] in windows and at + LEAK <= len(text)
        if is_same and start is None:
            start = at
        elif not is_same and start is not None:
            yield start, at + LEAK - 1
            start = None


def _hidden(text: str) -> Iterator[Problem]:
    """Invisible letters by their code, since there is nothing to see."""
    yield from (Problem("hidden", f"U+{ord(letter):04X}") for letter in dict.fromkeys(text) if is_hidden(letter))


def _as_a_whole(text: str, folded: str) -> Iterator[Problem]:
    if len(text) > MOST_LETTERS:
        yield Problem("long", "")
    if not _HIRAGANA.search(folded):
        yield Problem("language", "")
