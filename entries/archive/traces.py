"""Where a person is found in the database, and what becomes of each place when they are erased.

One list serves the dry run, the erasure, and the copy that a person may ask for. Read it across tenants and within a
transaction. Rows that speak of others too (a file of a whole team, a notice) lose only what is this person's.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

from entries.archive.models import MeetArchive
from entries.archive.person import GONE, Person
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.meet.models import Meet
from entries.roster.models import Membership, RosterUpload, Team
from tenants.audit.models import AuditRecord
from tenants.incidents.models import Incident, IncidentContact
from tenants.outbox.models import DeadAddress, MailEvent, OutboxMail
from tenants.privacy.models import Erasure
from tenants.signin.models import OneTimeLink

Values = dict[str, Any]
SECRETS = frozenset(
    {"password", "token_hash", "session_key", "session_data", "body_hash", "key", "payload", "request_id"}
)
PLACEHOLDER_BIRTH = date(1900, 1, 1)
MAIL_GONE = "erased-{}@erased.invalid"
"""`.invalid` is never delivered to (RFC 2606); the number keeps addresses unique."""
ATHLETE_BLANK = (
    "family_kana", "given_kana", "family_romaji", "given_romaji", "nationality", "grade", "jaaf_id",
    "registration_number", "registration_prefecture", "guardian_name",
)  # fmt: skip
KEPT_VERBS = ("athlete.erased", "account.erased", "athlete.exported")
"""What proves that a request was met names nobody."""
WINDOW = 20_000
"""Rows in which one statement looks for texts: far below the time that a statement may take."""
FREE_TEXTS: list[tuple[type[models.Model], tuple[str, ...]]] = [
    (AuditRecord, ("target_name", "why", "before", "after")),
    (Incident, ("title", "note")),
    (Erasure, ("why",)),
    (OutboxMail, ("context", "last_error")),
    (MailEvent, ("to", "reason")),
    (Meet, ("summary", "pause_note")),
]
"""Columns in which people write what they like; later rooms add theirs with `register_text`."""


class Trace(NamedTuple):
    """One row. `changes` None takes it out, {} leaves it as it is; `shown` is what of it is the person's."""

    model: type[models.Model]
    pk: Any
    changes: Values | None
    shown: Values

    @property
    def table(self) -> str:
        """The stable name of its table."""
        return self.model._meta.model_name or ""


def register_text(model: type[models.Model], *fields: str) -> None:
    """Columns of a later room in which a name may stand."""
    if (model, fields) not in FREE_TEXTS:
        FREE_TEXTS.append((model, fields))


def shown(row: models.Model) -> Values:
    """A row as its person may read it: every column but keys that open something."""
    found = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {name: value for name, value in found.items() if name not in SECRETS}


def traces_of(person: Person) -> Iterator[Trace]:
    """Every row that holds something of this person, each at most once."""
    seen: set[tuple[str, Any]] = set()
    for find in FINDERS:
        for trace in find(person):
            if (trace.table, trace.pk) not in seen:
                seen.add((trace.table, trace.pk))
                yield trace


def _whole(row: models.Model, changes: Values | None) -> Trace:
    return Trace(type(row), row.pk, changes, shown(row))


def _athletes(person: Person) -> Iterator[Trace]:
    for athlete in person.athletes:
        changes: Values = dict.fromkeys(ATHLETE_BLANK, "")
        changes |= {"family_name": GONE, "given_name": str(athlete.pk), "birth_date": PLACEHOLDER_BIRTH}
        changes |= {"guardian_consent_at": None, "jaaf_pending": False}
        yield _whole(athlete, _changed(athlete, changes))


def entries_of(person: Person) -> models.QuerySet[Entry]:
    """Their entries at all hosts."""
    return Entry.objects.filter(athlete__in=person.athletes).order_by("pk")


def _entries(person: Person) -> Iterator[Trace]:
    """They stay: a race's tickets, places and totals are the record of the meet."""
    orders = set()
    for entry in entries_of(person):
        orders.add(entry.submission_id)
        yield _whole(entry, {} if entry.personal_best is None else {"personal_best": None})
    for order in Submission.objects.filter(pk__in=orders).order_by("pk"):
        yield _whole(order, {})


def _drafts_and_uploads(person: Person) -> Iterator[Trace]:
    teams = [athlete.team_id for athlete in person.athletes]
    numbers = {str(athlete.pk) for athlete in person.athletes}
    for model in (SheetDraft, EntryUpload, RosterUpload):
        for row in model._default_manager.filter(team__in=teams).order_by("pk"):
            yield from _rows_within(row, person, numbers)


def _rows_within(row: Any, person: Person, numbers: set[str]) -> Iterator[Trace]:
    """The lines of a file or a sheet that are theirs, by number or by name."""
    theirs = [line for line in row.rows if _number_of(line) in numbers or person.is_in(line)]
    changes: Values = {"rows": [line for line in row.rows if line not in theirs]} if theirs else {}
    if person.is_in(getattr(row, "file_name", "")):
        changes["file_name"] = GONE
    if changes:
        yield Trace(type(row), row.pk, changes, {"id": row.pk, "rows": theirs})


def _number_of(line: Any) -> str:
    """Of the athlete on a line: `athlete` on a sheet, `a` in a roster's file."""
    return str(line.get("athlete") or line.get("a") or "") if isinstance(line, dict) else ""


