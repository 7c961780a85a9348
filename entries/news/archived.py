"""What the archive of a meet holds of this room, and where a person's name may stand in it."""

from entries.archive.traces import register_text
from entries.news.models import Notice

register_text(Notice, "title", "body")
