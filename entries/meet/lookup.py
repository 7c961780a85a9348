"""Which meet is meant: `tenant/slug`, a slug that only one host uses, or a number."""

from entries.meet.models import Meet
from tenants.scope import across_tenants


class NoSuchMeet(Exception):
    """No meet, or several, are called so."""


def find_meet(text: str) -> Meet:
    """The meet that is meant, with its host. Raises NoSuchMeet, saying what to write instead."""
    host, slash, slug = text.strip().strip("/").rpartition("/")
    with across_tenants():
        meets = Meet.objects.select_related("tenant").order_by("pk")
        if slash:
            found = list(meets.filter(tenant__slug=host, slug=slug))
        else:
            found = list(meets.filter(slug=slug))
            if not found and slug.isascii() and slug.isdecimal() and len(slug) < 18:
                found = list(meets.filter(pk=int(slug)))
    if not found:
        raise NoSuchMeet(f"no meet is called {text!r}: write TENANT/SLUG as in its address, or its number")
    if len(found) > 1:
        names = ", ".join(f"{meet.tenant.slug}/{meet.slug}" for meet in found[:5])
        raise NoSuchMeet(f"{len(found)} meets are called {text!r}: write one of {names}")
    return found[0]


def address_of(meet: Meet) -> str:
    """`tenant/slug`. Needs `tenant` loaded."""
    return f"{meet.tenant.slug}/{meet.slug}"
