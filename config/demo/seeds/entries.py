"""The entries of the meets that are closed: written at once, and the same as if each team had sent its sheet."""

import hashlib
from collections import Counter, defaultdict
from datetime import timedelta
from random import Random

from catalog.models import MasterProduct
from catalog.shoes.events import ListStatus, ShoeEvent
from entries.entry import places
from entries.entry.lines import new_reference
from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Sex, Team, TeamKind
from tenants.audit.models import AuditRecord

PACE = {
    (TeamKind.UNIVERSITY, Sex.MALE): (1_600, 1_960),
    (TeamKind.UNIVERSITY, Sex.FEMALE): (1_780, 2_220),
    (TeamKind.COMPANY, Sex.MALE): (1_590, 1_820),
    (TeamKind.COMPANY, Sex.FEMALE): (1_760, 2_060),
    (TeamKind.HIGH_SCHOOL, Sex.MALE): (1_720, 2_080),
    (TeamKind.HIGH_SCHOOL, Sex.FEMALE): (1_960, 2_340),
    (TeamKind.JUNIOR_HIGH, Sex.MALE): (1_860, 2_160),
    (TeamKind.JUNIOR_HIGH, Sex.FEMALE): (2_060, 2_400),
    (TeamKind.CLUB, Sex.MALE): (1_780, 2_400),
    (TeamKind.CLUB, Sex.FEMALE): (2_040, 2_700),
}
"""Hundredths of a second for 100 m, from and to, by which declared times are invented."""
SLOWER = {1_500: 0.95, 3_000: 0.97, 5_000: 1.0, 10_000: 1.035}
WITHDRAWN = 6
ODD_SHOE = 15
"""One in so many declares any shoe of the catalogue."""


def seed_entries(meet: Meet, teams: list[Team], *, starts: int = 0) -> int:
    """One submission for each team, about 17 of its 20 athletes in one race each; some in a second one, until `starts` of all hold
    a place. In the tenant's scope."""
    random = Random(1_325)  # noqa: S311 - the demo is the same everywhere
    races = {(race.sex, race.distance_m, race.is_ncg): race for race in Race.objects.filter(meet=meet)}
    shoes = list(MasterProduct.objects.filter(category="shoe").order_by("pk"))
    submissions = Submission.objects.bulk_create(_submission(meet, team, number) for number, team in enumerate(teams))
    by_team: dict[int, list[Athlete]] = defaultdict(list)
    for athlete in Athlete.objects.filter(team__in=teams).order_by("pk"):
        by_team[athlete.team_id].append(athlete)
    tickets: Counter[int] = Counter()
    rows: list[Entry] = []
    for submission in submissions:
        for athlete in by_team[submission.team_id]:
            if random.random() < 0.85:
                rows.append(_entry(submission, athlete, races, shoes, tickets, random))
    rows += _second_entries(rows, races, tickets, random, starts=starts)
    Entry.objects.bulk_create(rows)
    _trail(submissions, rows)
    for race in races.values():
        race.last_ticket = tickets[race.pk]
    Race.objects.bulk_update(races.values(), ["last_ticket"])
    _withdraw_some(meet, rows, random)
    return len(rows)


def _submission(meet: Meet, team: Team, number: int) -> Submission:
    return Submission(
        tenant_id=meet.tenant_id,
        meet=meet,
        team=team,
        key=f"seed:{meet.slug}",
        body_hash=hashlib.sha256(f"seed:{meet.slug}:{number}".encode()).hexdigest(),
        reference=new_reference(),
        submitted_by=None,
        submitted_at=meet.entries_open_at + timedelta(minutes=3 * number),
    )


