"""The meet, one room per concept, in the order in which a meet happens."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from entries.rooms import ROOMS
from tenants.rooms import make_known


class EntriesConfig(AppConfig):
    """Rosters, meets, entries and what follows."""

    name = "entries"
    verbose_name = _("大会と申込")

    def ready(self) -> None:
        """Make known what the rooms bring."""
        make_known(self.name, ROOMS)
