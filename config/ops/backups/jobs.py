"""What the worker does for backups, when it is asked to, and what the trail calls it."""

from typing import Any

from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

from config.ops.backups import drill, erasures, places
from tenants.audit import verbs
from tenants.jobs import work
from tenants.privacy.models import Erasure


def copy_out_soon(sender: type[Erasure], instance: Erasure, created: bool, **more: Any) -> None:
    """An erasure leaves the platform within seconds, not with tonight's backup: the job is in its transaction.

    A signal, so that no way to erase can forget it, and no room has to know of backups.
    """
    if created and instance.copied_at is None and places.bucket() is not None:
        work.enqueue(erasures.KIND, tenant=None, by=None)


work.register(drill.JOB, drill.drill_job)
work.register(erasures.KIND, erasures.copy_out_job)
verbs.register({"backups.drill_asked": _("復元演習の開始")})
post_save.connect(copy_out_soon, sender=Erasure, dispatch_uid="backups.erasures")
