"""What may be noted about an incident."""

from tenants.incidents.models import Incident
from tenants.refusal import Refused

LEVELS = (1, 2, 3)
LONGEST_TITLE, LONGEST_NOTE = 120, 20_000


def check_incident(level: int, title: str) -> None:
    """A level of the flow, and a title that fits. Raises Refused."""
    if level not in LEVELS:
        raise Refused("incident_level")
    if not title.strip() or len(title) > LONGEST_TITLE or "\x00" in title:
        raise Refused("incident_title", limit=LONGEST_TITLE)


def check_may_note(incident: Incident, text: str) -> None:
    """Something to say, and room for it. Also after it was closed: the report comes later. Raises Refused."""
    if not text.strip() or "\x00" in text:
        raise Refused("incident_note_empty")
    if len(incident.note) + len(text) > LONGEST_NOTE:
        raise Refused("incident_note_full", limit=LONGEST_NOTE)


def check_may_close(incident: Incident) -> None:
    """An incident is closed once. Raises Refused("incident_closed")."""
    if incident.closed_at is not None:
        raise Refused("incident_closed")
