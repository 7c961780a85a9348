"""For which kind of race a shoe is listed, and as what (fact F2: World Athletics' list, JAAF's notes)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

SHOE = "shoe"
"""The category of products that the entry sheet and the call room ask about."""


class ShoeEvent(models.TextChoices):
    """Where a race is run, as far as the rules of shoes tell apart."""

    TRACK = "track", _("トラック")
    ROAD = "road", _("ロード")
    RACE_WALK = "race_walk", _("競歩")
    CROSS_SPIKES = "cross_spikes", _("クロスカントリー（スパイク）")
    CROSS = "cross", _("クロスカントリー")
    MOUNTAIN = "mountain", _("マウンテン・トレイル")


class ListStatus(models.TextChoices):
    """How a shoe stands on the list of approved shoes."""

    UNKNOWN = "", _("未確認")
    LISTED = "listed", _("承認リストに掲載")
    DEVELOPMENT = "development", _("開発用シューズ")
    CUSTOMISED = "customised", _("カスタム（要事前承認）")
    NOT_LISTED = "not_listed", _("リストにない")
