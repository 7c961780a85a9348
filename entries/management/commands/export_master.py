from entries.management.timing_command import TimingCommand
from entries.meet.models import Meet
from entries.report.master import master_files
from entries.report.timing_files import TimingFiles


class Command(TimingCommand):
    """`manage.py export_master MEET --output DIR`."""

    help = "Write MASTER.csv and SYOZOKU.csv of a meet, in the encoding that its page says."

    def files_of(self, meet: Meet) -> TimingFiles:
        return master_files(meet)
