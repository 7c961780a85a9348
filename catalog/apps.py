"""Master products of a host: what staff look up and correct, and what coaches choose as shoes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Brand and reference, and what is known of each."""

    name = "catalog"
    verbose_name = _("商品マスター")

    def ready(self) -> None:
        """Make the rooms' wordings and jobs known."""
        from catalog.drafting import actions as drafting
        from catalog.drafting import jobs as draft_jobs
        from catalog.drafting import wording as draft_wording  # noqa: F401
        from catalog.importing import jobs
        from catalog.importing.actions import READ, WRITE
        from catalog.overrides import wording  # noqa: F401
        from tenants.jobs import work

        work.register(READ, jobs.read)
        work.register(WRITE, jobs.write)
        work.register(drafting.KIND, draft_jobs.write)
