"""Ages, sizes and shares as people read them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

STEPS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))
TWO_DAYS = timedelta(days=2)
TWO_HOURS = timedelta(hours=2)
AS_SECONDS = 600


def size(count: float) -> str:
    """Bytes in units of a thousand: `1.2 GB`."""
    for unit, least in STEPS:
        if abs(count) >= least:
            return f"{count / least:,.1f} {unit}"
    return f"{count:,.0f} B"


def ago(then: datetime, now: datetime) -> str:
    """How long since: `26時間前`."""
    return _("%(span)s前") % {"span": span(now - then)}


def span(length: timedelta) -> str:
    """A length of time in its own unit: days from two days on, hours from two hours on, else minutes."""
    if length >= TWO_DAYS:
        return ngettext("%(n)d日", "%(n)d日", length.days) % {"n": length.days}
    if length >= TWO_HOURS:
        hours = length // timedelta(hours=1)
        return ngettext("%(n)d時間", "%(n)d時間", hours) % {"n": hours}
    minutes = max(length // timedelta(minutes=1), 0)
    return ngettext("%(n)d分", "%(n)d分", minutes) % {"n": minutes}


def seconds(count: float) -> str:
    """Seconds as a length of time that a person can wait for."""
    if count >= AS_SECONDS:
        return span(timedelta(seconds=count))
    return ngettext("%(n)d秒", "%(n)d秒", round(count)) % {"n": round(count)}


def listed(items: Iterable[str]) -> str:
    """Several things one after the other, as the language separates them."""
    return _("、").join(items)


def day(at: datetime) -> str:
    """A moment as the site's own clock shows it."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def percent(part: float, whole: float) -> str:
    """A share; without a whole it is none."""
    return f"{100 * part / whole:.1f}%" if whole else "0%"
