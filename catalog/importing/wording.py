"""How the refusals of a whole file and of single rows are said, and the changes of this room."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "import_empty": _("ファイルが空です。1行目に見出し、2行目から商品を入力してください。"),
        "import_too_big": _("ファイルが大きすぎます（上限%(limit)sMB）。分けて取り込んでください。"),
        "import_nothing_mended": _("直した行がありません。取り込めない行を直してから確認してください。"),
        "import_nothing_sent": _("CSVかExcelのファイルを選ぶか、表を貼り付けてください。"),
        "import_tables": _("1つのシートに表が多すぎます（上限%(limit)s）。表ごとに別のファイルで取り込んでください。"),
        "import_no_keys": _("見出しに「ブランド」と「型番」の列が見つかりません。1行目に見出しを入れてください。"),
        "import_column_twice": _("見出し「%(first)s」と「%(second)s」は同じ項目です。どちらかの列を除いてください。"),
        "import_title_too_long": _("見出しが長すぎます（上限%(limit)s文字）: %(title)s"),
        "import_decided": _("この取り込みはすでに処理されています（%(state)s）。画面を開き直してください。"),
        "row_no_brand": _("ブランドがありません"),
        "row_no_reference": _("型番がありません"),
        "row_same_key": _("%(row)s行目とブランド・型番が同じです"),
        "row_cells": _("列の数が見出しと合いません（見出し%(header)s列、この行%(cells)s列）"),
        "row_dates": _("使用終了日が使用開始日より前です"),
        "row_null_character": _("使えない文字（NUL）が含まれています"),
        "row_not_utf8": _("文字がUTF-8として読み取れません"),
        "row_too_large": _("内容が大きすぎます（上限は1行1MB）"),
        "row_price_left_out": _("価格「%(text)s」を読み取れないため、価格なしで取り込みました（元の値は残しています）"),
    }
)
verbs.register(
    {
        "product.merged": _("同じ商品の統合"),
        "catalog.imported": _("商品の取り込み"),
        "catalog.import_discarded": _("商品の取り込みの取り消し"),
    }
)
readings.register(
    "importrun",
    {
        "read": Reading(_("読み取り")),
        "new": Reading(_("新規")),
        "changed": Reading(_("変更")),
        "unchanged": Reading(pgettext_lazy("import", "変更なし")),
        "rejected": Reading(pgettext_lazy("import", "取り込めない行")),
        "conflicts": Reading(_("修正との食い違い")),
    },
)
