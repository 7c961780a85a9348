"""What of accounts is a person's and a meet's: sign-in, mail, trail, hosts, operation. `tenants` knows no archive, so
this stands here."""

from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as OldSession
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entries.records.coverage import holds_nothing
from entries.records.free_text_columns import mentioning, register_text
from entries.records.meets import is_about, of_mail_kinds, rows_of
from entries.records.person import Person
from entries.records.subjects import subjects
from entries.records.tables import Column, Row, Scene, Table, paged, register_table
from entries.records.texts import GONE
from entries.records.traces import (
    Trace,
    Values,
    changed,
    name_of,
    register_traces,
    register_words,
    rows_about,
    shown,
    whole,
)
from tenants.audit.models import AuditRecord
from tenants.audit.verbs import name_of as name_of_verb
from tenants.incidents.models import Incident, IncidentContact
from tenants.models import Tenant, User
from tenants.outbox.models import DeadAddress, MailEvent, OutboxMail
from tenants.privacy.models import Erasure, RetentionRule
from tenants.privacy.retention_classes import MAIL_GONE
from tenants.signin.models import OneTimeLink, Session
from tenants.switches.models import Switch
from tenants.upkeep.models import Heartbeat

SEED = "seed"
"""In a mail's context: from it the worker makes the link that the mail carries."""
PROOFS = ("erased", "exported")
"""Verbs of what proves that a person's request was met: their rows name nobody and keep their counts."""


def _trail(person: Person) -> Iterator[Trace]:
    """Of their own rows all values go; the verb, the moment and who acted stay."""
    kept = {f"{subject.verb}.{proof}" for subject in subjects() for proof in PROOFS}
    own = Q(pk__in=[])
    for row in person.rows:
        own |= Q(target_type=name_of(type(row)), target_id=str(row.pk))
    for record in AuditRecord.objects.filter(own).order_by("pk"):
        if record.verb in kept:
            texts = {name: person.masked(getattr(record, name)) for name in ("target_name", "why")}
            yield whole(record, changed(record, texts))
            continue
        sides = {side: dict.fromkeys(getattr(record, side)) for side in ("before", "after")}
        yield whole(record, changed(record, {"target_name": "", "why": "", **sides}))
    for kind, numbers in rows_about(person).items():
        about = AuditRecord.objects.filter(target_type=kind, target_id__in=[str(pk) for pk in numbers])
        for record in about.order_by("pk"):
            values = {name: person.without(getattr(record, name)) for name in ("target_name", "before", "after")}
            yield whole(record, changed(record, {"why": "", **values}))


def _mails(person: Person) -> Iterator[Trace]:
    """A mail to them that has not left is dropped; of those that left the row stays without address and content."""
    theirs = person.addressed("to")
    for kind, numbers in rows_about(person).items():
        theirs |= Q(**{f"context__{kind}__in": numbers}) if numbers else Q(pk__in=[])
    addresses = {address.lower() for address in person.addresses}
    for mail in OutboxMail.objects.filter(theirs).order_by("pk"):
        left, is_to = mail.sent_at or mail.failed_at, mail.to.lower() in addresses
        changes: Values = {"to": MAIL_GONE.format(mail.pk), "provider_id": ""} if is_to else {}  # no event finds it
        changes |= {"context": {}, "last_error": ""} if left else {"last_error": person.without(mail.last_error)}
        context = {name: value for name, value in mail.context.items() if name != SEED}
        yield Trace(
            OutboxMail,
            mail.pk,
            changed(mail, changes) if left or not is_to else None,
            {**shown(mail), "context": context},
        )


def _mail_events(person: Person) -> Iterator[Trace]:
    for event in MailEvent.objects.filter(person.addressed("to")).order_by("pk"):
        yield whole(event, {"to": "", "reason": ""})


def _dead_addresses(person: Person) -> Iterator[Trace]:
    for dead in DeadAddress.objects.filter(person.addressed("address")):
        yield whole(dead, None)


def _links(person: Person) -> Iterator[Trace]:
    """Also an unconfirmed registration, and an invitation to their address. A name alone may be somebody else's."""
    theirs = person.addressed("email") | Q(user__in=person.of(User))
    for link in OneTimeLink.objects.filter(theirs).order_by("pk"):
        yield whole(link, None)
    for link in mentioning(OneTimeLink, ("payload",), person):
        if person.is_named_by(link.payload):
            yield whole(link, None)


def _users(person: Person) -> Iterator[Trace]:
    for user in person.of(User):
        changes: Values = {"email": MAIL_GONE.format(f"user-{user.pk}"), "name": GONE, "phone": "", "last_login": None}
        changes |= {"password": "!", "is_active": False, "staff_seat": None}  # no password has this hash
        yield whole(user, changed(user, changes))


def _incident_contacts(person: Person) -> Iterator[Trace]:
    for contact in IncidentContact.objects.filter(person.addressed("email") | Q(phone__in=person.words)):
        yield whole(contact, None)


def _sessions(person: Person) -> Iterator[Trace]:
    for session in Session.objects.filter(user__in=person.of(User)).order_by("pk"):
        yield Trace(Session, session.pk, None, {"expire_date": session.expire_date})


