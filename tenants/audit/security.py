"""The security log: who signed in, was refused, got or lost a right, took data out (requirement O5).

Lines of the log, not rows: it must also tell of what was refused, and an attacker must not fill our tables. A person is
a number here, never an address or a name.
"""

import logging
from typing import TYPE_CHECKING

from django.db import transaction

from tenants.upkeep.counters import count

if TYPE_CHECKING:
    from tenants.audit.models import AuditRecord

log = logging.getLogger("nitsys.security")

EVERYDAY = ("entry.", "athlete.", "draft.", "race.seed", "race.heats_")
"""Beginnings of verbs that are the site's daily business, in the trail alone."""
RIGHTS = frozenset({"athlete.exported", "athlete.erased"})
"""Of those: a person's data that left, or went for good."""
REFUSALS = frozenset({"sign_in_refused", "throttled", "denied", "not_found", "link_refused"})


def note(event: str, *, user: int | None = None, tenant: int | None = None, **facts: object) -> None:
    """Write one line. `facts` are codes, numbers and route patterns."""
    known = {"event": event, "user": user, "tenant": tenant, **facts}
    level = logging.WARNING if event in REFUSALS else logging.INFO
    log.log(level, "security event", extra={"facts": known})
    count("security_events", event=event)


def is_everyday(verb: str) -> bool:
    """Whether a change stands in the trail alone, and the security log says nothing of it."""
    return verb.startswith(EVERYDAY) and verb not in RIGHTS


def note_change(row: "AuditRecord") -> None:
    """Write the line of a change in the trail once it is committed: which fields changed, not from what to what."""
    if is_everyday(row.verb):
        return
    transaction.on_commit(
        lambda: note(
            row.verb,
            user=row.actor_id,
            tenant=row.tenant_id,
            target=row.target_type,
            target_id=row.target_id,
            fields=sorted(row.after),
        )
    )
