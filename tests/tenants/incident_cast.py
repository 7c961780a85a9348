"""Contacts for the night, incidents, and the page about them."""

from typing import Any

from django.utils import timezone

from tenants.incidents import actions
from tenants.incidents.models import Incident, IncidentContact
from tenants.models import User
from tests.visitor import client_of

PAGE = "/admin/tenants/incident/guide"
ROLES = ["技術担当（主担当）", "技術担当（副担当）", "大会運営責任者", "Render/インフラ管理者"]


def contact(role: str = ROLES[0], **fields: Any) -> IncidentContact:
    values = {"name": "主任", "email": "first@example.com", "phone": "090-0000-0001", "position": 1, **fields}
    return IncidentContact.objects.create(role=role, **values)


def opened(**fields: Any) -> Incident:
    values = {"level": 2, "title": "申込が遅い", "by": None, "at": timezone.now(), **fields}
    return actions.open_incident(**values)


def page_for(user: User, address: str = PAGE) -> str:
    answer = client_of(user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()
