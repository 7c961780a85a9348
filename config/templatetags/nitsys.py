"""How values are shown everywhere."""

from django import template

from entries.marks import format_time

register = template.Library()


@register.filter
def mark(hundredths: int | None) -> str:
    """A time of hundredths as `14:05.32`; empty for none."""
    return format_time(hundredths)


@register.filter
def yen(amount: int | None) -> str:
    """`2,000円`."""
    return "" if amount is None else f"{amount:,}円"
