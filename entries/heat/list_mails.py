"""Telling each team where its runners start: one mail a team and version, by the worker."""

from collections.abc import Mapping
from itertools import groupby

from django.utils import timezone

from entries.entry.models import Entry, Submission
from entries.entry.queries import add_addresses
from entries.heat.models import ListVersion
from entries.heat.versions import compare
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.outbox.actions import enqueue_many
from tenants.outbox.models import OutboxMail
from tenants.scope import tenant_scope

KIND = "heat.start_list"


def mail_lists(job: Job, report: work.Report) -> None:
    """The job: a mail for each team that the version is about. Done again it adds none, since the outbox takes each address once
    for a team and version."""
    if job.tenant_id is None:
        raise ValueError("a meet has a host")
    with tenant_scope(job.tenant_id):
        version = ListVersion.objects.filter(pk=job.args["version"]).first()
        if version is None:
            return
        teams = addresses_of(version.meet_id, teams_of(version))
        for number, (team, people) in enumerate(teams.items(), start=1):
            enqueue_many(
                KIND,
                to=people.items(),
                key=_key(version.pk, team),
                context={"version": version.pk, "meet": version.meet_id, "team": team},
                at=timezone.now(),
                tenant_id=version.tenant_id,
            )
            report(number, len(teams))


def teams_of(version: ListVersion) -> set[int]:
    """The teams whose lines are different from the version before; of the first one all."""
    before = ListVersion.objects.filter(meet=version.meet_id, number=version.number - 1).first()
    if before is None:
        about = {row[0] for row in version.starts}
    else:
        about = {entry for entries in compare(before.starts, version.starts).values() for entry in entries}
    return set(Entry.objects.filter(pk__in=about).order_by().values_list("submission__team", flat=True))


def _key(version: int, team: int) -> str:
    return f"{KIND}:{version}:{team}"


def is_news(version: ListVersion, team: int) -> bool:
    """Whether the version's mail still tells the team something when it leaves, and that is how the lists are by then: not when a
    later version says another thing of the team, since its mail tells it, nor when the team was told the same last."""
    numbers = dict(ListVersion.objects.filter(meet=version.meet_id).values_list("pk", "number"))
    keys = {_key(pk, team): number for pk, number in numbers.items() if number < version.number}
    sent = OutboxMail.objects.filter(key__in=keys, sent_at__isnull=False).values_list("key", flat=True)
    last = max((keys[key] for key in sent), default=0)
    later = [number for number in numbers.values() if number > version.number]
    if not later and last in (0, version.number - 1):  # from the version before it is different, or it had no mail
        return True
    rows = ListVersion.objects.filter(meet=version.meet_id, number__in=[last, *later])
    starts = dict(rows.values_list("number", "starts"))
    ours = set(Entry.objects.filter(race__meet=version.meet_id, submission__team=team).values_list("pk", flat=True))
    said = {number: [row for row in lines if row[0] in ours] for number, lines in starts.items()}
    now = [row for row in version.starts if row[0] in ours]
    return said.get(last) != now and all(said[number] == now for number in later)


def addresses_of(meet: int, teams: set[int]) -> Mapping[int, dict[str, str]]:
    """team -> address -> language: who sent its entries, and its contact, each address once."""
    sheets = Submission.objects.filter(meet=meet, team__in=teams).order_by("team", "pk")
    rows = sheets.values_list("team", "submitted_by__email", "submitted_by__language", "team__contact_email")
    found: dict[int, dict[str, str]] = {}
    for team, of_team in groupby(rows.iterator(chunk_size=2_000), key=lambda row: row[0]):
        people = found.setdefault(team, {})
        for _team, *columns in of_team:
            add_addresses(people, *columns)
    return found
