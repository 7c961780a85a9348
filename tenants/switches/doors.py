"""What pages say about a function that is stopped."""

from tenants.switches import queries
from tenants.switches.models import Function
from tenants.switches.rules import refusal_of
from tenants.wording import say


def said_of(function: Function) -> str:
    """The notice for the page of this function; "" while it is not stopped."""
    switch = queries.stopped(function)
    return say(refusal_of(switch)) if switch is not None else ""