def _old_sessions(person: Person) -> Iterator[Trace]:
    """Those of the version before, which stand until they expire."""
    theirs = {str(user.pk) for user in person.of(User)}
    for session in OldSession.objects.order_by("pk").iterator(500) if theirs else ():
        if session.get_decoded().get("_auth_user_id") in theirs:
            yield Trace(OldSession, session.pk, None, {"expire_date": session.expire_date})


def _hosts(person: Person) -> Iterator[Trace]:
    """A host's page goes on without the address or telephone of somebody who is gone."""
    phone = Q(contact_phone__in=[word for word in person.words if "@" not in word])
    for host in Tenant.objects.filter(person.addressed("contact_email") | phone).order_by("pk"):
        theirs = [name for name in ("contact_email", "contact_phone") if person.is_named_by(getattr(host, name))]
        changes = changed(host, dict.fromkeys(theirs, "") | {"payment_note": person.without(host.payment_note)})
        yield Trace(Tenant, host.pk, changes, {"id": host.pk} | {name: getattr(host, name) for name in theirs})


def _trail_of_meet(scene: Scene) -> Iterator[Row]:
    known = {kind: {str(pk) for pk in numbers} for kind, numbers in rows_of(scene).items()}
    rows = AuditRecord.objects.filter(tenant_id=scene.meet.tenant_id, target_type__in=known)
    for row in paged(rows.filter(at__gte=scene.meet.created_at).select_related("actor")):
        if row.target_id in known[row.target_type]:
            yield (
                row.at, row.verb, name_of_verb(row.verb), row.target_type, row.target_id, row.target_name,
                row.actor.name if row.actor else None, row.before, row.after, row.why,
            )  # fmt: skip


def _mails_of_meet(scene: Scene) -> Iterator[Row]:
    """That they left, and when; neither to whom nor what they said."""
    numbers = rows_of(scene)
    for mail in paged(OutboxMail.objects.filter(of_mail_kinds(), tenant_id=scene.meet.tenant_id)):
        if is_about(mail.context, numbers):
            yield mail.kind, mail.language, mail.created_at, mail.sent_at, mail.failed_at, mail.bounced_at


TRAIL_COLUMNS = (
    Column("at", _("日時"), "date-time"), Column("verb", _("操作コード")), Column("verb_name", _("操作")),
    Column("target_type", _("対象の種類")), Column("target_id", _("対象の番号")), Column("target", _("対象")),
    Column("by", _("操作した人"), may_be_empty=True), Column("before", _("変更前"), "object"),
    Column("after", _("変更後"), "object"), Column("why", _("理由")),
)  # fmt: skip
MAIL_COLUMNS = (
    Column("kind", _("種類")),
    Column("language", _("言語")),
    Column("queued_at", _("登録日時"), "date-time"),
    Column("sent_at", _("送信済み"), "date-time", True),
    Column("failed_at", _("送信不能"), "date-time", True),
    Column("bounced_at", _("不達"), "date-time", True),
)

register_table(
    Table("trail", _("変更履歴"), TRAIL_COLUMNS, _trail_of_meet, is_personal=True, models=(AuditRecord,), position=80)
)
register_table(
    Table("mails", _("送信メール"), MAIL_COLUMNS, _mails_of_meet, is_personal=True, models=(OutboxMail,), position=90)
)
register_traces(AuditRecord, _trail, position=70)
register_traces(OutboxMail, _mails, position=90)
register_traces(MailEvent, _mail_events, position=100)
register_traces(DeadAddress, _dead_addresses, position=110)
register_traces(OneTimeLink, _links, position=120)
register_traces(User, _users, position=130)
register_traces(IncidentContact, _incident_contacts, position=150)
register_traces(Session, _sessions, position=170)
register_traces(OldSession, _old_sessions, position=171)
register_traces(Tenant, _hosts, position=190)
register_words(User, _("アカウント"), _("氏名・連絡先・パスワードを消し、サインインできなくします"))
register_words(AuditRecord, _("変更履歴"), _("値・氏名・理由を消し、操作と日時を残します"))
register_words(OutboxMail, _("メール"), _("宛先と内容を消します。まだ送っていないものは送りません"))
register_words(MailEvent, _("配信サービスからの通知"), _("宛先と理由を消します"))
register_words(DeadAddress, _("届かない宛先"), _("削除します"))
register_words(OneTimeLink, _("メールで送ったリンク"), _("削除します"))
register_words(Session, _("サインインの状態"), _("サインアウトします"))
register_words(IncidentContact, _("緊急連絡先"), _("削除します"))
register_words(Tenant, _("主催団体の連絡先"), _("本人の連絡先を消します"))
register_text(AuditRecord, "target_name", "why", "before", "after", position=10)
register_text(Incident, "title", "note", title=_("障害の記録"), position=20)
register_text(Erasure, "why", title=_("削除の記録"), position=30)
register_text(OutboxMail, "context", "last_error", position=40)
register_text(MailEvent, "to", "reason", position=50)
register_text(Tenant, "payment_note", position=80)
register_text(IncidentContact, "name", "note", position=90)
register_text(Switch, "message", title=_("停止の案内文"), position=100)
holds_nothing(RetentionRule, because="it counts days")
holds_nothing(Heartbeat, because="it is a sign of life of a process")
holds_nothing(ContentType, because="it names tables")
for model in (Permission, Group, Group.permissions.through):
    holds_nothing(model, because="rights follow from a role; nobody is in a group")
holds_nothing(LogEntry, because="the desk writes the trail instead")
