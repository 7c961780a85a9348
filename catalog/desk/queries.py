"""What staff find in the catalogue. Everything here needs the tenant's scope.

On PostgreSQL each statement has an index behind it (migrations 0003, 0004): the unique key for a brand, (tenant,
reference) for a prefix across brands, trigrams for parts. Never is anything counted that could be a million rows.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Func
from django.db.models.functions import Coalesce

from catalog.desk import patterns
from catalog.keys import fold, name_forms
from catalog.models import BrandCount, MasterProduct, ProductOverride, SeenProduct
from tenants.models import User

BRANDS_SHOWN = 100
MOST_BRANDS = 5000
"""Names that are compared when a brand is unknown."""
MOST_FOUND = 1000
PAGE = 50
SEEN_SHOWN = 12
SHORTEST_PART = 3
"""Shorter parts have no trigram; they are looked for in small catalogues only."""
SMALL = 10_000
"""So many products are read one by one in 20 ms."""
LAST_LETTER = "\U0010ffff"
SIMILAR_SHOWN = 5
LIKENESS = 0.6
"""Of `difflib`; 0.6 is one letter wrong in five and better."""

Row = TypeVar("Row")


class Brands(NamedTuple):
    """Brands with how many products each has, how many the host has in all, and its open conflicts."""

    rows: list[tuple[str, int]]
    products: int
    conflicts: int


class Found(NamedTuple):
    """Products by number, best first; whether there are more than `MOST_FOUND`; whether what was typed was too short
    to be looked for as a part."""

    ids: list[int]
    is_more: bool
    is_short: bool


def key_of(typed: str) -> str:
    """What somebody means by it: the key that it folds to, else what was typed."""
    return fold(typed) or typed.strip().upper()


def products(*, brand: str, prefix: str = "") -> QuerySet[MasterProduct]:
    """Products of a brand, by reference; with `prefix` those whose reference begins so. Both are folded here."""
    found = MasterProduct.objects.filter(brand=fold(brand)).order_by("reference", "pk")
    return found.filter(reference__startswith=fold(prefix)) if prefix else found


def first_of(found: QuerySet[MasterProduct], limit: int) -> tuple[list[MasterProduct], int]:
    """The first rows and how many there are in all, which costs a query only when there are more."""
    rows = list(found[:limit])
    return rows, len(rows) if len(rows) < limit else found.count()


def brands(*, typed: str = "", most: int = BRANDS_SHOWN) -> Brands:
    """The brands whose name holds what was typed, those that begin so first. All in one query."""
    found = BrandCount.objects.filter(products__gt=0).annotate(
        all_products=_alone(BrandCount, Sum("products")), conflicts=_open_conflicts()
    )
    if typed:
        text = key_of(typed)
        begins = Case(When(brand__startswith=text, then=Value(0)), default=Value(1))
        found = found.filter(brand__contains=text).order_by(begins, "brand", "pk")
    else:
        found = found.order_by("brand", "pk")
    rows = list(found.values_list("brand", "products", "all_products", "conflicts")[:most])
    return Brands([row[:2] for row in rows], *(rows[0][2:] if rows else (0, 0)))


def _open_conflicts() -> Coalesce:
    return _alone(ProductOverride, Func(F("pk"), function="COUNT"), conflict_at__isnull=False)


def _alone(model: Any, what: Any, **where: Any) -> Coalesce:
    """One number about another table of the host, evaluated once for the whole query."""
    rows = model.objects.filter(**where).order_by().values("tenant").annotate(answer=what).values("answer")
    return Coalesce(Subquery(rows), Value(0))


def conflict_count() -> int:
    """How many corrections wait for a decision."""
    return ProductOverride.objects.filter(conflict_at__isnull=False).count()


def find(*, within: Sequence[str] | None, typed: str, size: int) -> Found:
    """Products whose reference begins with what was typed, by reference; then those that have it as a part of the
    reference or the name, by reference. `within` names brands, None means all; `size` is how many products these have.
    """
    text = key_of(typed)
    ids = list(
        _of(within).filter(_begins(text)).order_by(*_order(within)).values_list("pk", flat=True)[: MOST_FOUND + 1]
    )
    is_small = size <= SMALL
    is_short = not is_small and len(text) < SHORTEST_PART
    if len(ids) <= MOST_FOUND and not is_short:
        ids += _having_parts(within, text, typed, is_large=not is_small)[: MOST_FOUND + 1 - len(ids)]
    return Found(ids[:MOST_FOUND], len(ids) > MOST_FOUND, is_short)


def _of(within: Sequence[str] | None) -> QuerySet[MasterProduct]:
    return MasterProduct.objects.all() if within is None else MasterProduct.objects.filter(brand__in=within)


def _order(within: Sequence[str] | None) -> tuple[str, ...]:
    """By reference, in the words of the index that has it so."""
    return ("reference", "pk") if within is not None and len(within) == 1 else ("reference", "brand", "pk")


def _begins(text: str) -> Q:
    """As a range, for which a btree is the only way; of a pattern the planner may think otherwise."""
    return Q(reference__gte=text, reference__lt=f"{text}{LAST_LETTER}")


def _having_parts(within: Sequence[str] | None, text: str, typed: str, *, is_large: bool) -> list[int]:
    names = name_forms(typed)
    if connection.vendor == "postgresql":
        rows = patterns.having_parts(text, names, within=within, most=MOST_FOUND + 1, is_large=is_large)
        return [row[2] for row in rows]
    has = reduce(or_, (Q(name__icontains=name) for name in names), Q(reference__contains=text))
    found = _of(within).filter(has).exclude(_begins(text)).order_by(*_order(within))
    return list(found.values_list("pk", flat=True)[: MOST_FOUND + 1])


def of_brands(within: Sequence[str], *, page: int) -> list[int]:
    """Products of these brands, by brand and reference: the numbers of one page."""
    found = MasterProduct.objects.filter(brand__in=within).order_by("brand", "reference")
    return list(found.values_list("pk", flat=True)[(page - 1) * PAGE : page * PAGE])


def lines(ids: Sequence[int]) -> list[Any]:
    """These products in this order, each with the corrections of what a list shows, and whether there are any."""
    own = ProductOverride.objects.filter(product=OuterRef("pk"))
    found = MasterProduct.objects.filter(pk__in=ids)
    rows = found.only("tenant", "brand", "reference", "name", "category", "price_jpy").annotate(
        name_override=Subquery(own.filter(field="name").values("value")[:1]),
        price_override=Subquery(own.filter(field="price_jpy").values("value")[:1]),
        is_corrected=Exists(own),
        is_in_conflict=Exists(own.filter(conflict_at__isnull=False)),
    )
    by_id = {row.pk: row for row in rows}
    return [by_id[number] for number in ids if number in by_id]


def similar_references(*, within: Sequence[str] | None, typed: str) -> list[tuple[str, str]]:
    """(brand, reference) of products whose reference is nearly what was typed, the most alike first.

    Candidates are references that are the same but for a gap of three characters anywhere, and the (PostgreSQL)
    neighbours in order, or (SQLite) some that begin alike. pg_trgm's own operator was tried: where references are numbered one after the other it reads
    them all.
    """
    text = key_of(typed)
    gaps = _gaps(text)
    if connection.vendor == "postgresql":
        rows = {(brand, reference) for reference, brand, _ in patterns.nearly(text, gaps, within=within)}
        return _most_alike(text, rows, key=lambda row: row[1])
    has = [Q(reference__startswith=head, reference__endswith=tail) for head, tail in gaps]
    near = reduce(or_, has, Q(reference__startswith=text[:2]))
    return _most_alike(
        text, set(_of(within).filter(near).values_list("brand", "reference")[:100]), key=lambda row: row[1]
    )


def _gaps(text: str) -> list[tuple[str, str]]:
    """Head and tail around each gap of three; those that say too little are left out, and what only begins alike,
    which the neighbours do, too."""
    pairs = [(text[:start], text[start + 3 :]) for start in range(0, len(text) - 3, 2)]
    return [(head, tail) for head, tail in pairs if len(head) >= 2 or len(tail) >= 3]


def similar_brands(typed: str, names: Iterable[str]) -> list[str]:
    """The names that are nearly what was typed, the most alike first."""
    return _most_alike(key_of(typed), set(names), key=str)


def _most_alike(text: str, rows: set[Row], *, key: Callable[[Row], str]) -> list[Row]:
    matcher = difflib.SequenceMatcher(b=text)
    scored = []
    for row in rows:
        matcher.set_seq1(key(row))
        if matcher.real_quick_ratio() >= LIKENESS and matcher.quick_ratio() >= LIKENESS:
            scored.append((-matcher.ratio(), row))
    return [row for score, row in sorted(scored, key=lambda item: (item[0], repr(item[1]))) if score <= -LIKENESS][
        :SIMILAR_SHOWN
    ]


def seen_by(user: User) -> list[int]:
    """Numbers of the products of this host that somebody opened last, the latest first."""
    seen = SeenProduct.objects.filter(user=user).order_by("-seen_at", "-pk")
    return list(seen.values_list("product_id", flat=True)[:SEEN_SHOWN])
