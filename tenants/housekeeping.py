"""Taking out every few minutes what has served its time: links, counts of attempts, sessions, jobs, archives.

How long each is kept stands with all other classes of data (`tenants.privacy.retention_classes`), and can be
changed on the desk.
"""

from datetime import datetime

from tenants.privacy import retention
from tenants.privacy.classes import classes


def clear_expired(*, at: datetime) -> int:
    """Clear the short-lived classes; how many rows. Safe to call at any time, and twice."""
    only = {one.kind for one in classes() if one.is_short_lived}
    return sum(line.cleared for line in retention.run(at=at, apply=True, only=only))
