"""Where a team or athlete is registered: the 47 prefectures by JIS number, the student union, abroad (fact F3)."""

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

_NAMES = (
    _("北海道"), _("青森"), _("岩手"), _("宮城"), _("秋田"), _("山形"),
    _("福島"), _("茨城"), _("栃木"), _("群馬"), _("埼玉"), _("千葉"),
    _("東京"), _("神奈川"), _("新潟"), _("富山"), _("石川"), _("福井"),
    _("山梨"), _("長野"), _("岐阜"), _("静岡"), _("愛知"), _("三重"),
    _("滋賀"), _("京都"), _("大阪"), _("兵庫"), _("奈良"), _("和歌山"),
    _("鳥取"), _("島根"), _("岡山"), _("広島"), _("山口"), _("徳島"),
    _("香川"), _("愛媛"), _("高知"), _("福岡"), _("佐賀"), _("長崎"),
    _("熊本"), _("大分"), _("宮崎"), _("鹿児島"), _("沖縄"),
)  # fmt: skip

PREFECTURES = [(f"{number:02}", name) for number, name in enumerate(_NAMES, start=1)] + [
    ("48", _("学連")),
    ("49", _("国外")),
]
"""As files name them, in every language."""
PREFECTURE_CHOICES = [(code, gettext_lazy(name)) for code, name in PREFECTURES]
"""As pages name them, in the reader's language."""