def _trail(person: Person) -> Iterator[Trace]:
    """Of their own rows all values go; the verb, the moment and who acted stay."""
    own = Q(pk__in=[])
    for name, rows in (("athlete", person.athletes), ("user", person.users), ("team", person.teams)):
        own |= Q(target_type=name, target_id__in=[str(row.pk) for row in rows])
    entries = [str(pk) for pk in entries_of(person).values_list("pk", flat=True)]
    for record in AuditRecord.objects.filter(own).exclude(verb__in=KEPT_VERBS).order_by("pk"):
        values = {side: dict.fromkeys(getattr(record, side)) for side in ("before", "after")}
        yield _whole(record, _changed(record, {"target_name": "", "why": "", **values}))
    for record in AuditRecord.objects.filter(target_type="entry", target_id__in=entries).order_by("pk"):
        values = {name: person.without(getattr(record, name)) for name in ("target_name", "before", "after")}
        yield _whole(record, _changed(record, {"why": "", **values}))


def _changed(row: models.Model, values: Values) -> Values:
    """Only what differs, so that a second time changes nothing."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _mails(person: Person) -> Iterator[Trace]:
    """A mail to them that has not left is dropped; of those that left the row stays without address and content."""
    numbers = list(entries_of(person).values_list("pk", flat=True))
    theirs = Q(to__in=person.addresses) | Q(context__entry__in=numbers) if numbers else Q(to__in=person.addresses)
    for mail in OutboxMail.objects.filter(theirs).order_by("pk"):
        left, is_to = mail.sent_at or mail.failed_at, mail.to in person.addresses
        changes: Values = {"to": MAIL_GONE.format(mail.pk)} if is_to else {}
        changes |= {"context": {}, "last_error": ""} if left else {"last_error": person.without(mail.last_error)}
        yield _whole(mail, _changed(mail, changes) if left or not is_to else None)
    for event in MailEvent.objects.filter(to__in=person.addresses).order_by("pk"):
        yield _whole(event, {"to": "", "reason": ""})
    for dead in DeadAddress.objects.filter(address__in=person.addresses):
        yield _whole(dead, None)


def _links(person: Person) -> Iterator[Trace]:
    """Also an unconfirmed registration, and an invitation to their address."""
    theirs = Q(email__in=person.addresses) | Q(user__in=person.users)
    for rows in (OneTimeLink.objects.filter(theirs).order_by("pk"), _mentioning(OneTimeLink, ("payload",), person)):
        for link in rows:
            yield _whole(link, None)


def _accounts(person: Person) -> Iterator[Trace]:
    for user in person.users:
        changes: Values = {"email": MAIL_GONE.format(f"user-{user.pk}"), "name": GONE, "phone": "", "last_login": None}
        changes |= {"password": "!", "is_active": False, "staff_seat": None}  # no password has this hash
        yield _whole(user, _changed(user, changes))
    for member in Membership.objects.filter(user__in=person.users):
        yield _whole(member, None)
    for contact in IncidentContact.objects.filter(email__in=person.addresses):
        yield _whole(contact, None)
    theirs = {str(user.pk) for user in person.users}
    for session in Session.objects.order_by("pk").iterator(500) if theirs else ():
        if session.get_decoded().get("_auth_user_id") in theirs:
            yield Trace(Session, session.pk, None, {"expire_date": session.expire_date})


def _teams(person: Person) -> Iterator[Trace]:
    """A team that is nothing but this person; of others only the contact that is theirs."""
    contact = {"contact_name": "", "contact_email": "", "contact_phone": ""}
    for team in person.teams:
        yield _whole(team, _changed(team, {**contact, "name": GONE, "name_kana": "", "short_name": ""}))
    for team in Team.objects.filter(contact_email__in=person.addresses).order_by("pk"):
        yield _whole(team, contact)


def _archives(person: Person) -> Iterator[Trace]:
    """Files of whole meets that were not fetched yet: they are made anew in a minute."""
    meets = entries_of(person).filter(athlete__erased_at__isnull=True).values("race__meet")
    for archive in MeetArchive.objects.filter(meet__in=meets, with_personal=True).order_by("pk"):
        yield Trace(MeetArchive, archive.pk, None, {"id": archive.pk, "meet_id": archive.meet_id})


def _free_texts(person: Person) -> Iterator[Trace]:
    for model, fields in FREE_TEXTS if person.texts else ():
        for row in _mentioning(model, fields, person):
            before = {name: getattr(row, name) for name in fields}
            after = {name: person.without(value) for name, value in before.items()}
            changes = {name: value for name, value in after.items() if value != before[name]}
            if changes:
                yield Trace(model, row.pk, changes, {"id": row.pk} | {name: before[name] for name in changes})


def _mentioning(model: type[models.Model], fields: Sequence[str], person: Person) -> Iterator[Any]:
    """By text, also within JSON, window by window of a long table."""
    casts = {
        f"{name}_text": models.functions.Cast(name, models.TextField())
        for name in fields
        if isinstance(model._meta.get_field(name), models.JSONField)
    }
    asked = [f"{name}_text" if f"{name}_text" in casts else name for name in fields]
    rows = model._default_manager.order_by("pk")
    last = rows.aggregate(last=models.Max("pk"))["last"] or 0
    for start in range(0, last + 1 if person.texts else 0, WINDOW):
        window = rows.filter(pk__gte=start, pk__lt=start + WINDOW)
        yield from window.annotate(**casts).filter(person.mentioned(*asked))


FINDERS: tuple[Callable[[Person], Iterator[Trace]], ...] = (
    _athletes, _entries, _drafts_and_uploads, _trail, _mails, _links, _accounts, _teams, _archives, _free_texts,
)  # fmt: skip
"""The rows that are theirs first: what the search in texts finds again is done already."""
