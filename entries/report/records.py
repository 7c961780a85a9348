"""What of this room is kept: files for a day."""

from django.utils.translation import gettext_lazy as _

from entries.meet.models import Meet
from entries.records.coverage import is_part_of
from entries.report.models import PrintedPaper
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES, before

is_part_of(PrintedPaper, Meet)
register(
    RetentionClass(
        "printed_papers", _("印刷物のファイル"), _("作成してから"), GOES, 1, least=1, most=7,
        overdue=before(PrintedPaper, "asked_at"), is_short_lived=True,
    )
)  # fmt: skip
