"""What of this room is kept: files for a day."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from entries.entry.models import Entry
from entries.records.person import Person
from entries.records.traces import Trace, register_traces, register_words
from entries.report.models import PrintedPaper
from entries.roster.models import Athlete
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES, before


def _papers(person: Person) -> Iterator[Trace]:
    """Files of the meets that the person is entered for; they can be made anew."""
    meets = Entry.objects.filter(athlete__in=person.of(Athlete)).values("race__meet")
    for paper in PrintedPaper.objects.filter(meet__in=meets).defer("content").order_by("pk"):
        yield Trace(PrintedPaper, paper.pk, None, {"id": paper.pk, "kind": paper.kind, "asked_at": paper.asked_at})


register_traces(PrintedPaper, _papers, position=27)
register_words(PrintedPaper, _("印刷物"), _("ファイルを消します"))
register(
    RetentionClass(
        "printed_papers", _("印刷物のファイル"), _("作成してから"), GOES, 1, least=1, most=7,
        overdue=before(PrintedPaper, "asked_at"), is_short_lived=True,
    )
)  # fmt: skip
