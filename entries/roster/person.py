"""Who is meant when an athlete or an account is to be handed out or erased: which rows are theirs, which texts name them."""

from collections.abc import Iterable, Iterator

from django.db.models import Q

from entries.records.person import SPACES, Parts, Person
from entries.records.texts import GONE
from entries.roster.models import Athlete, Membership, Team, TeamKind
from tenants.audit.models import AuditRecord
from tenants.models import User

SHORTEST_WORD = 6
"""Shorter texts (a registration number, a code) may mean somebody else."""
NAME_FIELDS = (("family_name", "given_name"), ("family_kana", "given_kana"), ("family_romaji", "given_romaji"))
ROMAJI = NAME_FIELDS[2]


def of_athlete(subject: Athlete) -> Person:
    """Who runs, as the database has them now. One who enters alone is also their own team and its only account."""
    athlete = Athlete.objects.select_related("team").get(pk=subject.pk)
    team = athlete.team
    is_alone = team.kind == TeamKind.INDIVIDUAL and not team.athletes.exclude(pk=athlete.pk).exists()
    teams = (team,) if is_alone else ()
    users = tuple(_accounts_of(teams))
    return _person((athlete,), users, teams)


def of_user(subject: User) -> Person:
    """Who signs in, as the database has them now; with the athletes of those teams that are nothing but this person."""
    user = User.objects.get(pk=subject.pk)
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
    names = [tuple(filter(None, name)) for athlete in athletes for name in _names_of(athlete)]
    names += [tuple(user.name.split()) for user in users]
    whole = [name for name in dict.fromkeys(names) if name and GONE not in name]
    alone = [name for name in whole if not _is_shared(name, athletes, users)]
    return Person(
        (*athletes, *users, *teams),
        words=tuple(_words(athletes, users, teams)),
        names=tuple(name for name in whole if len("".join(name)) >= 2),
        phrases=tuple(dict.fromkeys(phrase for name in alone for phrase in _written(name))),
        others=tuple(dict.fromkeys(_longer(alone, athletes, users))),
    )


def _words(athletes: tuple[Athlete, ...], users: tuple[User, ...], teams: tuple[Team, ...]) -> Iterator[str]:
    """As they are and as they once were: what was corrected or moved stands where it was sent to then."""
    known = {
        **{("athlete", row.pk): [row.jaaf_id] for row in athletes},
        **{("user", row.pk): [row.email, row.phone] for row in users},
        **{("team", row.pk): [row.contact_email, row.contact_phone] for row in teams},
    }
    found = [word for words in known.values() for word in words]
    for target, pk in known:
        trail = AuditRecord.objects.filter(target_type=target, target_id=str(pk)).values_list("before", "after")
        for values in (side for sides in trail for side in sides):
            asked = ("jaaf_id", "email", "phone", "contact_email", "contact_phone")
            found += [str(values[name]) for name in asked if values.get(name)]
    for word in dict.fromkeys(found):
        if len(word) >= SHORTEST_WORD and "@erased." not in word:
            yield word


def _names_of(athlete: Athlete) -> Iterator[Parts]:
    """As it stands and as it once stood: the trail knows what was corrected."""
    trail = AuditRecord.objects.filter(target_type="athlete", target_id=str(athlete.pk))
    sides = [values for pair in trail.values_list("before", "after") for values in pair]
    for values in ({}, *sides):
        for family, given in NAME_FIELDS:
            name = (
                str(values.get(family) or getattr(athlete, family)),
                str(values.get(given) or getattr(athlete, given)),
            )
            yield name
            if (family, given) == ROMAJI:  # JAAF prints Ichiro SUZUKI
                yield name[::-1]


def _written(name: Parts) -> Iterator[str]:
    """A whole name as it may stand in a text; one part alone may be any word."""
    if len(name) > 1 and len("".join(name)) > 2:
        yield from (space.join(name) for space in reversed(SPACES))


def _alike(name: Parts, how: str, athletes: tuple[Athlete, ...]) -> Q:
    """Other athletes called so, in any of their three names; with `how` "within", those whose name holds it."""
    family, given = name[0], " ".join(name[1:])
    first, second = ("endswith", "startswith") if how == "within" else ("iexact", "iexact")
    same = Q(pk__in=[])
    for one, other in NAME_FIELDS:
        same |= Q(**{f"{one}__{first}": family, f"{other}__{second}": given})
        same |= Q(**{f"{one}__iexact": given, f"{other}__iexact": family})
    return same & Q(erased_at__isnull=True) & ~Q(pk__in=[athlete.pk for athlete in athletes])


def _is_shared(name: Parts, athletes: tuple[Athlete, ...], users: tuple[User, ...]) -> bool:
    written = [space.join(name) for space in SPACES]
    others = User.objects.filter(name__in=written).exclude(pk__in=[user.pk for user in users])
    return len(name) < 2 or others.exists() or Athlete.objects.filter(_alike(name, "same", athletes)).exists()


def _longer(names: Iterable[Parts], athletes: tuple[Athlete, ...], users: tuple[User, ...]) -> Iterator[str]:
    """Names of other people that end or go on differently: 小林 太郎 and 林 太郎丸 beside 林 太郎."""
    whole = [name for name in names if not "".join(name).isascii()]  # Latin words end where they end
    rows, accounts = Q(pk__in=[]), Q(pk__in=[])
    for name in whole:
        rows |= _alike(name, "within", athletes)
        for written in _written(name):
            accounts |= Q(name__contains=written)
    for athlete in Athlete.objects.filter(rows):
        for family, given in NAME_FIELDS:
            yield from _written((getattr(athlete, family), getattr(athlete, given)))
    yield from User.objects.filter(accounts).exclude(pk__in=[row.pk for row in users]).values_list("name", flat=True)
