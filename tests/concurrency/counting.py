"""The site as it is, which also notes each public page that it makes: one line in the file RENDERED. Never deployed."""

import os
from collections.abc import Callable
from typing import Any

from config.wsgi import application
from entries.news import decorators
from tenants.replica import read_publicly

__all__ = ["application"]


def noted(work: Callable[[], Any]) -> Any:
    """Appending a line is one write, whoever else does."""
    with open(os.environ["RENDERED"], "a") as file:
        file.write(f"{os.getpid()}\n")
    return read_publicly(work)


vars(decorators)["read_publicly"] = noted  # the name by which the doors call it
