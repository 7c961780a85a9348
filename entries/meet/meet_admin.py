"""What the desk shows of a meet beside its form."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from entries.meet.desk import MEETS, Attention, needs_attention, stages_of
from entries.meet.models import Meet, State
from entries.meet.rules import checks_of
from entries.meet.steps import Check, Standing
from tenants.desk.composed import Link


def races_address(meet: Meet) -> str:
    """The list of a meet's races."""
    return f"{reverse('admin:entries_race_changelist')}?meet={meet.pk}"


@MEETS.panel("steps", "admin/steps.html")
def steps(request: HttpRequest, meet: Meet) -> list[tuple[str, int]]:
    """The way it has come."""
    return stages_of(meet)


@MEETS.panel("before_publishing", "admin/meet_checks.html")
def before_publishing(request: HttpRequest, meet: Meet) -> list[Check]:
    """What a draft still lacks; each line leads to its field."""
    return checks_of(meet, at=timezone.now()) if meet.state == State.DRAFT else []


@MEETS.link
def races(request: HttpRequest, meet: Meet) -> list[Link]:
    """Its races."""
    return [Link(pgettext("heading", "種目"), races_address(meet))]


@needs_attention
def stopped_and_full(now: Standing) -> Iterator[Attention]:
    """Pauses, of the meet and of its races, and races without a place left."""
    if now.meet.entries_paused_at is not None:
        page = reverse("admin:entries_meet_change", args=[now.meet.pk])
        yield Attention("bad", _("一時停止中"), _("申込を一時停止しています"), 1, page)
    if paused := sum(race.paused_at is not None for race in now.races):
        yield Attention("bad", _("一時停止中"), _("申込を一時停止している種目"), paused, races_address(now.meet))
    if full := sum(race.free_places == 0 for race in now.races):
        yield Attention("wait", _("満員"), _("定員に達した種目"), full, races_address(now.meet))
