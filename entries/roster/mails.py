"""What the mails about rosters say."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from entries.roster.rules import invited_team
from tenants.outbox.contents import Letter, content_of
from tenants.refusal import Refused
from tenants.signin import links

NO_LINKS = str.maketrans(".:/@", "．：／＠")


@content_of("roster.invitation")
def invitation(context: dict[str, Any]) -> Letter | None:
    """The link to join a team; None when it was used, withdrawn or has expired, or who sent it left the team.

    The team's name was typed by a member, so it is one line in which no mail program finds a link (requirement I8).
    """
    found = links.token_for_mail(context, at=timezone.now())
    if found is None:
        return None
    link, token = found
    try:
        team = invited_team(link)
    except Refused:
        return None
    values = {
        "address": links.address(reverse("roster:join"), token),
        "expires_at": link.expires_at,
        "team": " ".join(team.name.split()).translate(NO_LINKS),
        "site": settings.BASE_URL,
    }
    return Letter(_("【NIT-SYS】チームへの招待"), render_to_string("mail/roster_invitation.txt", values))
