"""One import line per room."""

from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.meet.models import Meet, Race, TimetableSlot
from entries.news.models import Notice
from entries.roster.models import Athlete, Membership, RosterUpload, Team

__all__ = [
    "Athlete", "Entry", "EntryUpload", "Meet", "Membership", "Notice", "Race", "RosterUpload", "SheetDraft",
    "Submission", "Team", "TimetableSlot",
]  # fmt: skip
