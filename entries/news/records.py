"""What the archive of a meet holds of this room, and where a person's name may stand in it."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from entries.news.models import Notice
from entries.records.free_text_columns import register_text
from entries.records.meets import register_mails
from entries.records.tables import Column, Row, Scene, Table, paged, register_table

COLUMNS = (
    Column("title", _("見出し")),
    Column("body", _("本文")),
    Column("is_important", _("重要"), "boolean"),
    Column("published_at", _("公開日時"), "date-time", may_be_empty=True),
    Column("created_at", _("作成日時"), "date-time"),
)


def _notices(scene: Scene) -> Iterator[Row]:
    for row in paged(Notice.objects.filter(meet=scene.meet)):
        yield row.title, row.body, row.is_important, row.published_at, row.created_at


register_table(  # a notice may name somebody
    Table("notices", _("お知らせ"), COLUMNS, _notices, is_personal=True, models=(Notice,))
)
register_mails("news.")
register_text(Notice, "title", "body", title=_("お知らせ"))
