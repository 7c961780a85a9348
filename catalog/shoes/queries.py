"""What is known of shoes, and by which limits they are judged. Everything here needs the tenant's scope."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from catalog.fields import Value
from catalog.models import SHOE, MasterProduct, ProductOverride, ShoeLimit
from catalog.shoes.events import ShoeEvent
from catalog.shoes.limits import limit_for
from catalog.shoes.verdict import Limit, ShoeFacts, Verdict, verdict, worn_as
from catalog.shoes.wording import said
from catalog.values import shown_value

FACTS = ("category", "stack_height_mm", "events_allowed", "list_status", "valid_from", "valid_until")
"""The fields that a verdict looks at."""
READ = ("name", *FACTS)
LONGEST_LABEL = 300


@dataclass(frozen=True, slots=True)
class Shoe:
    """A product as an entry speaks of it, with its facts. `key` is what one types, `label` what is written down: the key
    and the name, cut to what an entry holds."""

    pk: int
    key: str
    name: str
    label: str
    facts: ShoeFacts


@dataclass(slots=True)
class Judge:
    """Judges shoes by one host's limits, read once. `distance_m` matters for days before 2024-11-01 only."""

    limits: list[Limit] = field(default_factory=list)

    def judge(self, facts: ShoeFacts, *, course: str, on: date, distance_m: int | None = None) -> Verdict:
        """May this shoe be worn on this day in a race on this course."""
        event = worn_as(facts, course)
        return verdict(facts, event=event, on=on, limit=limit_for(event, on, self.limits, distance_m))


def host_limits() -> list[Limit]:
    """The host's own limits. One query."""
    rows = ShoeLimit.objects.order_by("event", "valid_from", "pk")
    return [
        Limit(row.event, row.most_stack_mm, row.list_needed, row.valid_from, row.valid_until, row.source)
        for row in rows
    ]


def judge_of_host() -> Judge:
    """With the limits of the host in scope. One query."""
    return Judge(host_limits())


def shoes_by_id(ids: Iterable[int]) -> dict[int, Shoe]:
    """Products of the host with the facts that hold, corrections included. One query, whatever their number; none
    for no ids. Ids of other hosts' products are missing."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = MasterProduct.objects.filter(pk__in=wanted).only("brand", "reference", *READ)
    rows: Any = found.annotate(corrected=F("overrides__field"), correction=F("overrides__value"))
    products: dict[int, MasterProduct] = {}
    corrections: dict[int, dict[str, ProductOverride]] = defaultdict(dict)
    for row in rows:  # a row for each correction
        products[row.pk] = row
        if row.corrected in READ:
            corrections[row.pk][row.corrected] = ProductOverride(field=row.corrected, value=row.correction)
    return {pk: shoe_of(product, corrections[pk]) for pk, product in products.items()}


def shoe_of(product: MasterProduct, overrides: Mapping[str, ProductOverride]) -> Shoe:
    """The product with what holds for it."""
    shown = {name: shown_value(product, name, overrides.get(name)) for name in READ}
    name = shown["name"] or ""
    return Shoe(product.pk, str(product), name, f"{product} {name}".strip()[:LONGEST_LABEL], shoe_facts(shown))


def shoe_facts(shown: Mapping[str, Value]) -> ShoeFacts:
    """Values in the form of `catalog.fields` as facts. What a correction holds that is no value counts as not known."""
    return ShoeFacts(
        is_shoe=shown["category"] == SHOE,
        stack_height_mm=Decimal(shown["stack_height_mm"]) if shown["stack_height_mm"] else None,
        events_allowed=frozenset(shown["events_allowed"] or ()),
        list_status=shown["list_status"] or "",
        valid_from=_day(shown["valid_from"]),
        valid_until=_day(shown["valid_until"]),
    )


def _day(value: Value) -> date | None:
    return date.fromisoformat(value) if value else None


def verdicts_today(
    product: MasterProduct, overrides: Mapping[str, ProductOverride], *, on: date
) -> list[dict[str, Any]]:
    """For `templates/staff/product_shoe.html`, as `verdicts`: the verdict for each kind of race on a day. One query.

    `overrides` are the product's corrections by field. Empty for what is no shoe.
    """
    facts = shoe_of(product, overrides).facts
    if not facts.is_shoe:
        return []
    judging = judge_of_host()
    judged = ((event, judging.judge(facts, course=event, on=on)) for event in ShoeEvent)
    return [{"event": event.label, "verdict": found, "said": said(found)} for event, found in judged]
