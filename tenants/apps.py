"""Who uses the site: hosts and people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    """Hosts, people, sign-in, scope, audit trail, outbox."""

    name = "tenants"
    verbose_name = _("団体と利用者")

    def ready(self) -> None:
        """Import the modules that register mails and wordings."""
        from tenants.incidents import mails as incident_mails  # noqa: F401
        from tenants.incidents import wording as incident_wording  # noqa: F401
        from tenants.outbox import trial  # noqa: F401
        from tenants.signin import mails  # noqa: F401
        from tenants.switches import wording  # noqa: F401
