"""How a rule says no: a stable code that doors translate into words."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """A rule said no. `code` is stable and tested; `data` holds the values that the wording needs."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data: Mapping[str, Any] = data
