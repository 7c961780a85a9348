"""What the search page answers: from an empty pair of fields to a list, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

from catalog.desk import queries
from catalog.desk.context import FoundProduct, lines_of
from catalog.desk.queries import BRANDS_SHOWN, MOST_BRANDS, MOST_FOUND, PAGE
from tenants.models import User

BRANDS_NAMED = 12
"""Brands that are offered when the one that was typed is unknown."""
State = Literal["start", "empty", "brand_unknown", "brands", "found", "reference_unknown"]


@dataclass
class Result:
    """The answer. `state` says which page it is; the rest is what that page shows."""

    state: State
    brand: str
    typed: str
    brands: list[tuple[str, int]]
    conflicts: int
    lines: list[FoundProduct] = field(default_factory=list)
    seen: list[FoundProduct] = field(default_factory=list)
    similar_brands: list[str] = field(default_factory=list)
    similar: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0
    is_more: bool = False
    is_short: bool = False
    page: int = 1

    @property
    def has_more_brands(self) -> bool:
        """Whether the list of brands was cut off."""
        return len(self.brands) == BRANDS_SHOWN

    @property
    def before(self) -> int:
        """The page before, 0 for none."""
        return self.page - 1

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, ceil(self.count / PAGE))

    @property
    def after(self) -> int:
        """The next page, 0 for none."""
        return self.page + 1 if self.page < self.last else 0

    @property
    def first_number(self) -> int:
        """The place of the first line in the whole list."""
        return (self.page - 1) * PAGE + 1

    @property
    def last_number(self) -> int:
        """The place of the last line in the whole list."""
        return self.first_number + len(self.lines) - 1


def search(*, brand: str, typed: str, page: int, user: User) -> Result:
    """Look for products. Both texts as typed; six statements at most, with those of the sign-in."""
    brands = queries.brands(typed=brand)
    result = Result("start", brand, typed, brands.rows, brands.conflicts, page=page)
    if not brands.rows:
        return _no_brand(result)
    whole = [row for row in brands.rows if row[0] == queries.key_of(brand)]
    chosen = whole or brands.rows
    size = sum(count for _, count in chosen) if brand else brands.products
    within = [name for name, _ in chosen] if brand else None
    result.brands = [row for row in brands.rows if row not in whole] if whole else brands.rows
    result.brands = [] if len(brands.rows) == 1 and brand else result.brands
    if typed:
        return _by_reference(result, within, size)
    if within is None:
        result.seen = lines_of(queries.lines(queries.seen_by(user)))
    elif len(within) > 1:
        result.state = "brands"
    else:
        _listed(result, within, size)
    return result


def _no_brand(result: Result) -> Result:
    """Nothing at all, or nothing by this name."""
    known = queries.brands(most=MOST_BRANDS) if result.brand else queries.Brands([], 0, 0)
    result.state = "brand_unknown" if known.rows else "empty"
    result.conflicts = known.conflicts
    result.similar_brands = queries.similar_brands(result.brand, [name for name, _ in known.rows])
    result.brands = known.rows[:BRANDS_NAMED]
    return result


def _by_reference(result: Result, within: Sequence[str] | None, size: int) -> Result:
    found = queries.find(within=within, typed=result.typed, size=size)
    result.is_short = found.is_short
    if not found.ids:
        result.state = "reference_unknown"
        result.similar = queries.similar_references(within=within, typed=result.typed)
        return result
    result.state, result.count, result.is_more = "found", len(found.ids), found.is_more
    result.page = min(result.page, result.last)
    shown = found.ids[(result.page - 1) * PAGE : result.page * PAGE]
    result.lines = lines_of(queries.lines(shown), [queries.key_of(result.typed)])
    return result


def _listed(result: Result, within: Sequence[str], size: int) -> None:
    """Fill the result with all products of one brand, a page at a time; `size` is how many the brand has."""
    result.state, result.count, result.is_more = "found", min(size, MOST_FOUND), size > MOST_FOUND
    result.page = min(result.page, result.last)
    result.lines = lines_of(queries.lines(queries.of_brands(within, page=result.page)))
