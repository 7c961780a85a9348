"""One import line per room."""

from entries.entry import admin as entry
from entries.news import admin as news

__all__ = ["entry", "news"]
