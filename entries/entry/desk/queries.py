"""What the organizer's desk asks about entries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate, TruncMinute

from catalog.shoes.queries import judge_of_host, shoes_by_id
from entries.entry.models import WITHIN_THE_LINE, Entry, Submission
from entries.entry.shoes import GONE, verdict_in
from entries.meet.models import Meet, Race, RaceSex
from entries.roster.models import Athlete, Team, TeamKind
from tenants.search_key import words_of
from tenants.searched import found

FIRST_HOUR = timedelta(hours=1)
MOST_FOUND = 30
MOST_TEAMS = 10
MOST_PEOPLE = 1_000
"""Athletes, and receipts, by whom the entries of all hosts are looked for."""


class Places(NamedTuple):
    """How many of a race's entries are in and how many wait; invited ones are in."""

    accepted: int = 0
    waiting: int = 0


def places_by_race(meet_ids: Iterable[int]) -> dict[int, Places]:
    """Races of these meets that have entries."""
    return {race: places for races in places_by_meet(meet_ids).values() for race, places in races.items()}


def places_by_meet(meet_ids: Iterable[int]) -> dict[int, dict[int, Places]]:
    """Per meet those of its races that have entries."""
    rows = (
        Entry.objects.live()
        .filter(race__meet__in=list(meet_ids))
        .order_by()
        .values("race__meet", "race")
        .annotate(accepted=Count("pk", filter=WITHIN_THE_LINE), waiting=Count("pk", filter=~WITHIN_THE_LINE))
    )
    found: dict[int, dict[int, Places]] = {}
    for row in rows:
        found.setdefault(row["race__meet"], {})[row["race"]] = Places(row["accepted"], row["waiting"])
    return found


def entries_by_day(meet_ids: Iterable[int]) -> dict[int, dict[date, int]]:
    """Per meet and day how many entries came in, withdrawn ones too: what arrived, not what is left."""
    rows = (
        Entry.objects.filter(race__meet__in=list(meet_ids))
        .order_by()
        .values("race__meet", day=TruncDate("entered_at"))
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[date, int]] = {}
    for row in rows:
        found.setdefault(row["race__meet"], {})[row["day"]] = row["n"]
    return found


def entries_by_minute(meet_ids: Iterable[int]) -> dict[int, dict[datetime, int]]:
    """Per meet and minute how many entries came in within the first hour after the opening, withdrawn ones too."""
    opens = F("race__meet__entries_open_at")
    rows = (
        Entry.objects.filter(race__meet__in=list(meet_ids), entered_at__gte=opens, entered_at__lt=opens + FIRST_HOUR)
        .order_by()
        .values("race__meet", minute=TruncMinute("entered_at", tzinfo=UTC))
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[datetime, int]] = {}
    for row in rows:
        found.setdefault(row["race__meet"], {})[row["minute"]] = row["n"]
    return found


def athletes_known_to_host_of(race: Race, *, words: str) -> QuerySet[Athlete]:
    """Athletes whom the race's host may see, fit for the race: of teams that have entered one of its meets.

    A host sees a team or an athlete only through an entry. Every one of the `words` must
    stand in name, kana or team.
    """
    teams = Submission.objects.filter(tenant_id=race.tenant_id).values("team")
    athletes = Athlete.objects.active().filter(team__in=teams).select_related("team")
    if race.sex != RaceSex.MIXED:
        athletes = athletes.filter(sex=race.sex)
    athletes = athletes.filter(found(words, "search_key", "team__search_key"))
    first = athletes.order_by("family_kana", "given_kana", "pk").values_list("pk", flat=True)[:MOST_FOUND]
    return Athlete.objects.filter(pk__in=list(first)).select_related("team").in_roster_order()


def teams_known_to_host_of(race: Race, *, words: str) -> QuerySet[Team]:
    """A few teams that have entered one of the host's meets, by every one of the `words`; none without words."""
    teams = Submission.objects.filter(tenant_id=race.tenant_id).values("team")
    rows = Team.objects.filter(pk__in=teams).exclude(kind=TeamKind.INDIVIDUAL).order_by("name_kana", "name", "pk")
    first = rows.filter(found(words, "search_key")).values_list("pk", flat=True)[:MOST_TEAMS] if words.strip() else []
    return Team.objects.filter(pk__in=list(first)).order_by("name_kana", "name", "pk")


def guest_of_host(race: Race, values: Mapping[str, Any]) -> Athlete | None:
    """Whom this host has written down before under this name and birth date."""
    teams = Submission.objects.filter(tenant_id=race.tenant_id).values("team")
    guests = Athlete.objects.active().filter(team__in=teams, team__kind=TeamKind.INDIVIDUAL, team__memberships=None)
    same = {name: values[name] for name in ("family_name", "given_name", "birth_date")}
    return guests.filter(**same).select_related("team").order_by("pk").first()


def of_every_host(rows: QuerySet[Entry], text: str) -> tuple[QuerySet[Entry], bool]:
    """Those of the entries, of whatever hosts, in which each word stands in the athlete's or the team's name, or that came
    with a receipt of this number; and whether there are more people than that.

    Asked for with the entries, a name would be compared with each row of three tables. So the teams and athletes come first,
    each by the index of its key, and the entries by their numbers.
    """
    athletes, receipts, words = Athlete.objects.all(), Submission.objects.all(), words_of(text)
    for word in words:
        teams = Team.objects.filter(search_key__contains=word.key).order_by("-pk").values_list("pk", flat=True)
        athletes = athletes.filter(Q(search_key__contains=word.key) | Q(team__in=list(teams[:MOST_PEOPLE])))
        receipts = receipts.filter(reference__icontains=word.typed)
    if not words:
        return rows, False
    people = list(athletes.order_by("-pk").values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    numbers = (
        list(receipts.order_by("-pk").values_list("pk", flat=True)[:MOST_PEOPLE])
        if all(word.typed.isascii() for word in words)
        else []
    )
    found = rows.filter(Q(athlete__in=people[:MOST_PEOPLE]) | Q(submission__in=numbers))
    return found, len(people) > MOST_PEOPLE


def entries_by_verdict(meet_id: int, state: str) -> Q:
    """Which entries of a meet declared a shoe of which the rules say so today. Four queries, over the few different
    shoes of the races, whatever the number of entries."""
    worn = set(
        Entry.objects.filter(race__meet=meet_id, shoe__isnull=False).values_list("race_id", "shoe_id").distinct()
    )
    races = {race.pk: race for race in Race.objects.filter(meet=meet_id).select_related("meet")}
    shoes, judging = shoes_by_id({shoe for _, shoe in worn}), judge_of_host()
    by_race: dict[int, list[int]] = defaultdict(list)
    for race_id, shoe_id in worn:
        if shoe_id in shoes and verdict_in(races[race_id], shoes[shoe_id], judging).state == state:
            by_race[race_id].append(shoe_id)
    found = Q(pk__in=[])
    for race_id, ids in by_race.items():
        found |= Q(race=race_id, shoe__in=ids)
    return found | Q(shoe__isnull=True) & ~Q(shoe_declared="") if state == GONE.state else found


def entries_for_export(meet: Meet) -> QuerySet[Entry]:
    """All entries of a meet with what the file shows, race by race."""
    rows = (
        Entry.objects.filter(race__meet=meet).with_state().select_related("race__meet", "athlete", "submission__team")
    )
    return rows.order_by("race__position", "race_id", "ticket", "pk")
