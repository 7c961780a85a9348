"""One import line per room."""

from entries.archive.models import ArchivePiece, MeetArchive
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.meet.models import Meet, Race, TimetableSlot
from entries.news.models import Notice
from entries.roster.models import Athlete, ColumnMemory, Membership, RosterUpload, Team

__all__ = [
    "ArchivePiece", "Athlete", "ColumnMemory", "Entry", "EntryUpload", "Meet", "MeetArchive", "Membership", "Notice", "Race",
    "RosterUpload", "SheetDraft", "Submission", "Team", "TimetableSlot",
]  # fmt: skip
