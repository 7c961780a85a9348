"""Who uses the site: hosts and people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from tenants.rooms import ROOMS, make_known


class TenantsConfig(AppConfig):
    """Hosts, people, sign-in, scope, audit trail, outbox."""

    name = "tenants"
    verbose_name = _("主催団体と利用者")

    def ready(self) -> None:
        """Make known what the rooms bring."""
        make_known(self.name, ROOMS)
