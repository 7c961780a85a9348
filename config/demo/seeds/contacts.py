"""Invented people to call at night, in the roles of seed 002 「連絡先」. Numbers that nobody has."""

from typing import Any

from tenants.models import IncidentContact, Tenant

PLATFORM: tuple[dict[str, Any], ...] = (
    {"role": "技術担当（主担当）", "name": "技野 守", "email": "tech-1@example.com", "phone": "090-0000-0001"},
    {"role": "技術担当（副担当）", "name": "副島 環", "email": "tech-2@example.com", "phone": "090-0000-0002"},
    {
        "role": "大会運営責任者",
        "name": "運天 司",
        "email": "meet-office@example.com",
        "phone": "090-0000-0003",
        "on_meet_day": True,
    },
    {"role": "Render/インフラ管理者", "name": "基 礎子", "email": "infra@example.com", "phone": ""},
)
HOST: dict[str, Any] = {
    "role": "大会運営責任者",
    "name": "青木 涼子",
    "email": "organizer-a@example.com",
    "phone": "090-0000-0010",
    "on_meet_day": True,
}


def seed_contacts(hosts: dict[str, Tenant]) -> int:
    """Write them when there is nobody yet; how many were written."""
    if IncidentContact.objects.exists():
        return 0
    rows = [IncidentContact(position=number, **person) for number, person in enumerate(PLATFORM, 1)]
    rows.append(IncidentContact(position=1, tenant=hosts["tenant-a"], **HOST))
    return len(IncidentContact.objects.bulk_create(rows))