def _entry(
    submission: Submission,
    athlete: Athlete,
    races: dict[tuple[str, int, bool], Race],
    shoes: list[MasterProduct],
    tickets: Counter[int],
    random: Random,
) -> Entry:
    """The athlete in the NCG race when the declared time is within its standard, else in the general one."""
    sex, young = Sex(athlete.sex), submission.team.kind == TeamKind.JUNIOR_HIGH
    distance_m = random.choice((3_000, 5_000) if sex == Sex.FEMALE else (5_000, 5_000 if young else 10_000))
    low, high = PACE[TeamKind(submission.team.kind), sex]
    pace = random.triangular(low, high, low + (high - low) * 0.5)
    seed_time = int(pace * SLOWER[distance_m] * distance_m / 100) // 10 * 10
    ncg = races[sex, distance_m, True]
    race = ncg if seed_time <= (ncg.standard or 0) else races[sex, distance_m, False]
    tickets[race.pk] += 1
    fit = [shoe for shoe in shoes if _fits(shoe, submission.meet)]
    shoe = random.choice(shoes if tickets[race.pk] % ODD_SHOE == 0 else fit) if fit and random.random() < 0.5 else None
    race.meet = submission.meet
    return Entry(
        tenant_id=submission.tenant_id, submission=submission, race=race, athlete=athlete, ticket=tickets[race.pk],
        seed_time=seed_time, personal_best=seed_time - random.randrange(0, 900, 7) if random.random() < 0.7 else None,
        shoe=shoe, shoe_declared=f"{shoe} {shoe.name}" if shoe else "", fee=race.fee_yen, entered_at=submission.submitted_at,
    )  # fmt: skip


def _fits(shoe: MasterProduct, meet: Meet) -> bool:
    """Whether nobody minds it on the track."""
    height = shoe.stack_height_mm
    is_known = shoe.list_status == ListStatus.LISTED and ShoeEvent.TRACK in shoe.events_allowed
    is_valid = (shoe.valid_from or meet.starts_on) <= meet.starts_on <= (shoe.valid_until or meet.starts_on)
    return is_known and is_valid and height is not None and height <= 20


def _second_entries(
    rows: list[Entry], races: dict[tuple[str, int, bool], Race], tickets: Counter[int], random: Random, *, starts: int
) -> list[Entry]:
    """The same people over the other distance of their sex, where there is room."""
    room = {race.pk: max((race.places or 0) - tickets[race.pk], 0) for race in races.values()}
    holding = sum(min(tickets[race.pk], race.places or 0) for race in races.values())
    found: list[Entry] = []
    for first in random.sample(rows, len(rows)) if starts else ():
        distances = (3_000, 5_000) if first.race.sex == Sex.FEMALE else (5_000, 10_000)
        other = next(distance for distance in distances if distance != first.race.distance_m)
        race = races[first.race.sex, other, False]
        if holding + len(found) == starts + WITHDRAWN or not room[race.pk]:
            continue
        room[race.pk] -= 1
        tickets[race.pk] += 1
        pace = (first.seed_time or 0) / SLOWER[first.race.distance_m] / first.race.distance_m
        race.meet = first.race.meet
        found.append(
            Entry(
                tenant_id=first.tenant_id, submission=first.submission, race=race, athlete=first.athlete, ticket=tickets[race.pk],
                seed_time=int(pace * SLOWER[other] * other) // 10 * 10, fee=race.fee_yen, entered_at=first.entered_at,
            )
        )  # fmt: skip
    return found


def _trail(submissions: list[Submission], rows: list[Entry]) -> None:
    counts = Counter(row.submission_id for row in rows)
    AuditRecord.objects.bulk_create(
        AuditRecord(
            tenant_id=submission.tenant_id,
            verb="entry.submitted",
            target_type="submission",
            target_id=str(submission.pk),
            target_name=submission.reference,
            after={"entries": counts[submission.pk]},
            why="seed_dev",
        )
        for submission in submissions
    )


def _withdraw_some(meet: Meet, rows: list[Entry], random: Random) -> None:
    """A few withdrew before the closing; the line goes where the product itself would have put it."""
    gone = random.sample(rows, min(WITHDRAWN, len(rows)))
    Entry.objects.filter(pk__in=[row.pk for row in gone]).update(withdrawn_at=meet.entries_close_at - timedelta(days=2))
    for race_id in sorted({row.race_id for row in gone}):
        places.settle_line(race_id, promote=True)
