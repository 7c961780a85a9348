"""What the model is told about a product: its shown values, and nothing about anybody."""

import re
from collections.abc import Mapping
from itertools import islice

from django.utils import translation

from catalog import values
from catalog.drafting.checking.checks import Fact
from catalog.fields import FIELDS, SPECS
from catalog.models import MasterProduct, ProductOverride

IDENTITY = ("brand", "reference", "name")
MOST_FACTS = 60
MOST_LETTERS = 300
"""Of one value; a longer one is cut."""
PERSONAL = re.compile(
    r"\w\s{0,3}[@＠]\s{0,3}\w|(?<![\d０-９])[0０](?:[\s\-‐－ー()（）]{0,3}[\d０-９]){9,10}(?![\d０-９])"
)
"""A mail address or a Japanese telephone number, in any width. Remarks of old files sometimes hold the dealer's."""


def product_facts(product: MasterProduct, overrides: Mapping[str, ProductOverride]) -> dict[str, str]:
    """Values that hold, by field, in the words of the Japanese pages, for `ProductDraft.facts`; empty ones are left
    out, and those that hold a mail address or a telephone number."""
    found = {"brand": product.brand, "reference": product.reference}
    with translation.override("ja"):
        for field, value in values.shown_values(product, overrides).items():
            if not values.is_empty(value):
                found[field] = values.printed(field, value)
    told = ((field, text.strip()) for field, text in found.items())
    kept = ((field, text[:MOST_LETTERS]) for field, text in told if not PERSONAL.search(text[: 2 * MOST_LETTERS]))
    return dict(islice(kept, MOST_FACTS))


def told(facts: Mapping[str, str]) -> list[Fact]:
    """Stored facts in the order of the product's page (a database may keep another), with their Japanese names."""
    order = {field: place for place, field in enumerate(["brand", "reference", *FIELDS])}
    fields = sorted(facts, key=lambda field: (order.get(field, len(order)), field))
    with translation.override("ja"):
        return [Fact(field, label(field), facts[field], field in IDENTITY) for field in fields]


def label(field: str) -> str:
    """What a field is called, in the reader's language."""
    if field in IDENTITY[:2]:
        return str(MasterProduct._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    return values.label(field if field in FIELDS else f"{SPECS}{field.removeprefix(SPECS)}")
