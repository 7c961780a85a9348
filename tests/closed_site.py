"""Closing the site, or a part of it."""

from typing import Any

from django.utils import timezone

from tenants.switches import actions
from tenants.switches.models import Function

SHEET = "/meets/nittai/ld326/enter"


def close(function: Function = Function.MAINTENANCE, **said: Any) -> None:
    actions.stop(function, by=None, at=timezone.now(), **said)
