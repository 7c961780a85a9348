"""Typed look-ups in a mapping of strings. `config.env` reads the environment with it."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

WEB = ("http", "https")
_SPACE = re.compile(r"\s")


class Reader:
    """Typed look-ups in a mapping; an empty string counts as unset."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding space, or the default."""
        return self.values.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        """Yes or no. Raises ImproperlyConfigured for any other word."""
        value = self.text(name, str(default)).lower()
        if value in ("1", "true", "yes", "on"):
            return True
        if value in ("0", "false", "no", "off"):
            return False
        raise ImproperlyConfigured(f"{name}: write True or False")

    def number(self, name: str, default: int, most: int = 1_000_000) -> int:
        """A whole number from 1 to `most`. Raises ImproperlyConfigured."""
        try:
            value = int(self.text(name, str(default)))
        except ValueError:
            raise ImproperlyConfigured(f"{name}: write a whole number") from None
        if not 0 < value <= most:
            raise ImproperlyConfigured(f"{name}: write a number from 1 to {most}")
        return value

    def rate(self, name: str) -> float:
        """A number from 0 to 1. Raises ImproperlyConfigured."""
        try:
            value = float(self.text(name, "0"))
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise ImproperlyConfigured(f"{name}: write a number from 0 to 1")
        return value

    def address(
        self, name: str, schemes: Collection[str] = WEB, *, write: str = "", may_lack_host: bool = False
    ) -> str:
        """A whole address of one of these schemes; empty when unset. Raises ImproperlyConfigured, saying what to `write`."""
        url = self.text(name)
        if url and not is_address(url, schemes, may_lack_host=may_lack_host):
            raise ImproperlyConfigured(f"{name}: {write or 'write the whole address, beginning with https://'}")
        return url

    def items(self, name: str) -> list[str]:
        """A comma separated list, without empty items."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]


def is_address(url: str, schemes: Collection[str], *, may_lack_host: bool = False) -> bool:
    """Whether scheme, host and port can be read: what cannot would be found out by a request, or end a start with its value."""
    try:
        parts = urlsplit(url)
        has_place = bool(parts.hostname or may_lack_host) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in schemes and has_place and not _SPACE.search(url)
