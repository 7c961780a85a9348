"""Where a person is found in the database, and what becomes of each place when they are erased.

One list serves the dry run, the erasure, and the copy that a person may ask for. Read it across tenants and within a
transaction. Rows that speak of others too (a file of a whole team, a notice) lose only what is this person's.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q

from catalog.desk.models import SeenProduct
from entries.archive.models import MeetArchive
from entries.archive.person import Person
from entries.archive.texts import GONE
from entries.archive.writings import FREE_TEXTS, mentioning
from entries.entry.models import Entry, EntryUpload, SheetDraft, Submission
from entries.roster.models import Membership, RosterUpload, Team
from tenants.audit.models import AuditRecord
from tenants.incidents.models import IncidentContact
from tenants.models import Tenant
from tenants.outbox.models import DeadAddress, MailEvent, OutboxMail
from tenants.signin.models import OneTimeLink

Values = dict[str, Any]
SECRETS = frozenset(
    {"password", "token_hash", "session_key", "session_data", "body_hash", "key", "payload", "request_id"}
)
SEED = "seed"
"""In a mail's context: from it the worker makes the link that the mail carries."""
REASONS = ("r", "w", "refused")
"""Of a line: why it is refused or doubtful, which may name somebody else."""
PLACEHOLDER_BIRTH = date(1900, 1, 1)
MAIL_GONE = "erased-{}@erased.invalid"
"""`.invalid` is never delivered to (RFC 2606); the number keeps addresses unique."""
ATHLETE_BLANK = (
    "family_kana", "given_kana", "family_romaji", "given_romaji", "nationality", "grade", "jaaf_id",
    "registration_number", "registration_prefecture", "guardian_name",
)  # fmt: skip
KEPT_VERBS = ("athlete.erased", "account.erased", "athlete.exported", "account.exported")
"""What proves that a request was met names nobody."""


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


def shown(row: models.Model) -> Values:
    """A row as its person may read it: every column but keys that open something."""
    found = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    if isinstance(row, OutboxMail):
        found["context"] = {name: value for name, value in row.context.items() if name != SEED}
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
    """The lines of a file or a sheet that are theirs go; the others lose what they say of them."""
    theirs = [line for line in row.rows if _is_theirs(line, person, numbers)]
    left = [person.without(line) for line in row.rows if line not in theirs]
    changes: Values = {"rows": left} if left != row.rows else {}
    if person.is_in(getattr(row, "file_name", "")):
        changes["file_name"] = GONE
    if changes:
        yield Trace(type(row), row.pk, changes, {"id": row.pk, "rows": theirs})


def _is_theirs(line: Any, person: Person, numbers: set[str]) -> bool:
    """By the athlete's number where the line has one: a team may have two of the same name."""
    number = _number_of(line)
    if not number and isinstance(line, dict):
        line = {name: value for name, value in line.items() if name not in REASONS}
    return number in numbers if number else person.is_line(line)


def _number_of(line: Any) -> str:
    """Of the athlete on a line: `athlete` on a sheet, `a` in a roster's file, `row` within a file of entries."""
    if not isinstance(line, dict):
        return ""
    row = line.get("row")
    return str(line.get("athlete") or line.get("a") or (row.get("athlete") if isinstance(row, dict) else "") or "")


def _trail(person: Person) -> Iterator[Trace]:
    """Of their own rows all values go; the verb, the moment and who acted stay."""
    own = Q(pk__in=[])
    for name, rows in (("athlete", person.athletes), ("user", person.users), ("team", person.teams)):
        own |= Q(target_type=name, target_id__in=[str(row.pk) for row in rows])
    entries = [str(pk) for pk in entries_of(person).values_list("pk", flat=True)]
    for record in AuditRecord.objects.filter(own).order_by("pk"):
        if record.verb in KEPT_VERBS:
            texts = {name: person.masked(getattr(record, name)) for name in ("target_name", "why")}
            yield _whole(record, _changed(record, texts))
            continue
        values = {side: dict.fromkeys(getattr(record, side)) for side in ("before", "after")}
        yield _whole(record, _changed(record, {"target_name": "", "why": "", **values}))
    for record in AuditRecord.objects.filter(target_type="entry", target_id__in=entries).order_by("pk"):
        values = {name: person.without(getattr(record, name)) for name in ("target_name", "before", "after")}
        yield _whole(record, _changed(record, {"why": "", **values}))


def _trail_of_teams(person: Person) -> Iterator[Trace]:
    """Who is the contact of a team stands in its trail, also under a name that somebody else has."""
    teams = Membership.objects.filter(user__in=person.users).values_list("team_id", flat=True)
    numbers = [str(pk) for pk in teams]
    theirs = Q(target_id__in=numbers) | Q(actor__in=person.users)
    for record in AuditRecord.objects.filter(theirs, target_type="team").order_by("pk") if person.users else ():
        said = {name: getattr(record, name) for name in ("target_name", "why", "before", "after")}
        changes = _changed(record, {name: person.nameless(value) for name, value in said.items()})
        if changes:
            yield Trace(AuditRecord, record.pk, changes, {"id": record.pk} | {name: said[name] for name in changes})


