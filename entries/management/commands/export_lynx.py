from entries.management.timing_command import TimingCommand
from entries.meet.models import Meet
from entries.report.lynx import lynx_files
from entries.report.timing_files import TimingFiles


class Command(TimingCommand):
    """`manage.py export_lynx MEET --output DIR` (contract 8)."""

    help = "Write lynx.ppl, lynx.evt and lynx.sch of a meet, in the encoding that its page says."

    def files_of(self, meet: Meet) -> TimingFiles:
        return lynx_files(meet)
