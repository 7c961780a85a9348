"""May this row be entered now, and why not. The only answer to that question (docs/rules.md)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from entries.entry.lines import MAX_ROWS, Line, SheetRefused
from entries.entry.models import Entry, Submission
from entries.entry.queries import Standing
from entries.marks import format_time
from entries.meet.models import Meet, Race, State
from entries.meet.standing import closed_words
from entries.meet.wording import moment, pause_note
from entries.roster.models import Athlete
from tenants.models import HOST_ROLES, Role, User
from tenants.refusal import Refused

Rows = dict[int, dict[str, Refused]]

ASKED_OF_ATHLETES = ("team_id", "sex", "birth_date", "left_at", "guardian_consent_at")
ASKED_OF_RACES = (
    "meet_id",
    "tenant_id",
    "name",
    "name_en",
    "distance_m",
    "sex",
    "standard",
    "fee",
    "entries_per_team",
    "paused_at",
    "course",
    "held_on",
)
"""All that the rules of a row and of its shoe look at; a rush need not carry kana and timetables."""

FASTEST_PACE, SLOWEST_PACE = 1_200, 6_000
"""Hundredths of a second for 100 m. No runner of 800 m or more is faster; nobody slower is let on a track. A guard
against a misplaced separator, far outside every standard, and so not data that an organizer would change."""
PACE_FROM_M = 800
TEAM_WITHDRAWS = (State.PUBLISHED, State.ENTRIES_CLOSED)
"""The states of a meet in which a team withdraws by itself, and undoes that."""


def check_takes_entries(meet: Meet, *, at: datetime) -> None:
    """Published, within [open, close) by the database's clock (requirement M6), and not paused. Raises Refused."""
    if meet.takes_entries_at(at):
        if meet.entries_paused_at is not None:
            raise Refused("entries_paused", note=pause_note(meet))
        return
    if meet.state == State.PUBLISHED and at < meet.entries_open_at:
        raise Refused("not_open_yet", opens=moment(meet, meet.entries_open_at))
    if meet.state == State.DRAFT:
        raise Refused("not_published")
    raise Refused("closed", said=closed_words(meet, at=at))


def check_lines(
    meet: Meet, lines: Sequence[Line], *, races: Mapping[int, Race], athletes: Mapping[int, Athlete], shoes: set[int]
) -> None:
    """Each row by itself, and the rows among each other. Raises SheetRefused with every refusal at once.

    `races` are the meet's, `athletes` the team's, `shoes` the ids of the host's products: what is not in them is
    unknown, whoever else it belongs to.
    """
    if not lines:
        raise SheetRefused(general=[Refused("empty")])
    if len(lines) > MAX_ROWS:
        raise SheetRefused(general=[Refused("too_many_rows", limit=MAX_ROWS)])
    refused: Rows = defaultdict(dict)
    seen: dict[tuple[int, int], int] = {}
    for line in lines:
        race, athlete = races.get(line.race_id), athletes.get(line.athlete_id)
        refused[line.number] |= row_refusals(meet, line, race, athlete)
        if line.shoe_id is not None and line.shoe_id not in shoes:
            refused[line.number]["shoe"] = Refused("shoe_unknown")
        other = seen.setdefault((line.athlete_id, line.race_id), line.number)
        if other != line.number and race is not None and athlete is not None:  # two unknown people may be two
            refused[line.number].setdefault("race", Refused("duplicate_on_sheet", other=other + 1))
    refused = {number: fields for number, fields in refused.items() if fields}
    if refused:
        raise SheetRefused(refused)


def row_refusals(meet: Meet, line: Line, race: Race | None, athlete: Athlete | None) -> dict[str, Refused]:
    """What is wrong with one row, by field."""
    found: dict[str, Refused] = {}
    if athlete is None or athlete.left_at is not None:
        found["athlete"] = Refused("athlete_unknown")
    elif athlete.age_on(meet.starts_on) < Athlete.GUARDIAN_NEEDED_BELOW and not athlete.guardian_consent_at:
        found["athlete"] = Refused("guardian_needed")
    if race is None or race.meet_id != meet.pk:
        found["race"] = Refused("race_unknown")
        return found
    if race.paused_at is not None:
        found["race"] = Refused("race_paused", race=race.name_here)
    elif athlete is not None and not race.is_for(athlete.sex):
        found["race"] = Refused("sex", race=race.name_here, sex=race.get_sex_display())
    return found | time_refusals(race, line.seed_time, line.personal_best)


