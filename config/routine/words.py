"""Ages, sizes and shares as people read them."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

STEPS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))
TWO_DAYS = timedelta(days=2)
TWO_HOURS = timedelta(hours=2)


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
        return _("%(n)d日") % {"n": length.days}
    if length >= TWO_HOURS:
        return _("%(n)d時間") % {"n": length // timedelta(hours=1)}
    return _("%(n)d分") % {"n": max(length // timedelta(minutes=1), 0)}


def seconds(count: float) -> str:
    """Seconds as a length of time that a person can wait for."""
    return _("%(n)d秒") % {"n": round(count)} if count < 600 else span(timedelta(seconds=count))


def day(at: datetime) -> str:
    """A moment as the site's own clock shows it."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


def percent(part: float, whole: float) -> str:
    """A share; without a whole it is none."""
    return f"{100 * part / whole:.1f}%" if whole else "0%"