def _changed(row: models.Model, values: Values) -> Values:
    """Only what differs, so that a second time changes nothing."""
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _mails(person: Person) -> Iterator[Trace]:
    """A mail to them that has not left is dropped; of those that left the row stays without address and content."""
    numbers = list(entries_of(person).values_list("pk", flat=True))
    theirs = person.addressed("to") | (Q(context__entry__in=numbers) if numbers else Q(pk__in=[]))
    addresses = {address.lower() for address in person.addresses}
    for mail in OutboxMail.objects.filter(theirs).order_by("pk"):
        left, is_to = mail.sent_at or mail.failed_at, mail.to.lower() in addresses
        changes: Values = {"to": MAIL_GONE.format(mail.pk), "provider_id": ""} if is_to else {}  # no event finds it
        changes |= {"context": {}, "last_error": ""} if left else {"last_error": person.without(mail.last_error)}
        yield _whole(mail, _changed(mail, changes) if left or not is_to else None)
    for event in MailEvent.objects.filter(person.addressed("to")).order_by("pk"):
        yield _whole(event, {"to": "", "reason": ""})
    for dead in DeadAddress.objects.filter(person.addressed("address")):
        yield _whole(dead, None)


def _links(person: Person) -> Iterator[Trace]:
    """Also an unconfirmed registration, and an invitation to their address. A name alone may be somebody else's."""
    theirs = person.addressed("email") | Q(user__in=person.users)
    for link in OneTimeLink.objects.filter(theirs).order_by("pk"):
        yield _whole(link, None)
    for link in mentioning(OneTimeLink, ("payload",), person):
        if person.is_named_by(link.payload):
            yield _whole(link, None)


def _accounts(person: Person) -> Iterator[Trace]:
    for user in person.users:
        changes: Values = {"email": MAIL_GONE.format(f"user-{user.pk}"), "name": GONE, "phone": "", "last_login": None}
        changes |= {"password": "!", "is_active": False, "staff_seat": None}  # no password has this hash
        yield _whole(user, _changed(user, changes))
    for member in Membership.objects.filter(user__in=person.users):
        yield _whole(member, None)
    for contact in IncidentContact.objects.filter(person.addressed("email") | Q(phone__in=person.words)):
        yield _whole(contact, None)
    for seen in SeenProduct.objects.filter(user__in=person.users).order_by("pk"):
        yield _whole(seen, None)
    theirs = {str(user.pk) for user in person.users}
    for session in Session.objects.order_by("pk").iterator(500) if theirs else ():
        if session.get_decoded().get("_auth_user_id") in theirs:
            yield Trace(Session, session.pk, None, {"expire_date": session.expire_date})


def _teams(person: Person) -> Iterator[Trace]:
    """A team that is nothing but this person; of others only the contact that is theirs."""
    contact = {"contact_name": "", "contact_email": "", "contact_phone": ""}
    for team in person.teams:
        yield _whole(team, _changed(team, {**contact, "name": GONE, "name_kana": "", "short_name": ""}))
    for team in Team.objects.filter(person.addressed("contact_email")).order_by("pk"):
        yield _whole(team, contact)


def _hosts(person: Person) -> Iterator[Trace]:
    """A host's page goes on without the address or telephone of somebody who is gone."""
    phone = Q(contact_phone__in=[word for word in person.words if "@" not in word])
    for host in Tenant.objects.filter(person.addressed("contact_email") | phone).order_by("pk"):
        theirs = [name for name in ("contact_email", "contact_phone") if person.is_named_by(getattr(host, name))]
        changes = _changed(host, dict.fromkeys(theirs, "") | {"payment_note": person.without(host.payment_note)})
        yield Trace(Tenant, host.pk, changes, {"id": host.pk} | {name: getattr(host, name) for name in theirs})


def _archives(person: Person) -> Iterator[Trace]:
    """Files of whole meets that were not fetched yet: they are made anew in a minute. They name who runs, who sent a
    sheet, and who did what for the host."""
    meets = entries_of(person).filter(athlete__erased_at__isnull=True).values("race__meet")
    named = [row for row in person.users if row.name != GONE]
    sent = Submission.objects.filter(submitted_by__in=named).values("meet")
    did = AuditRecord.objects.filter(actor__in=named).values("tenant")
    holding = Q(meet__in=meets) | Q(meet__in=sent) | Q(tenant__in=did)
    for archive in MeetArchive.objects.filter(holding, with_personal=True).order_by("pk"):
        yield Trace(MeetArchive, archive.pk, None, {"id": archive.pk, "meet_id": archive.meet_id})


def _free_texts(person: Person) -> Iterator[Trace]:
    for model, fields in FREE_TEXTS if person.texts else ():
        for row in mentioning(model, fields, person):
            before = {name: getattr(row, name) for name in fields}
            after = {name: person.without(value) for name, value in before.items()}
            changes = {name: value for name, value in after.items() if value != before[name]}
            if changes:
                said = {name: person.excerpt(before[name]) for name in changes}
                yield Trace(model, row.pk, changes, {"id": row.pk} | said)


FINDERS: tuple[Callable[[Person], Iterator[Trace]], ...] = (
    _athletes, _entries, _drafts_and_uploads, _trail, _trail_of_teams, _mails, _links, _accounts, _teams, _hosts, _archives,
    _free_texts,
)  # fmt: skip
"""The rows that are theirs first: what the search in texts finds again is done already."""
