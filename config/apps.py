"""The site itself as an app: its commands, checks, and the admin as an organizer's desk."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    """Commands and start-up of the site."""

    name = "config"
    label = "site_config"

    def ready(self) -> None:
        """Start error reporting when an address for it is set."""
        from config import sentry

        sentry.start()


class DeskConfig(AdminConfig):
    """Django admin whose index is the organizer's desk."""

    default_site = "config.admin.DeskSite"