def time_refusals(race: Race, seed_time: int | None, personal_best: int | None) -> dict[str, Refused]:
    """What is wrong with the two times of a row (hundredths of a second), by field."""
    found = {}
    for field, check, time in (
        ("seed_time", check_seed_time, seed_time),
        ("personal_best", check_plausible, personal_best),
    ):
        try:
            check(race, time)
        except Refused as refusal:
            found[field] = refusal
    return found


def check_plausible(race: Race, hundredths: int | None) -> None:
    """Neither too fast nor too slow for the distance, whether declared or a personal best. Raises Refused."""
    if hundredths is None or race.distance_m < PACE_FROM_M:
        return
    pace = hundredths * 100 / race.distance_m
    if not FASTEST_PACE <= pace <= SLOWEST_PACE:
        code = "implausible_fast" if pace < FASTEST_PACE else "implausible_slow"
        raise Refused(code, distance=race.distance_m, time=format_time(hundredths))


def check_seed_time(race: Race, seed_time: int | None) -> None:
    """Plausible, and within the standard where there is one. Raises Refused."""
    check_plausible(race, seed_time)
    if race.standard is None:
        return
    if seed_time is None:
        raise Refused("standard_needs_time", standard=format_time(race.standard))
    if seed_time > race.standard:
        raise Refused("standard", standard=format_time(race.standard), time=format_time(seed_time))


def has_limits(meet: Meet, races: Mapping[int, Race]) -> bool:
    """Whether a limit per athlete or per team has to be counted for these races."""
    return meet.races_per_athlete is not None or any(race.entries_per_team is not None for race in races.values())


def check_limits(
    meet: Meet, lines: Sequence[Line], *, races: Mapping[int, Race], held: Sequence[tuple[int, int]]
) -> None:
    """Limits per athlete and per team. `held` are the team's live (athlete, race) pairs here. Raises SheetRefused.

    Call it while the team is locked (`places.lock_team`): two sheets of one team could pass it together otherwise.
    """
    refused: Rows = defaultdict(dict)
    athletes, teams = Counter(athlete for athlete, _ in held), Counter(race for _, race in held)
    for line in lines:
        race = races[line.race_id]
        athletes[line.athlete_id] += 1
        teams[line.race_id] += 1
        if meet.races_per_athlete is not None and athletes[line.athlete_id] > meet.races_per_athlete:
            refused[line.number]["race"] = Refused("athlete_limit", limit=meet.races_per_athlete)
        if race.entries_per_team is not None and teams[line.race_id] > race.entries_per_team:
            already = sum(1 for _, race_id in held if race_id == race.pk)
            refused[line.number]["race"] = Refused(
                "team_limit", race=race.name_here, limit=race.entries_per_team, held=already
            )
    if refused:
        raise SheetRefused(refused)


def duplicates(lines: Sequence[Line], *, races: Mapping[int, Race], held: Sequence[tuple[int, int]]) -> Rows:
    """Rows whose athlete is already in that race."""
    taken = set(held)
    return {
        line.number: {"race": Refused("duplicate", race=races[line.race_id].name_here)}
        for line in lines
        if (line.athlete_id, line.race_id) in taken
    }


def full_races(lines: Sequence[Line], *, races: Mapping[int, Race]) -> Rows:
    """Rows of races that are paused or have neither places nor waiting places enough. `races` are read afresh."""
    wanted = Counter(line.race_id for line in lines)
    found: Rows = {}
    for line in lines:
        race = races[line.race_id]
        if race.paused_at is not None:
            found[line.number] = {"race": Refused("race_paused", race=race.name_here)}
        elif (left := takes_still(race)) is not None and wanted[race.pk] > left:
            found[line.number] = {"race": Refused("waiting_full", race=race.name_here, left=left)}
    return found


def takes_still(race: Race) -> int | None:
    """How many more entries a race takes, waiting list included; None for any number."""
    if race.waiting_places is None:
        return None
    return max(race.waiting_places + race.line + race.waiting_gone - race.last_ticket, 0)


def check_may_withdraw(entry: Entry, *, by_organizer: bool) -> None:
    """A team withdraws until start lists are out; an organizer also later. Raises Refused. Needs `race.meet` loaded."""
    if entry.withdrawn_at is not None:
        raise Refused("already_withdrawn")
    if not by_organizer and entry.race.meet.state not in TEAM_WITHDRAWS:
        raise Refused("too_late_to_withdraw")


