"""What a product's fields hold: the master's value, the correction, what holds, and how each is said.

Values have the form of `catalog.fields`. Shown is the correction, else the master's value, else nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.fields import FIELDS, SPECS, Value
from catalog.shoes.events import SHOE, ListStatus, ShoeEvent

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from catalog.models import MasterProduct, ProductOverride

NOTHING = "–"
KEY_COLUMNS = ("brand", "reference", "price_jpy")
"""Columns of the old files that have a field of their own; what the file said stays in `specs`, for the record."""
SPEC_LABELS: dict[str, "str | Promise"] = {
    "case_size_mm": gettext_lazy("ケース径（mm）"),
    "movement": gettext_lazy("ムーブメント"),
    "case_material": gettext_lazy("ケース素材"),
    "bracelet_strap": gettext_lazy("ブレスレット・ストラップ"),
    "dial_color": gettext_lazy("文字盤の色"),
    "water_resistance_m": gettext_lazy("防水（m）"),
    "buckle": gettext_lazy("バックル"),
    "warranty_years": gettext_lazy("保証年数"),
    "collection": gettext_lazy("コレクション"),
    "movement_caliber": gettext_lazy("キャリバー"),
    "case_thickness_mm": gettext_lazy("ケース厚（mm）"),
    "lug_width_mm": gettext_lazy("ラグ幅（mm）"),
    "remarks": gettext_lazy("備考"),
}


def label(field: str) -> str:
    """What a field is called; a column of a file that we do not know keeps its own name."""
    if field in FIELDS:
        return str(FIELDS[field].label)
    name = field.removeprefix(SPECS)
    return str(SPEC_LABELS.get(name, name))


def master_value(product: "MasterProduct", field: str) -> Value:
    """What the master says. Raises KeyError for a field that no product has; a missing column of `specs` is empty."""
    if field.startswith(SPECS):
        value = product.specs.get(field.removeprefix(SPECS))
        return "" if value is None else value
    _ = FIELDS[field]
    value = getattr(product, field)
    if field == "stack_height_mm":
        return None if value is None else f"{value:.1f}"
    return value.isoformat() if isinstance(value, date) else value


def shown_value(product: "MasterProduct", field: str, override: "ProductOverride | None") -> Value:
    """What holds: the correction, else the master's value. Raises KeyError as `master_value` does."""
    return master_value(product, field) if override is None else override.value


def shown_values(product: "MasterProduct", overrides: Mapping[str, "ProductOverride"]) -> dict[str, Value]:
    """What holds for every field, in their order: those of `FIELDS`, then the product's other columns and corrections
    of columns that went. `overrides` are the product's own, by field (`catalog.overrides.queries.overrides_of`)."""
    return {field: shown_value(product, field, overrides.get(field)) for field in fields_of(product, overrides)}


def fields_of(product: "MasterProduct", overrides: Mapping[str, Any]) -> list[str]:
    """Names of all fields that this product has, whatever they hold."""
    columns = [f"{SPECS}{name}" for name in product.specs if name not in KEY_COLUMNS]
    return list(dict.fromkeys([*FIELDS, *columns, *sorted(overrides)]))


def is_empty(value: Value) -> bool:
    """Whether there is nothing to show; 0 yen is something."""
    return value is None or value in ("", [])


def printed(field: str, value: Value) -> str:
    """A value as people read it, in their language."""
    if is_empty(value):
        return NOTHING
    if field == "price_jpy":
        return _("%(amount)s円") % {"amount": f"{value:,}"}
    if field == "stack_height_mm":
        return f"{value} mm"
    if field == "category" and value == SHOE:
        return _("シューズ")
    if field == "events_allowed":
        return _("、").join(_choice(ShoeEvent, code) for code in value)
    if field == "list_status":
        return _choice(ListStatus, value)
    if field in ("valid_from", "valid_until"):
        return date_format(date.fromisoformat(value), _("Y/n/j (D)"))
    return str(value)


def as_typed(value: Value) -> str:
    """A value as its field's `read` takes it back."""
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)


def _choice(choices: type[ShoeEvent] | type[ListStatus], code: str) -> str:
    return str(choices(code).label) if code in choices.values else code
