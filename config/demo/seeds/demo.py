"""All of it, in one transaction: an interrupted seeding leaves nothing behind and is simply started again."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from config.demo.seeds.accounts import seed_accounts, seed_coaches, seed_hosts
from config.demo.seeds.contacts import seed_contacts
from config.demo.seeds.entries import seed_entries
from config.demo.seeds.meets import plans, seed_meet
from config.demo.seeds.products import seed_products, seed_products_of_b
from config.demo.seeds.start_lists import seed_start_lists
from config.demo.seeds.teams import TEAMS, seed_individual, seed_teams
from entries.roster.models import Team
from tenants.models import User
from tenants.scope import tenant_scope

STARTS = {"ld324": 1_500, "ld325": 0}
"""The meets with entries, and how many of these are to hold a place; 0 for as many as come."""


@transaction.atomic
def seed(*, at: datetime) -> Counter[str]:
    """Write what is missing of the demo; returns what was written. `at` is the moment from which the meets' days are
    counted, in the zone of the site; a second call changes nothing that is there."""
    written: Counter[str] = Counter()
    accounts = User.objects.count()
    hosts = seed_hosts()
    people = seed_accounts(hosts)
    coaches = seed_coaches(len(TEAMS))
    written["accounts"] += User.objects.count() - accounts
    written["contacts"] += seed_contacts(hosts)
    written["teams"] += len(seed_teams(coaches, people, at))
    seed_individual(people["athlete-a@example.com"], at)
    written["products"] += seed_products(hosts["tenant-a"]) + seed_products_of_b(hosts["tenant-b"])
    for slug, plan in plans(at).items():
        tenant = hosts["tenant-b" if slug == "spring" else "tenant-a"]
        with tenant_scope(tenant.pk):
            meet = seed_meet(tenant, plan)
            if meet is not None:
                written["meets"] += 1
            if meet is not None and slug in STARTS:
                coached = Team.objects.filter(memberships__user__in=coaches).distinct().order_by("pk")
                written["entries"] += seed_entries(meet, list(coached), starts=STARTS[slug])
            if meet is not None and slug == "ld324":
                seed_start_lists(meet, by=people["organizer-a@example.com"], at=at)
    return written
