"""The meet, one room per concept, in the order in which a meet happens."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntriesConfig(AppConfig):
    """Rosters, meets, entries and what follows."""

    name = "entries"
    verbose_name = _("大会と申込")

    def ready(self) -> None:
        """Make the rooms' records, wordings and mails known."""
        from entries.archive import actions, records  # noqa: F401
        from entries.archive import mails as archive_mails  # noqa: F401
        from entries.archive import wording as archive_wording  # noqa: F401
        from entries.entry import mails, wording  # noqa: F401
        from entries.entry import records as entry_records  # noqa: F401
        from entries.meet import records as meet_records  # noqa: F401
        from entries.meet import wording as meet_wording  # noqa: F401
        from entries.news import records as news_records  # noqa: F401
        from entries.roster import mails as roster_mails  # noqa: F401
        from entries.roster import records as roster_records  # noqa: F401
        from entries.roster import registration_mails  # noqa: F401
        from entries.roster import wording as roster_wording  # noqa: F401
        from tenants.jobs import work

        work.register(actions.MAKE, actions.make)
