"""One import line per room."""

from entries.archive import admin as archive
from entries.archive import people_admin as archive_people
from entries.entry.desk import admin as entry
from entries.entry.desk import meet_admin as entry_meet
from entries.news import admin as news

__all__ = ["archive", "archive_people", "entry", "entry_meet", "news"]
