"""What of this room is a person's: athletes, teams, members, uploaded rosters. They outlive any one meet.

The athletes in a meet's archive are those who are entered: their table stands in `entries/entry/meet_tables.py`.
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entries.records.coverage import holds_nothing
from entries.records.free_text_columns import register_text
from entries.records.person import Person
from entries.records.subjects import Subject, register_subject
from entries.records.texts import GONE
from entries.records.traces import Trace, Values, changed, register_traces, register_words, whole
from entries.records.uploads import LINES, lines_within
from entries.roster.models import Athlete, ColumnMemory, Membership, RosterUpload, Team
from entries.roster.person import of_athlete, of_user
from tenants.audit.models import AuditRecord
from tenants.models import User
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES, before

PLACEHOLDER_BIRTH = date(1900, 1, 1)
ATHLETE_BLANK = (
    "family_kana", "given_kana", "family_romaji", "given_romaji", "nationality", "grade", "jaaf_id",
    "registration_number", "registration_prefecture", "guardian_name",
)  # fmt: skip


def _mark(person: Person, at: datetime) -> None:
    """Their athletes are gone and off the roster; the first time counts."""
    numbers = [athlete.pk for athlete in person.of(Athlete)]
    Athlete.objects.filter(pk__in=numbers, erased_at__isnull=True).update(erased_at=at)
    Athlete.objects.filter(pk__in=numbers, left_at__isnull=True).update(left_at=at)


def _athletes(person: Person) -> Iterator[Trace]:
    for athlete in person.of(Athlete):
        changes: Values = dict.fromkeys(ATHLETE_BLANK, "")
        changes |= {"family_name": GONE, "given_name": str(athlete.pk), "birth_date": PLACEHOLDER_BIRTH}
        changes |= {"guardian_consent_at": None, "jaaf_pending": False}
        yield whole(athlete, changed(athlete, changes))


def _uploads(person: Person) -> Iterator[Trace]:
    athletes = person.of(Athlete)
    numbers = {str(athlete.pk) for athlete in athletes}
    for row in RosterUpload.objects.filter(team__in=[athlete.team_id for athlete in athletes]).order_by("pk"):
        yield from lines_within(row, person, numbers)


def _trail_of_teams(person: Person) -> Iterator[Trace]:
    """Who is the contact of a team stands in its trail, also under a name that somebody else has."""
    users = person.of(User)
    teams = Membership.objects.filter(user__in=users).values_list("team_id", flat=True)
    theirs = Q(target_id__in=[str(pk) for pk in teams]) | Q(actor__in=users)
    for record in AuditRecord.objects.filter(theirs, target_type="team").order_by("pk") if users else ():
        said = {name: getattr(record, name) for name in ("target_name", "why", "before", "after")}
        changes = changed(record, {name: person.nameless(value) for name, value in said.items()})
        if changes:
            yield Trace(AuditRecord, record.pk, changes, {"id": record.pk} | {name: said[name] for name in changes})


def _memberships(person: Person) -> Iterator[Trace]:
    for member in Membership.objects.filter(user__in=person.of(User)):
        yield whole(member, None)


def _teams(person: Person) -> Iterator[Trace]:
    """A team that is nothing but this person; of others only the contact that is theirs."""
    contact: Values = {"contact_name": "", "contact_email": "", "contact_phone": ""}
    for team in person.of(Team):
        yield whole(team, changed(team, {**contact, "name": GONE, "name_kana": "", "short_name": ""}))
    for team in Team.objects.filter(person.addressed("contact_email")).order_by("pk"):
        yield whole(team, contact)


register_subject(
    Subject(
        "athlete", "athlete", Athlete, of_athlete, name_of=lambda athlete: athlete.full_name,
        has_gone=lambda athlete: athlete.erased_at is not None, mark=_mark, position=20,
    )
)  # fmt: skip
register_subject(Subject("user", "account", User, of_user, name_of=lambda user: user.name, position=10))

register_traces(Athlete, _athletes, position=10)
register_traces(RosterUpload, _uploads, position=60)
register_traces(AuditRecord, _trail_of_teams, position=80)
register_traces(Membership, _memberships, position=140)
register_traces(Team, _teams, position=180)
register_text(Team, "contact_name", position=70)
register_words(Athlete, _("選手"), _("氏名・生年月日・JAAF IDなどを消し、仮の名前を入れます"))
register_words(RosterUpload, _("名簿ファイル"), LINES)
register_words(Membership, _("チームのメンバー"), _("外します"))
register_words(Team, _("チーム"), _("名前や連絡先を消します"))

holds_nothing(ColumnMemory, because="it says which column of a file is what, by the digest of its header")
register(
    RetentionClass(
        "roster_uploads", _("名簿ファイルの内容"), _("作成してから"), GOES, 7, least=1, most=90,
        overdue=before(RosterUpload, "created_at"),
    )
)  # fmt: skip
