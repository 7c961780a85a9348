"""Master products of a host: what staff look up and correct, and what coaches choose as shoes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from catalog.rooms import ROOMS
from tenants.rooms import make_known


class CatalogConfig(AppConfig):
    """Brand and reference, and what is known of each."""

    name = "catalog"
    verbose_name = _("商品マスター")

    def ready(self) -> None:
        """Make known what the rooms bring."""
        make_known(self.name, ROOMS)
