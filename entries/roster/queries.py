from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from entries.roster.athlete_fields import Values, values_of
from entries.roster.models import Athlete, Membership, RosterUpload, Sex, Team
from entries.roster.prefectures import PREFECTURES
from tenants.models import User
from tenants.prepared import Prepared
from tenants.search_key import Word
from tenants.searched import found, found_each
from tenants.signin.models import OneTimeLink, Purpose

ORDERS: Mapping[str, tuple[str, ...]] = {
    "kana": ("family_kana", "given_kana", "family_name"),
    "grade": ("grade", "family_kana", "given_kana"),
    "birth": ("birth_date", "family_kana", "given_kana"),
    "jaaf": ("jaaf_id", "family_kana", "given_kana"),
    "sex": ("sex", "family_kana", "given_kana"),
}
"""What a list of athletes can be sorted by; a minus in front turns it round. Each ends on the primary key."""

_roster_of = Prepared(lambda team: Athlete.objects.filter(team=team).active().in_roster_order(), team=int)


def roster_of(team: Team) -> list[Athlete]:
    """Those who are on the roster now and may be entered."""
    athletes = _roster_of(team=team.pk)
    for athlete in athletes:
        athlete.team = team
    return athletes


def my_teams(user: User) -> QuerySet[Team]:
    """The teams of this member with the number of athletes on each roster."""
    count = Count("athletes", filter=Q(athletes__left_at__isnull=True), distinct=True)
    return Team.objects.managed_by(user).annotate(roster_count=count).order_by("name", "pk")


def members(team: Team) -> QuerySet[Membership]:
    """Who may enter for the team, in the order in which they joined."""
    return Membership.objects.filter(team=team).select_related("user").order_by("joined_at", "pk")


def open_invitations(team: Team, *, at: datetime) -> QuerySet[OneTimeLink]:
    """Invitations that can still be used."""
    links = OneTimeLink.objects.filter(purpose=Purpose.INVITE, used_at__isnull=True, expires_at__gt=at)
    return links.filter(payload__team=team.pk).order_by("created_at", "pk")


def searched(athletes: QuerySet[Athlete], text: str) -> QuerySet[Athlete]:
    """Each word must stand in the name (kanji, kana, romaji, in any form) or in the JAAF ID."""
    return athletes.filter(found(text, "search_key"))


def listed(team: Team, *, q: str, sex: str, grade: str, sort: str, left: bool) -> QuerySet[Athlete]:
    """The athletes of a list page. Unknown filters and orders are ignored, never passed on (requirement I9)."""
    athletes = searched(team.athletes.filter(left_at__isnull=not left, erased_at__isnull=True), q)
    if sex in Sex.values:
        athletes = athletes.filter(sex=sex)
    if grade:
        athletes = athletes.filter(grade=grade[:4])
    turned, name = sort.startswith("-"), sort.removeprefix("-")
    fields = ORDERS.get(name, ORDERS["kana"])
    first = F(fields[0]).desc() if turned and name in ORDERS else F(fields[0]).asc()
    return athletes.order_by(first, *fields[1:], "pk")


def grades(team: Team) -> Sequence[str]:
    """The grades on the roster, for the filter."""
    found = team.athletes.active().exclude(grade="").order_by("grade").values_list("grade", flat=True)
    return list(found.distinct())


def uploads_of(team: Team, user: User) -> QuerySet[RosterUpload]:
    """The files that this user uploaded for this team; nobody else sees their previews."""
    return RosterUpload.objects.filter(team=team, by=user)


_PREFECTURE_NAMES = dict(PREFECTURES)
_SEX_WORDS = {Sex.MALE.value: "男", Sex.FEMALE.value: "女"}


def shown(field: str, value: Any) -> str:
    """A field's value as our files and previews write it, and as `facts` reads it back."""
    if field == "sex":
        return _SEX_WORDS.get(value, "")
    if field == "registration_prefecture":
        return _PREFECTURE_NAMES.get(value, "")
    if field == "guardian_consent":
        return "○" if value else ""
    if field == "jaaf_pending":
        return "申請中" if value else ""
    return "" if value is None else str(value)


def file_row(athlete: Athlete, fields: Sequence[str]) -> list[str]:
    """An athlete as a row of our files. Who is pending has that word in place of the JAAF ID."""
    values: Values = values_of(athlete)
    row = {field: shown(field, values[field]) for field in fields}
    if values["jaaf_pending"] and not values["jaaf_id"]:
        row["jaaf_id"] = shown("jaaf_pending", value=True)
    return [row[field] for field in fields]


def found_in_public(text: str, *, athlete: str, team: str, number: Callable[[str], Q] | None = None) -> Q:
    """Rows in which each word stands in the name or kana of the athlete, or in the names of the team; both are paths to their
    search keys.

    A word of figures alone is looked for in the team, and by `number` where something is numbered: an athlete's key holds the
    JAAF ID too, which nobody may find out by trying.
    """

    def stands(word: Word) -> Q:
        here = Q(**{f"{team}__contains": word.key})
        if not word.key.isdecimal():
            return here | Q(**{f"{athlete}__contains": word.key})
        return here | number(word.key) if number else here

    return found_each(text, stands)
