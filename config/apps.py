"""The site itself as an app: its commands, checks, and the admin as an organizer's desk."""

import sys
from pathlib import Path

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.backends.signals import connection_created


class SiteConfig(AppConfig):
    """Commands and start-up of the site."""

    name = "config"
    label = "site_config"

    def ready(self) -> None:
        """Start what watches: errors to Sentry, slow queries, crashes as lines of the log."""
        from django.conf import settings

        from config.http.sent_again import lives_as_long_as_ever
        from config.ops.alarms import mails  # noqa: F401 - what an alarm's mail says
        from config.telemetry import logs, sentry, timing
        from config.telemetry.security_events import signed_out

        sentry.start(role=role())
        connection_created.connect(timing.watch_queries, dispatch_uid="timing")
        user_logged_in.connect(lives_as_long_as_ever, dispatch_uid="kept")
        user_logged_out.connect(signed_out, dispatch_uid="security")
        if settings.METRICS_TOKEN:
            from config.telemetry.metrics import counted  # noqa: F401 - begins to count
        if settings.APP_ENV != "dev":
            logs.log_crashes()
        from config.ops.backups import jobs  # noqa: F401 - what the worker does for backups


def role() -> str:
    """What this process is, for log and Sentry: web, worker, or the command that it runs."""
    program, *arguments = [Path(sys.argv[0]).name, *sys.argv[1:]]
    if program != "manage.py":
        return "web" if "gunicorn" in " ".join(sys.argv[:1]) else program[:40]
    command = arguments[0] if arguments else "manage.py"
    return {"run_worker": "worker", "runserver": "web"}.get(command, command[:40])


class DeskConfig(AdminConfig):
    """Django admin whose index is the organizer's desk."""

    default_site = "config.admin.DeskSite"
