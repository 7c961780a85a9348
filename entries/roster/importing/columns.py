"""The columns of roster files: their titles, the other titles they go by, and what the instructions say of them.

Titles are the field's words in Japanese in every language, so that a file means the same wherever it was made.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tenants.files.grid import Titles
from tenants.refusal import Refused


class Column(NamedTuple):
    """One column: the field it fills, its title in our files, its other titles, what to type."""

    field: str
    title: str
    others: str
    help: str | Promise

    @property
    def shown(self) -> str:
        """The title as a page shows it."""
        return shown_title(self.field)


COLUMNS = (
    Column("jaaf_id", "JAAF ID", "jaafid 陸連id 日本陸連id jaafid番号 会員id", _("数字11桁。登録申請中の選手は「申請中」と入力")),
    Column("family_name", "姓", "氏 苗字 名字 familyname lastname family last 姓漢字", _("必須。漢字は登録どおりの字体で")),
    Column("given_name", "名", "givenname firstname given first 名漢字", _("必須")),
    Column("family_kana", "姓フリガナ", "セイ せい 姓カナ 姓かな フリガナ姓 カナ姓 familykana", _("必須。ひらがな・半角カナでも可")),
    Column("given_kana", "名フリガナ", "メイ めい 名カナ 名かな フリガナ名 カナ名 givenkana", _("必須。ひらがな・半角カナでも可")),
    Column("family_romaji", "姓ローマ字", "ローマ字姓 英字姓 姓英字 familyromaji", _("空欄ならフリガナから作ります")),
    Column("given_romaji", "名ローマ字", "ローマ字名 英字名 名英字 givenromaji", _("空欄ならフリガナから作ります")),
    Column("sex", "性別", "性 男女 sex gender", _("必須。男・女（M・F、1・2でも可）")),
    Column("birth_date", "生年月日", "誕生日 生日 birthdate birthday dateofbirth dob", _("必須。2004/4/2、20040402、H16.4.2 など")),
    Column("grade", "学年", "年 grade year", _("1〜4、M1 など。学生以外は空欄")),
    Column("nationality", "国籍", "国 nationality country", _("3文字の国コード。空欄は JPN")),
    Column("registration_number", "登録番号", "陸協登録番号 登録no 競技者番号 ナンバー registrationnumber", _("所属陸協の登録番号")),
    Column("registration_prefecture", "登録陸協", "登録都道府県 所属陸協 陸協 都道府県 加盟団体 prefecture", _("都道府県名または「学連」")),
    Column("guardian_name", "保護者氏名", "保護者 保護者名 guardian", _("16歳未満は必須")),
    Column("guardian_consent", "保護者の同意", "同意 保護者同意 consent", _("16歳未満は必須。同意を得ていれば ○")),
)  # fmt: skip
TITLES: Mapping[str, str] = {column.field: column.title for column in COLUMNS} | {
    "jaaf_pending": "JAAF ID",
    "name": "氏名",
    "kana": "フリガナ",
    "romaji": "ローマ字",
}
_MEANINGS = {
    "family_name": _("姓"), "given_name": _("名"), "family_kana": _("姓（フリガナ）"), "given_kana": _("名（フリガナ）"),
    "family_romaji": _("姓（ローマ字）"), "given_romaji": _("名（ローマ字）"), "sex": _("性別"), "birth_date": _("生年月日"),
    "grade": _("学年"), "nationality": _("国籍"), "registration_number": _("登録番号"),
    "registration_prefecture": _("登録陸協"), "guardian_name": _("保護者氏名"), "guardian_consent": _("保護者の同意"),
    "name": _("氏名"), "kana": _("フリガナ"), "romaji": _("ローマ字"),
}  # fmt: skip


def shown_title(field: str) -> str:
    """The title of a field's column as in the file, for readers of another language with what it means."""
    title = TITLES[field]
    if (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE or field not in _MEANINGS:
        return title
    return f"{title} ({_MEANINGS[field]})"


TOGETHER = {
    "name": "氏名 名前 選手名 選手 name fullname 氏名漢字 競技者名",
    "kana": "フリガナ ふりがな カナ 氏名カナ 氏名フリガナ 氏名かな よみ 読み ヨミガナ よみがな kana",
    "romaji": "ローマ字 英字氏名 氏名ローマ字 氏名英字 romaji",
}
"""Columns of other people's files that hold family and given name with a space between."""
PARTS = {part: (f"family_{part}", f"given_{part}") for part in TOGETHER}


def _plain(title: str) -> str:
    return re.sub(r"[\s*＊※★()（）\[\]【】・:：_/-]|必須|任意", "", unicodedata.normalize("NFKC", title)).lower()


_FIELDS = (
    {_plain(title): column.field for column in COLUMNS for title in (column.title, *column.others.split())}
    | {_plain(title): field for field, titles in TOGETHER.items() for title in titles.split()}
    | {_plain("JAAF申請中"): "jaaf_pending", _plain("申請中"): "jaaf_pending"}
)


def field_of(title: str) -> str | None:
    """What a title means: by the whole title, else by what stands outside its brackets, as in 学年（年）."""
    return _FIELDS.get(_plain(title)) or _FIELDS.get(_plain(re.sub(r"[(（].*?[)）]", "", title)))


def is_enough(fields: AbstractSet[str]) -> bool:
    """Whether rows can be told apart: by a JAAF ID, or by a name and a birth date."""
    named = "name" in fields or {"family_name", "given_name"} <= fields
    return "jaaf_id" in fields or (named and "birth_date" in fields)


def _is_header(fields: AbstractSet[str]) -> bool:
    return is_enough(fields) and len(fields) > 1


def check_columns(titles: Sequence[str], columns: Mapping[int, str]) -> None:
    """Raises Refused("roster_column_twice") when two titles mean the same field, Refused("roster_columns_missing") when rows
    could not be told apart."""
    for place, title in enumerate(titles):
        if title and place not in columns and field_of(title) in columns.values():
            raise Refused("roster_column_twice", title=title)
    if not is_enough(set(columns.values())):
        raise Refused("roster_columns_missing")


ROSTER_TITLES = Titles(
    {"name": _("氏名"), "kana": _("フリガナ"), "romaji": _("ローマ字")}
    | {column.field: _MEANINGS.get(column.field, column.title) for column in COLUMNS}
    | {"jaaf_pending": _("JAAF登録を申請中")},
    field_of,
    _is_header,
)
