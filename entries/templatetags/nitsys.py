"""Template tags and filters: how money, times, days and states are shown on every page."""

from datetime import datetime

from django import template
from django.urls import reverse

from entries.marks import format_time
from entries.meet.gauge import Gauge
from entries.meet.links import page_link
from entries.meet.models import Meet, Race
from entries.meet.standing import time_left
from entries.meet.wording import days_of
from entries.meet.wording import moment as moment_in_words
from entries.meet.wording import yen as yen_in_words

register = template.Library()


@register.filter
def mark(hundredths: int | None) -> str:
    """A time of hundredths as `14:05.32`; empty for none."""
    return format_time(hundredths)


@register.filter
def yen(amount: int | None) -> str:
    """`2,000円`, in English `¥2,000`."""
    return yen_in_words(amount)


@register.filter
def number(value: int | None) -> str:
    """`1,360`; empty for none."""
    return "" if value is None else f"{value:,}"


@register.filter
def moment(at: datetime, meet: Meet) -> str:
    """An instant in the meet's zone, with weekday and zone name."""
    return moment_in_words(meet, at)


@register.filter
def left(until: datetime, now: datetime) -> str:
    """How long it is from `now` until then: `2日4時間`."""
    return time_left(until - now)


@register.filter
def days(meet: Meet) -> str:
    """`2027/5/1 (土)–5/2 (日)`."""
    return days_of(meet)


@register.inclusion_tag("pieces/gauge.html")
def gauge(race: Race) -> dict[str, object]:
    """How full a race is, drawn, with its words."""
    return {"gauge": Gauge.of(race), "race": race}


@register.simple_tag
def link(path: str, **query: object) -> str:
    """An address on a public page: the query's values that are not empty, and the language unless it is the first.

    `path` is a path, the name of one (`news:meets`), or empty for the page itself.
    """
    if ":" in path and not path.startswith("/"):
        path = reverse(path)
    return page_link(path, **query)
