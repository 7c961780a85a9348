"""What the desk's pages show, computed from rows that are loaded: asks the database nothing."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.dateformat import format as date_format
from django.utils.functional import cached_property
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalog.fields import FIELDS, OLD_COLUMNS, SPECS, Value
from catalog.models import SHOE, MasterProduct, ProductOverride
from catalog.overrides.rules import may_be_overridden, version_of
from catalog.values import KEY_COLUMNS, NOTHING, fields_of, is_empty, label, master_value, printed, shown_value


def marked(text: str, wanted: Iterable[str]) -> SafeString:
    """The text with the first place where one of the wanted texts (upper case) stands marked, escaped."""
    upper = text.upper()
    if len(upper) == len(text):  # "ß" grows
        for part in wanted:
            start = upper.find(part) if part else -1
            if start >= 0:
                end = start + len(part)
                return format_html("{}<mark>{}</mark>{}", text[:start], text[start:end], text[end:])
    return mark_safe(escape(text))  # noqa: S308 - escaped


def moment(at: datetime) -> str:
    """An instant in the site's zone."""
    local = localtime(at)
    return f"{date_format(local, _('Y/n/j (D) H:i'))} {local:%Z}"


class FoundProduct(NamedTuple):
    product: MasterProduct
    reference: SafeString
    name: SafeString
    price: str
    is_corrected: bool
    is_in_conflict: bool

    @property
    def path(self) -> str:
        """The address of the product's page."""
        return path_of(self.product.pk)


def path_of(product: int) -> str:
    """The address of a product's page."""
    return reverse("catalog:product", args=[product])


def lines_of(rows: Iterable[Any], wanted: Iterable[str] = ()) -> list[FoundProduct]:
    """Rows of `catalog.desk.queries.lines` with what was looked for marked, and with what holds."""
    wanted = list(wanted)
    return [
        FoundProduct(
            row,
            marked(row.reference, wanted),
            marked(row.name_override or row.name, wanted),
            printed("price_jpy", row.price_jpy if row.price_override is None else row.price_override),
            row.is_corrected,
            row.is_in_conflict,
        )
        for row in rows
    ]


class FieldRow:
    """One field of a product: what the master says, the correction, what holds."""

    def __init__(self, product: MasterProduct, field: str, override: ProductOverride | None) -> None:
        self.product, self.field, self.override = product, field, override
        self.label = label(field)
        self.name = field.removeprefix(SPECS)
        self.id = field if field in FIELDS else f"x{hashlib.sha256(field.encode()).hexdigest()[:10]}"
        """For addresses within the page: names of columns may hold anything."""

    @property
    def path(self) -> str:
        """The address of the product's page."""
        return path_of(self.product.pk)

    @cached_property
    def value(self) -> Value:
        """The staff's correction, else the master's value."""
        return shown_value(self.product, self.field, self.override)

    @property
    def master(self) -> str:
        return printed(self.field, master_value(self.product, self.field))

    @property
    def correction(self) -> str:
        """The correction as a page shows it; a dash when there is none."""
        return printed(self.field, self.override.value) if self.override else NOTHING

    @property
    def base(self) -> str:
        """What the master said when the correction was made, printed."""
        return printed(self.field, self.override.base) if self.override else NOTHING

    @property
    def holds(self) -> str:
        return printed(self.field, self.value)

    @property
    def is_in_conflict(self) -> bool:
        return self.override is not None and self.override.conflict_at is not None

    @property
    def seen(self) -> str:
        """For the hidden field that finds lost updates."""
        return version_of(self.product, self.field, self.override)

    @property
    def made_at(self) -> str:
        """When it was corrected, with weekday and hour; "" without a correction."""
        return moment(self.override.made_at) if self.override else ""

    @property
    def conflict_at(self) -> str:
        """When the master changed under the correction."""
        return moment(self.override.conflict_at) if self.override and self.override.conflict_at else ""

    @property
    def may_be_corrected(self) -> bool:
        return may_be_overridden(self.product, self.field)


class Group(NamedTuple):
    title: str
    rows: list[FieldRow]


class ProductPage:
    """A product with its fields in groups. `editing` is the field whose form is open, if any."""

    def __init__(self, product: MasterProduct, overrides: Mapping[str, ProductOverride], *, editing: str = "") -> None:
        self.product, self.overrides = product, overrides
        extra = [editing] if may_be_overridden(product, editing) else []
        names = dict.fromkeys([*fields_of(product, overrides), *extra])
        self.rows = [FieldRow(product, field, overrides.get(field)) for field in names]
        self.editing = next((row for row in self.rows if row.field == editing and row.may_be_corrected), None)
        self.conflicts = [row for row in self.rows if row.is_in_conflict]

    @property
    def name(self) -> str:
        return str(shown_value(self.product, "name", self.overrides.get("name")))

    @property
    def groups(self) -> list[Group]:
        """Those of every product, those of shoes, the columns. What a product that is no shoe lacks is left out."""
        basic = [row for row in self.rows if row.field in FIELDS and not FIELDS[row.field].is_shoe]
        shoe = [row for row in self.rows if row.field in FIELDS and FIELDS[row.field].is_shoe]
        category = shown_value(self.product, "category", self.overrides.get("category"))
        if category != SHOE and all(is_empty(row.value) and row is not self.editing for row in shoe):
            shoe = []
        columns = [row for row in self.rows if row.field not in FIELDS]
        found = [Group(_("基本"), basic), Group(_("シューズ"), shoe), Group(_("その他の項目"), columns)]
        return [group for group in found if group.rows]

    @property
    def missing(self) -> list[FieldRow]:
        """Columns of the old files that the product lacks, and that may be filled in by a correction."""
        known = {row.field for row in self.rows}
        fields = [f"{SPECS}{name}" for name in OLD_COLUMNS if name not in KEY_COLUMNS]
        return [FieldRow(self.product, field, None) for field in fields if field not in known]

    @property
    def source(self) -> list[tuple[str, str]]:
        """What the imported file said in the columns that became the key and the price, for the record."""
        return [(name, str(self.product.specs[name])) for name in KEY_COLUMNS if name in self.product.specs]
