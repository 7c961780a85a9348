"""What of this room is a meet's and a person's: entries stay as the record of the meet; what only the meet needed goes."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import DateTimeField, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.entry.meet_tables import TABLES, entry_numbers, submission_numbers
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.entry.pending import (
    check_leaves_somebody,
    end,
    entered_to_come,
    pending_entries,
    pending_entries_of,
    withdraw_late,
)
from entries.meet.models import Meet
from entries.records.meets import (
    PurgeStep,
    emptied,
    register_mails,
    register_naming,
    register_purge,
    register_rows,
    taken_out,
)
from entries.records.person import Person
from entries.records.retention import cleared
from entries.records.subjects import Commitment, register_check, register_commitment
from entries.records.tables import register_table
from entries.records.texts import GONE
from entries.records.traces import Trace, register_about, register_traces, register_words, whole
from entries.records.uploads import LINES, lines_within
from entries.roster.models import Athlete, Membership
from tenants.models import User
from tenants.privacy.classes import RetentionClass, register
from tenants.privacy.retention_classes import GOES, before


def entries_of(person: Person) -> QuerySet[Entry]:
    """Their entries at all hosts."""
    return Entry.objects.filter(athlete__in=person.of(Athlete)).order_by("pk")


def _entries(person: Person) -> Iterator[Trace]:
    """They stay: a race's tickets, places and totals are the record of the meet."""
    for entry in entries_of(person):
        yield whole(entry, {} if entry.personal_best is None else {"personal_best": None})


def _submissions(person: Person) -> Iterator[Trace]:
    for submission in Submission.objects.filter(pk__in=entries_of(person).values("submission")).order_by("pk"):
        yield whole(submission, {})


def _drafts(person: Person) -> Iterator[Trace]:
    return _lines(SheetDraft.objects.all(), person)


def _uploads(person: Person) -> Iterator[Trace]:
    return _lines(EntryUpload.objects.all(), person)


def _lines(rows: QuerySet, person: Person) -> Iterator[Trace]:
    athletes = person.of(Athlete)
    numbers = {str(athlete.pk) for athlete in athletes}
    for row in rows.filter(team__in=[athlete.team_id for athlete in athletes]).order_by("pk"):
        yield from lines_within(row, person, numbers)


def _meets_naming(person: Person) -> Iterator[QuerySet]:
    """Those in which they are entered, and those to which they sent a sheet, as long as they have a name."""
    yield entries_of(person).filter(athlete__erased_at__isnull=True).values("race__meet")
    named = [user for user in person.of(User) if user.name != GONE]
    yield Submission.objects.filter(submitted_by__in=named).values("meet")


def _guardians(meet: Meet, today: date) -> QuerySet[Athlete]:
    """Of this meet's athletes who are old enough now, or left their roster, and are in no meet to come."""
    born = today.replace(year=today.year - Athlete.GUARDIAN_NEEDED_BELOW, day=min(today.day, 28))
    mine = Athlete.objects.filter(pk__in=Entry.objects.filter(race__meet=meet).values("athlete"))
    needed = entered_to_come(today=today).values("athlete")
    kept = mine.exclude(guardian_name="", guardian_consent_at__isnull=True).exclude(pk__in=needed)
    return kept.filter(Q(birth_date__lte=born) | Q(left_at__isnull=False))


def _worn(meet: Meet, today: date) -> QuerySet[Entry]:
    worn = Q(shoe__isnull=False) | ~Q(shoe_declared="") | Q(personal_best__isnull=False)
    return Entry.objects.filter(worn, race__meet=meet)


def _last_entry() -> Subquery:
    newest = Entry.objects.filter(athlete=OuterRef("pk")).order_by().values("athlete")
    return Subquery(newest.annotate(at=Max("entered_at")).values("at"), output_field=DateTimeField())


def _gone_athletes(limit: datetime, now: datetime) -> QuerySet[Athlete]:
    """Off the roster, or of a team without members, and entered nowhere since; and who was erased while somebody was
    entering them, as long as that entry holds a place."""
    has_member = Exists(Membership.objects.filter(team=OuterRef("team")))
    off = Q(left_at__lt=limit) | (Q(left_at__isnull=True) & ~has_member)
    unentered = Q(last_entry__isnull=True) | Q(last_entry__lt=limit)
    idle = Q(erased_at__isnull=True, updated_at__lt=limit) & unentered & off
    entered = pending_entries_of(OuterRef("pk"), today=timezone.localdate(now))
    return Athlete.objects.annotate(last_entry=_last_entry()).filter(
        idle | (Q(erased_at__isnull=False) & Exists(entered))
    )


def _old_entries(limit: datetime, _now: datetime) -> QuerySet[Athlete]:
    rows = Athlete.objects.filter(erased_at__isnull=True, updated_at__lt=limit)
    return rows.annotate(last_entry=_last_entry()).filter(last_entry__lt=limit)


for table in TABLES:
    register_table(table)
register_rows("submission", submission_numbers)
register_rows("entry", entry_numbers)
register_mails("entry.")
register_purge(
    PurgeStep("drafts", lambda meet, today: SheetDraft.objects.filter(meet=meet), taken_out, position=10),
    PurgeStep("uploads", lambda meet, today: EntryUpload.objects.filter(meet=meet), taken_out, position=20),
    PurgeStep(
        "hashes",
        lambda meet, today: Submission.objects.filter(meet=meet).exclude(body_hash=""),
        emptied(body_hash=""),
        position=40,
    ),
    PurgeStep("shoes", _worn, emptied(shoe=None, shoe_declared="", personal_best=None), position=50),
    PurgeStep("guardians", _guardians, emptied(guardian_name="", guardian_consent_at=None), position=60),
)

register_commitment(
    Commitment(
        pending=lambda rows, today: pending_entries(rows, today=today),
        meet_of=lambda entry: entry.race.meet.name,
        end=end,
        end_late=withdraw_late,
    )
)
register_check(check_leaves_somebody)
register_naming(_meets_naming)
register_about("entry", lambda person: list(entries_of(person).values_list("pk", flat=True)))
register_traces(Entry, _entries, position=20)
register_traces(Submission, _submissions, position=30)
register_traces(SheetDraft, _drafts, position=40)
register_traces(EntryUpload, _uploads, position=50)
register_words(Entry, _("申込"), _("自己ベストを消します。種目・受付順・申告タイムは残します"), is_kept=True)
register_words(Submission, _("申込票"), "", is_kept=True)
register_words(SheetDraft, _("申込票の下書き"), LINES)
register_words(EntryUpload, _("申込ファイル"), LINES)

ERASED = _("氏名などを消し、申込の記録だけを残します")
register(
    RetentionClass(
        "sheet_drafts", _("送信されなかった申込票の下書き"), _("最後に編集してから"), GOES, 60, least=7, most=400,
        overdue=before(SheetDraft, "updated_at"),
    ),
    RetentionClass(
        "entry_uploads", _("申込ファイルの内容"), _("作成してから"), GOES, 7, least=1, most=90,
        overdue=before(EntryUpload, "created_at"),
    ),
    RetentionClass(
        "athletes_gone", _("名簿から外れた選手"), _("外れてから、かつ最後の申込から"), ERASED, 1_095, least=180,
        overdue=_gone_athletes, clear=cleared("athlete"), batch=20,
    ),
    RetentionClass(
        "entries_old", _("長く申込のない選手"), _("最後の申込から"), ERASED, 3_650, least=400, most=10_950,
        overdue=_old_entries, clear=cleared("athlete"), batch=20,
    ),
)  # fmt: skip
