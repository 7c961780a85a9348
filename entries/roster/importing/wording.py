"""What stands in our roster files and previews, in words."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries.roster.importing.columns import COLUMNS, TITLES, shown_title
from entries.roster.importing.import_plan import CHANGED, LEFT, NEW, REFUSED, UNCHANGED, Planned, Reason
from entries.roster.queries import shown
from tenants.refusal import Refused
from tenants.wording import say

FIELDS = [column.field for column in COLUMNS]
HEADER = [column.title for column in COLUMNS]
SHEET, NOTES_SHEET = "名簿", "記入方法"
REASON = "取り込めなかった理由"
STATE_WORDS: dict[str, str | Promise] = {
    REFUSED: gettext_lazy("取り込めない行"),
    NEW: gettext_lazy("新規"),
    CHANGED: gettext_lazy("変更"),
    UNCHANGED: gettext_lazy("変更なし"),
}


class Shown(NamedTuple):
    number: int
    name: str
    changes: list[tuple[str, str, str]]
    reasons: list[tuple[str, str]]
    warnings: list[str]


def in_words(rows: Iterable[Planned]) -> list[Shown]:
    """Rows as a reader sees them, in the reader's language. A new athlete's name is not repeated among the fields."""
    return [
        Shown(
            row.number,
            row.name,
            _changes(row),
            [(_column(reason[0]), words(reason)) for reason in row.reasons],
            [words(reason) for reason in row.warnings],
        )
        for row in rows
    ]


def _changes(row: Planned) -> list[tuple[str, str, str]]:
    hidden = {"family_name", "given_name"} if row.state == NEW else set()
    return [(_column(name), before, after) for name, before, after in row.changes if name not in hidden]


def _column(field: str) -> str:
    return _("名簿に戻す") if field == LEFT else shown_title(field)


def words(reason: Reason) -> str:
    """A stored reason in the reader's language."""
    return say(Refused(reason[1], **reason[2]))


def refused_table(rows: Iterable[Planned]) -> tuple[list[str], list[Sequence[str]]]:
    """The refused rows as they were, with a column of reasons in front."""
    refused = [row for row in rows if row.state == REFUSED]
    texts = [
        dict(row.cells) or {TITLES[name]: shown(name, value) for name, value in row.values.items()} for row in refused
    ]
    titles = list(dict.fromkeys(title for row in texts for title in row)) or HEADER
    said = [" ".join(f"{_column(reason[0])}: {words(reason)}" for reason in row.reasons) for row in refused]
    return [REASON, *titles], [
        [why, *(row.get(title, "") for title in titles)] for why, row in zip(said, texts, strict=True)
    ]


def instructions() -> list[list[str]]:
    general = [
        _("1行に1名。見出しの順番は変えても、列を減らしてもかまいません。"),
        _("同じ選手はJAAF ID、なければ氏名と生年月日で見分けます。同じファイルを2回取り込んでも二重になりません。"),
        _("空欄の項目は、いま名簿にある内容のまま変わりません。"),
        _("取り込む前に、追加・変更・取り込めない行を画面で確認できます。"),
    ]
    return [
        [_("列"), _("記入のしかた")],
        *([column.shown, str(column.help)] for column in COLUMNS),
        *(["", text] for text in general),
    ]
