"""One import line per room."""

from entries.archive.models import ArchivePiece, MeetArchive
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.heat.models import Bib, BibRange, Heat, HeatChange, ListVersion, RaceSeeding, SeedingPin, Start
from entries.meet.competition import Competition
from entries.meet.models import Meet, Race, TimetableSlot
from entries.news.models import Notice
from entries.report.models import PrintedPaper
from entries.roster.models import Athlete, ColumnMemory, Membership, RosterUpload, Team

__all__ = [
    "ArchivePiece", "Athlete", "Bib", "BibRange", "ColumnMemory", "Competition", "Entry", "EntryUpload", "Heat", "HeatChange",
    "ListVersion", "Meet", "MeetArchive", "Membership", "Notice", "PrintedPaper", "Race", "RaceSeeding", "RosterUpload", "SeedingPin", "SheetDraft",
    "Start", "Submission", "Team", "TimetableSlot",
]  # fmt: skip
