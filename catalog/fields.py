"""What is known of a product, field by field: the names by which CSV, old SQLite files, overrides and pages speak of it.

A value is held as JSON would hold it (text, whole number, list of codes, date as 2026-04-01, stack height as "39.5"), so
that master and override compare alike. Everything that has no field of its own is kept, verbatim, in `specs`.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.keys import plain
from catalog.shoes.events import ListStatus, ShoeEvent
from tenants import wording
from tenants.refusal import Refused

MOST_YEN = 2_147_483_647
MOST_STACK_MM = Decimal(100)
SPECS = "specs."
"""In front of the name of a value that is kept in `specs`."""
MOST_SPEC_NAME = 100

wording.register(
    {
        "product_too_long": _("長すぎます（上限%(limit)s文字）。"),
        "product_yen": _("価格は0以上の整数（円）で入力してください。例: 24200"),
        "product_stack": _("靴底の厚さは0より大きい数（mm）で入力してください。例: 39.5"),
        "product_events": _("種目の区分「%(text)s」は使えません。使えるもの: %(known)s"),
        "product_status": _("リスト区分「%(text)s」は使えません。使えるもの: %(known)s"),
        "product_date": _("日付は 2026-04-01 の形で入力してください。"),
    }
)

Value = Any
"""str, int, list[str] or None, as described above."""


class ProductField(NamedTuple):
    """One field. `read` turns what was typed into the value, raising Refused; `titles` are its other names in files."""

    name: str
    label: str | Promise
    read: Callable[[str], Value]
    titles: tuple[str, ...]
    is_shoe: bool = False


def _text(limit: int) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        if len(text) > limit:
            raise Refused("product_too_long", limit=limit)
        return text

    return read


def read_yen(text: str) -> int | None:
    """`"￥24,200円"` is 24200; the empty text None. Raises Refused("product_yen")."""
    digits = plain(text).strip("¥\\円").replace(",", "")
    if not digits:
        return None
    whole = digits.removesuffix(".0").removesuffix(".00")
    if not (whole.isascii() and whole.isdecimal()) or len(whole) > 10 or int(whole) > MOST_YEN:
        raise Refused("product_yen")
    return int(whole)


def _stack(text: str) -> Value:
    number = plain(text).lower().removesuffix("mm").strip()
    if not number:
        return None
    try:
        found = Decimal(number)
    except InvalidOperation:
        raise Refused("product_stack") from None
    if not found.is_finite() or not 0 < found <= MOST_STACK_MM or found != found.quantize(Decimal("0.1")):
        raise Refused("product_stack")
    return str(found.quantize(Decimal("0.1")))


def _events(text: str) -> Value:
    """Codes or labels, separated by spaces, commas or 、; in the order of `ShoeEvent`, each once."""
    wanted = plain(text).replace("、", " ").replace(",", " ").replace(";", " ").replace("・", " ").split()
    codes = {code.lower(): code for code in ShoeEvent.values} | {str(event.label): event.value for event in ShoeEvent}
    for word in wanted:
        if word.lower() not in codes and word not in codes:
            raise Refused("product_events", text=word[:40], known=", ".join(ShoeEvent.values))
    found = {codes.get(word.lower()) or codes[word] for word in wanted}
    return [code for code in ShoeEvent.values if code in found]


def _status(text: str) -> Value:
    word = plain(text)
    codes = {code: code for code in ListStatus.values} | {str(status.label): status.value for status in ListStatus}
    if word and word.lower() not in codes and word not in codes:
        raise Refused("product_status", text=word[:40], known=", ".join(code for code in ListStatus.values if code))
    return codes.get(word.lower()) or codes.get(word, "")


def _date(text: str) -> Value:
    word = plain(text).replace("/", "-").replace(".", "-")
    if not word:
        return None
    try:
        parts = [int(part) for part in word.split("-")]
        return date(*parts).isoformat() if len(parts) == 3 else date.fromisoformat(word).isoformat()
    except (ValueError, TypeError, OverflowError):
        raise Refused("product_date") from None


FIELDS: dict[str, ProductField] = {
    field.name: field
    for field in (
        ProductField("name", _("商品名"), _text(200), ("商品名", "名称", "品名", "name")),
        ProductField("category", _("分類"), _text(40), ("分類", "カテゴリ", "カテゴリー", "category")),
        ProductField("price_jpy", _("価格（円）"), read_yen, ("価格（円）", "価格", "定価", "price_jpy", "price")),
        ProductField("stack_height_mm", _("靴底の厚さ（mm）"), _stack,
                     ("靴底の厚さ（mm）", "靴底の厚さ", "ソール厚", "stack_height_mm"), is_shoe=True),
        ProductField("events_allowed", _("使用できる種目"), _events, ("使用できる種目", "events_allowed"), is_shoe=True),
        ProductField("list_status", _("WAリスト区分"), _status, ("WAリスト区分", "リスト区分", "list_status"), is_shoe=True),
        ProductField("valid_from", _("使用開始日"), _date, ("使用開始日", "valid_from"), is_shoe=True),
        ProductField("valid_until", _("使用終了日"), _date, ("使用終了日", "valid_until"), is_shoe=True),
    )
}  # fmt: skip

OLD_COLUMNS = (
    "brand", "reference", "price_jpy", "case_size_mm", "movement", "case_material", "bracelet_strap", "dial_color",
    "water_resistance_m", "buckle", "warranty_years", "collection", "movement_caliber", "case_thickness_mm",
    "lug_width_mm", "remarks",
)  # fmt: skip
"""Columns of `master_products` in the files of the running system (contract 6)."""
