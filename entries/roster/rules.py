"""Who may enter for a team."""

from entries.roster.models import Team
from tenants.models import User


def may_enter_for(user: User, team: Team) -> bool:
    """Members of the team, and nobody else: a host sees a team only through its entries."""
    return Team.objects.managed_by(user).filter(pk=team.pk).exists()
