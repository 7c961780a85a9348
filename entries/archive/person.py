"""One person, and the texts by which rows that carry no number of theirs are known to be about them."""

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from entries.roster.models import Athlete, Membership, Team, TeamKind
from tenants.audit.models import AuditRecord
from tenants.models import User

Parts = tuple[str, ...]
GONE = "（削除済み）"
"""Stands where a name stood. Data, not interface: it is never translated."""
SHORTEST_WORD = 6
"""Shorter texts (a registration number, a code) may mean somebody else."""
SPACES = ("", " ", "　")
NAME_FIELDS = (("family_name", "given_name"), ("family_kana", "given_kana"), ("family_romaji", "given_romaji"))


@dataclass(frozen=True)
class Person:
    """`words` mean nobody else (addresses, JAAF ID, telephone). A name is its parts; `phrases` are those whole names
    that no other athlete has, so that they may be replaced wherever they stand."""

    athletes: tuple[Athlete, ...]
    users: tuple[User, ...]
    teams: tuple[Team, ...]
    words: tuple[str, ...]
    names: tuple[Parts, ...]
    phrases: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All that may be replaced in any text."""
        return (*self.words, *self.phrases)

    @property
    def addresses(self) -> tuple[str, ...]:
        """E-mail addresses."""
        return tuple(word for word in self.words if "@" in word)

    def is_in(self, value: object) -> bool:
        """Whether this value, or anything within it, speaks of the person; for rows of their own team."""
        text = _folded("\n".join(texts_of(value)))
        words = any(_folded(word) in text for word in self.words)
        return words or any(all(_folded(part) in text for part in name) for name in self.names)

    def without(self, value: Any) -> Any:
        """The value with every text of theirs replaced."""
        if isinstance(value, str):
            for text in self.texts:
                value = value.replace(text, GONE)
            return value
        if isinstance(value, list):
            return [self.without(one) for one in value]
        if isinstance(value, dict):
            return {name: self.without(one) for name, one in value.items()}
        return value

    def mentioned(self, *fields: str) -> Q:
        """Rows in which one of these columns holds a text of theirs."""
        found = Q(pk__in=[])
        for text in self.texts:
            for field in fields:
                for written in {text, json.dumps(text)[1:-1]}:  # SQLite keeps JSON with \uXXXX
                    found |= Q(**{f"{field}__contains": written})
        return found


def texts_of(value: object) -> Iterator[str]:
    """Every text and number within a JSON value."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield str(name)
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)
    elif value is not None:
        yield str(value)


def _folded(text: str) -> str:
    """Half-width kana, full-width digits and letters of any case compare equal."""
    return unicodedata.normalize("NFKC", text).lower()


def of_athlete(athlete: Athlete) -> Person:
    """Who runs. One who enters alone is also their own team and its only account."""
    team = athlete.team
    is_alone = team.kind == TeamKind.INDIVIDUAL and not team.athletes.exclude(pk=athlete.pk).exists()
    teams = (team,) if is_alone else ()
    users = tuple(_accounts_of(teams))
    return _person((athlete,), users, teams)


def of_user(user: User) -> Person:
    """Who signs in; with the athletes of those teams that are nothing but this person."""
    own = Team.objects.filter(memberships__user=user, kind=TeamKind.INDIVIDUAL)
    teams = tuple(team for team in own if set(_accounts_of([team])) == {user})
    athletes = tuple(Athlete.objects.filter(team__in=teams).select_related("team"))
    return _person(athletes, (user,), teams)


def _accounts_of(teams: Iterable[Team]) -> Iterator[User]:
    """Members who belong to no other team and work for no host."""
    for team in teams:
        for row in Membership.objects.filter(team=team).select_related("user"):
            if not row.user.role and not Membership.objects.filter(user=row.user).exclude(team=team).exists():
                yield row.user


def _person(athletes: tuple[Athlete, ...], users: tuple[User, ...], teams: tuple[Team, ...]) -> Person:
    names = [name for athlete in athletes for name in _names_of(athlete)]
    names += [tuple(user.name.split()) for user in users]
    words = [athlete.jaaf_id for athlete in athletes] + [text for user in users for text in (user.email, user.phone)]
    words += [text for team in teams for text in (team.contact_email, team.contact_phone)]
    whole = [name for name in dict.fromkeys(names) if all(name) and GONE not in name]
    return Person(
        athletes, users, teams,
        words=tuple(dict.fromkeys(word for word in words if len(word) >= SHORTEST_WORD and "@erased." not in word)),
        names=tuple(name for name in whole if len("".join(name)) >= 2),
        phrases=tuple(_phrases(whole, athletes, users)),
    )  # fmt: skip


def _names_of(athlete: Athlete) -> Iterator[Parts]:
    """As it stands and as it once stood: the trail knows what was corrected."""
    for family, given in NAME_FIELDS:
        yield getattr(athlete, family), getattr(athlete, given)
    trail = AuditRecord.objects.filter(target_type="athlete", target_id=str(athlete.pk))
    for before, after in trail.values_list("before", "after"):
        for values in (before, after):
            for family, given in NAME_FIELDS:
                yield (
                    str(values.get(family) or getattr(athlete, family)),
                    str(values.get(given) or getattr(athlete, given)),
                )


def _phrases(names: Iterable[Parts], athletes: tuple[Athlete, ...], users: tuple[User, ...]) -> Iterator[str]:
    """Whole names that nobody else on any roster or among the accounts has."""
    for name in names:
        written = [space.join(name) for space in SPACES]
        if len(written[0]) < 3 or _is_shared(name, written, athletes, users):
            continue
        yield from reversed(written) if len(name) > 1 else written[:1]


def _is_shared(name: Parts, written: list[str], athletes: tuple[Athlete, ...], users: tuple[User, ...]) -> bool:
    others = User.objects.filter(name__in=written).exclude(pk__in=[user.pk for user in users])
    if others.exists():
        return True
    if len(name) < 2:
        return True
    family, given = name[0], " ".join(name[1:])
    same = Q(pk__in=[])
    for first, second in NAME_FIELDS:
        same |= Q(**{first: family, second: given})
    rest = Athlete.objects.filter(same, erased_at__isnull=True)
    return rest.exclude(pk__in=[athlete.pk for athlete in athletes]).exists()
