"""Master products of a host."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Brand and reference, and what is known of each."""

    name = "catalog"
    verbose_name = _("商品マスター")
