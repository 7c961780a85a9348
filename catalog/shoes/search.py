"""Shoes of a host by part of brand, reference or name, while somebody types. Everything here needs the tenant's scope.

Nearly every host has fewer shoes than `READ`: they are read by one index and compared here, where width, case and kana
do not matter. Beyond that the indexes of the search (migration 0004) are asked one by one, each query bounded by what
it may read: one query with all of it let the planner walk a million rows when another host's products misled its
statistics (2.8 s; this way 20 ms).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Length

from catalog.keys import MOST_WORDS, fold, name_forms
from catalog.models import SHOE, MasterProduct

READ = 2_000
MOST = 20
LEAST_PART = 3
"""Trigrams serve parts of three characters and more."""
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL has no text with NUL or half of a surrogate pair, and no query either."""


class Hit(NamedTuple):
    """A shoe as the search reads it."""

    pk: int
    brand: str
    reference: str
    name: str


def shoes() -> QuerySet[MasterProduct]:
    """The host's shoes, by what the master says of their category: that is what the index knows."""
    return MasterProduct.objects.filter(category=SHOE)


def any_shoe() -> Subquery:
    """For `annotate`: a shoe of the host's, or none. One row, in an order, since without one the planner may walk through a
    million watches for it."""
    return Subquery(shoes().order_by("brand", "reference").values("pk")[:1])


def find(text: str, *, most: int = MOST) -> tuple[list[Hit], bool]:
    """The first shoes in which every word stands, and whether there are more. Exact references come first."""
    words = [word for word in loose(text).split() if word][:MOST_WORDS]
    rows = _read(shoes().order_by("brand", "reference"))
    found = [row for row in rows if _has(row, words)]
    if len(rows) == READ and len(found) <= most and words:
        found = _by_index(text, words, most)
    return found[:most], len(found) > most


def loose(text: str) -> str:
    """For comparing only: width, case, hiragana or katakana do not matter."""
    text = unicodedata.normalize("NFKC", text).upper()
    return "".join(chr(ord(letter) + 0x60) if "ぁ" <= letter <= "ゖ" else letter for letter in text)


def _has(row: Hit, words: Iterable[str]) -> bool:
    text = loose(f"{row.brand} {row.reference} {row.name}")
    return all(word in text for word in words)


def _read(rows: QuerySet[MasterProduct]) -> list[Hit]:
    return [Hit(*row) for row in rows.values_list("pk", "brand", "reference", "name")[:READ]]


def _by_index(text: str, words: list[str], most: int) -> list[Hit]:
    """Brand from its beginning, reference from its beginning, then parts of reference and name, until there are enough."""
    typed = text.split()[:MOST_WORDS]
    asked = [fold(word) for word in typed]
    ways = [
        shoes().filter(brand__startswith=asked[0]).order_by("brand", "reference"),
        shoes().filter(reference__startswith=asked[0]).order_by("reference"),
    ]
    long = [word for word in typed if len(fold(word)) >= LEAST_PART]
    if long:
        parts = shoes()
        for word in long:
            by_brand = Q(brand__startswith=fold(word)) if len(asked) > 1 else Q()
            by_name = reduce(or_, (Q(name__icontains=form) for form in name_forms(word)))
            parts = parts.filter(by_brand | Q(reference__contains=fold(word)) | by_name)
        ways.append(parts.order_by(Length("reference"), "reference", "pk"))
    found: dict[int, Hit] = {}
    for way in ways:
        found |= {row.pk: row for row in _read(way) if _has(row, words)}
        if len(found) > most:
            break
    return list(found.values())


def by_key(texts: Iterable[str]) -> dict[str, int]:
    """Shoes by their key as somebody wrote it: "BRAND REFERENCE", or the reference alone where one shoe has it. What
    stands for none or for several is missing. One query, bounded by the number of texts; none without texts."""
    wanted = {text: " ".join(fold(text).split()) for text in texts if not UNSTORABLE.search(text)}
    tails = {" ".join(words[cut:]) for words in map(str.split, wanted.values()) for cut in range(min(len(words), 9))}
    if not tails:
        return {}
    whole: dict[str, int] = {}
    alone: dict[str, list[int]] = {}
    for pk, brand, reference in shoes().filter(reference__in=tails).values_list("pk", "brand", "reference"):
        whole[f"{brand} {reference}"] = pk
        alone.setdefault(reference, []).append(pk)
    found = {text: whole.get(key) or _only(alone.get(key, [])) for text, key in wanted.items()}
    return {text: pk for text, pk in found.items() if pk}


def _only(ids: list[int]) -> int:
    return ids[0] if len(ids) == 1 else 0
