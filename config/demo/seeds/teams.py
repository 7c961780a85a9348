"""60 teams with 20 athletes each, and one athlete who enters alone."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random

from config.demo.seeds import names
from entries.roster.models import Athlete, Membership, Sex, Team, TeamKind
from tenants.models import User

ATHLETES_PER_TEAM = 20
TEAMS: list[tuple[str, names.TeamName]] = [
    (TeamKind.UNIVERSITY, names.UNIVERSITIES[0]),
    (TeamKind.HIGH_SCHOOL, names.HIGH_SCHOOLS[0]),
    *((TeamKind.UNIVERSITY, name) for name in names.UNIVERSITIES[1:]),
    *((TeamKind.HIGH_SCHOOL, name) for name in names.HIGH_SCHOOLS[1:]),
    *((TeamKind.COMPANY, name) for name in names.COMPANIES),
    *((TeamKind.CLUB, name) for name in names.CLUBS),
    *((TeamKind.JUNIOR_HIGH, name) for name in names.JUNIOR_HIGHS),
]
"""Coach A's is the first, coach B's the second."""

SCHOOL = {TeamKind.UNIVERSITY: (18, 4), TeamKind.HIGH_SCHOOL: (15, 3), TeamKind.JUNIOR_HIGH: (12, 3)}
"""Age on the first day of the first grade, and number of grades."""
ADULTS = {TeamKind.COMPANY: (22, 33), TeamKind.CLUB: (20, 58), TeamKind.INDIVIDUAL: (24, 24)}


def seed_teams(coaches: list[User], people: dict[str, User], at: datetime) -> list[Team]:
    """The teams in the order of their coaches, made when missing, with athletes and members."""
    helpers = {0: people["coach-a@example.com"], 1: people["coach-b@example.com"]}
    has_team = set(Membership.objects.filter(user__in=coaches).values_list("user_id", flat=True))
    teams: list[Team] = []
    members: list[Membership] = []
    for index, ((kind, name), coach) in enumerate(zip(TEAMS, coaches, strict=True)):
        if coach.pk in has_team:
            continue
        contact = helpers.get(index, coach)
        team = _team(kind, name, contact, index)
        teams.append(team)
        members += [Membership(team=team, user=user) for user in dict.fromkeys([contact, coach])]
    Team.objects.bulk_create(teams)
    Membership.objects.bulk_create(members)
    random = Random(325)  # noqa: S311 - the demo is the same everywhere
    Athlete.objects.bulk_create(chain.from_iterable(_athletes(team, random, at) for team in teams))
    return teams


def seed_individual(user: User, at: datetime) -> None:
    """The team of one of somebody who enters alone."""
    if Membership.objects.filter(user=user).exists():
        return
    name = names.TeamName(user.name, "ヨシカワ ミナト", "", "14")
    team = _team(TeamKind.INDIVIDUAL, name, user, 60)
    team.save()
    Membership.objects.create(team=team, user=user)
    athlete = next(_athletes(team, Random(326), at))  # noqa: S311
    athlete.family_name, athlete.given_name = user.name.split()
    athlete.family_kana, athlete.given_kana, athlete.sex = "ヨシカワ", "ミナト", Sex.MALE
    athlete.family_romaji, athlete.given_romaji = "Yoshikawa", "Minato"
    athlete.save()


def _team(kind: str, name: names.TeamName, contact: User, index: int) -> Team:
    return Team(
        kind=kind, name=name.name, name_kana=name.kana, short_name=name.short, prefecture=name.prefecture,
        team_code=f"{491_000 + index * 7}", contact_name=contact.name, contact_email=contact.email,
        contact_phone=f"090-0000-{index:04}",
    )  # fmt: skip


def _athletes(team: Team, random: Random, at: datetime) -> Iterator[Athlete]:
    """20 athletes, 14 men and 6 women, no two with the same name."""
    taken: set[tuple[str, str]] = set()
    start = 10_000_000_000 + random.randrange(10**9)
    for number in range(ATHLETES_PER_TEAM):
        sex, pool = (Sex.MALE, names.MALE) if number % 3 != 2 else (Sex.FEMALE, names.FEMALE)
        family, given = random.choice(names.FAMILY), random.choice(pool)
        while (family.kanji, given.kanji) in taken:
            family, given = random.choice(names.FAMILY), random.choice(pool)
        taken.add((family.kanji, given.kanji))
        born, grade = _birth_and_grade(team.kind, random, at.date())
        pending = random.random() < 0.04
        minor = _turns_sixteen(born) > at.date()
        yield Athlete(
            team=team, family_name=family.kanji, given_name=given.kanji, family_kana=family.kana,
            given_kana=given.kana, family_romaji=family.romaji, given_romaji=given.romaji, sex=sex, birth_date=born,
            grade=grade, jaaf_id="" if pending else f"{start + number * 37:011}", jaaf_pending=pending,
            registration_number=f"{random.randrange(1, 99_999):05}", registration_prefecture=team.prefecture,
            guardian_name=f"{family.kanji} 真理" if minor else "", guardian_consent_at=at if minor else None,
        )  # fmt: skip


def _birth_and_grade(kind: str, random: Random, today: date) -> tuple[date, str]:
    """School years run from 2 April to 1 April of the next year."""
    if kind in ADULTS:
        youngest, oldest = ADULTS[TeamKind(kind)]
        return date(today.year - random.randint(youngest, oldest) - 1, 1, 1) + timedelta(random.randrange(365)), ""
    age, grades = SCHOOL[TeamKind(kind)]
    grade = random.randint(1, grades)
    school_year = today.year if today.month >= 4 else today.year - 1
    first_day = date(school_year - age - grade, 4, 2)
    return first_day + timedelta(random.randrange(365)), str(grade)


def _turns_sixteen(born: date) -> date:
    """29 February has its birthday on 1 March in other years."""
    return date(born.year + Athlete.GUARDIAN_NEEDED_BELOW, born.month, 1) + timedelta(born.day - 1)
