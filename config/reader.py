"""Typed look-ups in a mapping of strings. `config.env` reads the environment with it."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured


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

    def items(self, name: str) -> list[str]:
        """A comma separated list, without empty items."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]