def check_may_correct(entry: Entry, *, at: datetime, by_organizer: bool) -> None:
    """A team corrects a time until entries close. Raises Refused. Needs `race.meet` loaded."""
    if entry.withdrawn_at is not None:
        raise Refused("already_withdrawn")
    if not by_organizer and not entry.race.meet.takes_entries_at(at):
        raise Refused("too_late_to_correct")


def check_may_move(entry: Entry, to: Race) -> None:
    """To another race of the meet, for the athlete's sex, in which they are not yet. One query. Raises Refused."""
    if entry.race_id == to.pk:
        raise Refused("same_race")
    if entry.race.meet_id != to.meet_id:
        raise Refused("other_meet")
    if not to.is_for(entry.athlete.sex):
        raise Refused("sex", race=to.name_here, sex=to.get_sex_display())
    if Entry.objects.live().filter(race=to, athlete=entry.athlete_id).exists():
        raise Refused("duplicate", race=to.name_here)


def check_may_change_race(entry: Entry, to: Race, *, at: datetime) -> None:
    """A team's change of a wrong race, while the meet takes entries: the new race is asked as for a new entry. Raises
    Refused; `time_refusals` judges the times. Needs `race.meet` and `athlete` loaded, and the races' queues held."""
    if entry.withdrawn_at is not None:
        raise Refused("already_withdrawn")
    check_takes_entries(entry.race.meet, at=at)
    if entry.ticket is None:
        raise Refused("host_entry_stays")
    if to.paused_at is not None:
        raise Refused("race_paused", race=to.name_here)
    check_may_move(entry, to)
    _check_team_limit(entry, to)


def check_may_undo(entry: Entry, standing: Standing, *, by_organizer: bool) -> None:
    """A withdrawn entry comes back to its old place as long as nobody else has that; what stands for it since a change of
    race counts as gone. Raises Refused. Needs `race.meet` and `athlete` loaded; who acts on it holds the race's queue."""
    race, meet = entry.race, entry.race.meet
    if entry.withdrawn_at is None:
        raise Refused("not_withdrawn")
    if not by_organizer and meet.state not in TEAM_WITHDRAWS:
        raise Refused("too_late_to_undo")
    if meet.entries_paused_at is not None:
        raise Refused("entries_paused", note=pause_note(meet))
    if race.paused_at is not None:
        raise Refused("race_paused", race=race.name_here)
    if entry.athlete.left_at is not None:
        raise Refused("athlete_unknown")
    instead = standing.instead_of(entry.pk)
    others = [pair for pk, pair in standing.live.items() if pk != instead]
    if (entry.athlete_id, race.pk) in others:
        raise Refused("duplicate", race=race.name_here)
    if meet.races_per_athlete is not None and _count(others, 0, entry.athlete_id) >= meet.races_per_athlete:
        raise Refused("athlete_limit", limit=meet.races_per_athlete)
    held = _count(others, 1, race.pk)
    if race.entries_per_team is not None and held >= race.entries_per_team:
        raise Refused("team_limit", race=race.name_here, limit=race.entries_per_team, held=held)
    if not _place_is_free(entry, standing.given.get(race.pk, 0)):
        raise Refused("place_gone", race=race.name_here)


def _count(pairs: Sequence[tuple[int, int]], side: int, number: int) -> int:
    return sum(1 for pair in pairs if pair[side] == number)


def _check_team_limit(entry: Entry, race: Race) -> None:
    if race.entries_per_team is None:
        return
    held = Entry.objects.live().filter(race=race, submission__team=entry.submission.team_id).count()
    if held >= race.entries_per_team:
        raise Refused("team_limit", race=race.name_here, limit=race.entries_per_team, held=held)


def _place_is_free(entry: Entry, given: int) -> bool:
    """Whether its old ticket would hold a place and the places have one left. A host entry brings its own."""
    race = entry.race
    if entry.ticket is None or race.places is None:
        return True
    return entry.ticket <= race.line and given < race.places


def may_see(user: User, submission: Submission, *, is_mine: bool) -> bool:
    """Who reads a receipt: the team's members, the host's organizers and staff, and the platform admin."""
    return is_mine or user.is_platform_admin or (user.role in HOST_ROLES and user.tenant_id == submission.tenant_id)


def acts_for_host(user: User, submission: Submission) -> bool:
    """Whether this user changes entries as the host does, also after the team no longer may."""
    return user.is_platform_admin or (user.role == Role.ORGANIZER and user.tenant_id == submission.tenant_id)
