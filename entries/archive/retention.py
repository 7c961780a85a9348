"""The classes of data of meets, rosters and catalogue imports, and of accounts."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Coalesce, Concat, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.importing.models import ImportFile, ImportRun, RunState
from entries.archive.erasing import erase_athlete, erase_user, settle
from entries.archive.mails import UNUSED, WARNED_BEFORE
from entries.archive.models import MeetArchive
from entries.archive.purging import purge_meet
from entries.archive.queries import pending_entries_of
from entries.entry.models import Entry, EntryUpload, SheetDraft
from entries.meet.models import Meet
from entries.roster.models import Athlete, Membership, RosterUpload
from tenants.models import Role, User
from tenants.outbox.actions import enqueue
from tenants.outbox.models import OutboxMail
from tenants.privacy.classes import RetentionClass, days_of, register
from tenants.privacy.retention_classes import GOES, before
from tenants.refusal import Refused

WHY = "retention"


def _unread_files(limit: datetime, _now: datetime) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(state__in=(RunState.PREVIEWED, RunState.READING), created_at__lt=limit)


def _dropped(rows: Sequence[ImportRun], at: datetime) -> int:
    """As when somebody drops an upload by hand."""
    runs = [row.pk for row in rows]
    ImportFile.objects.filter(run__in=runs).update(content=b"", rejected=b"")
    return ImportRun.objects.filter(pk__in=runs).update(state=RunState.DISCARDED, finished_at=at, sample=[])


def _meets(limit: datetime, now: datetime) -> QuerySet[Meet]:
    """Never before `meets_rest`, whatever days were set for `meets`."""
    last = min(limit, now - timedelta(days=days_of("meets_rest")))
    return Meet.objects.filter(ends_on__lte=timezone.localdate(last), purged_at__isnull=True)


def _purged(rows: Sequence[Meet], at: datetime) -> int:
    """A meet whose own calendar is a day behind ours is left for tomorrow."""
    count = 0
    for meet in rows:
        with suppress(Refused):
            purge_meet(meet, by=None, at=at, why=WHY, without_export=True)
            count += 1
    return count


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


def _erased_athletes(rows: Sequence[Athlete], at: datetime) -> int:
    """Who is still entered somewhere is left for another day."""
    count = 0
    for athlete in rows:
        with suppress(Refused):
            if athlete.erased_at is not None:
                settle([athlete.pk], at=at)
            else:
                erase_athlete(athlete, by=None, at=at, why=WHY)
            count += 1
    return count


def _idle(limit: datetime) -> QuerySet[User]:
    """Coaches and athletes who have not signed in since `limit`, with `used_at`."""
    rows = User.objects.filter(role=Role.NONE).exclude(email__endswith="@erased.invalid")
    used = Coalesce(F("last_login"), F("created_at"))
    return rows.annotate(used_at=Greatest(used, F("created_at"))).filter(used_at__lt=limit)


def _unused_accounts(limit: datetime, now: datetime) -> QuerySet[User]:
    """Idle, and told so at least thirty days ago and since they were last used. Who was shut out is not told: they
    could not sign in to stay."""
    begins = Concat(Value(f"{UNUSED}:"), Cast(OuterRef("pk"), CharField()), Value(":"))
    told = OutboxMail.objects.filter(kind=UNUSED, key__startswith=begins, created_at__lte=now - WARNED_BEFORE)
    return _idle(limit).filter(Q(is_active=False) | Exists(told.filter(created_at__gt=OuterRef("used_at"))))


def _warn(kept: timedelta, now: datetime, apply: bool) -> int:
    """Tell those whose account will be erased in thirty days, once for each time that they fell silent."""
    begins = Concat(Value(f"{UNUSED}:"), Cast(OuterRef("pk"), CharField()), Value(":"))
    told = OutboxMail.objects.filter(kind=UNUSED, key__startswith=begins, created_at__gt=OuterRef("used_at"))
    silent = _idle(now - kept + WARNED_BEFORE).filter(~Exists(told), is_active=True).order_by("pk")
    if not apply:
        return silent.count()
    count = 0
    for user in silent.iterator(500):
        since = user.used_at  # type: ignore[attr-defined]
        enqueue(
            UNUSED, to=user.email, key=f"{UNUSED}:{user.pk}:{since:%Y%m%d}", at=now, language=user.language,
            context={"user": user.pk, "since": since.isoformat()},
        )  # fmt: skip
        count += 1
    return count


def _erased_accounts(rows: Sequence[User], at: datetime) -> int:
    """A team's last member stays until its meet is over."""
    count = 0
    for user in rows:
        with suppress(Refused):
            erase_user(user, by=None, at=at, why=WHY)
            count += 1
    return count


MADE, EDITED, ENDED = _("作成してから"), _("最後に編集してから"), _("大会が終わってから")
ERASED = _("氏名などを消し、申込の記録だけを残します")

register(
    RetentionClass(
        "sheet_drafts", _("送信されなかった申込票の下書き"), EDITED, GOES, 60, least=7, most=400,
        overdue=before(SheetDraft, "updated_at"),
    ),
    RetentionClass(
        "entry_uploads", _("申込ファイルの内容"), MADE, GOES, 7, least=1, most=90, overdue=before(EntryUpload, "created_at")
    ),
    RetentionClass(
        "roster_uploads", _("名簿ファイルの内容"), MADE, GOES, 7, least=1, most=90,
        overdue=before(RosterUpload, "created_at"),
    ),
    RetentionClass(
        "import_files", _("確認されなかった商品CSV"), MADE, GOES, 7, least=1, most=90, overdue=_unread_files, clear=_dropped
    ),
    RetentionClass(
        "archives", _("記録保存用ファイル"), MADE, GOES, 1, least=1, most=14, overdue=before(MeetArchive, "created_at"),
        is_short_lived=True, batch=20,
    ),
    RetentionClass("meets_rest", _("大会後に削除できるようになるまで"), ENDED, _("purge_meet を実行できます"), 14, most=400),
    RetentionClass(
        "meets", _("大会にだけ必要な個人情報"), ENDED, _("purge_meet と同じ内容を消します"), 365, least=30,
        overdue=_meets, clear=_purged, batch=5,
    ),
    RetentionClass(
        "athletes_gone", _("名簿から外れた選手"), _("外れてから、かつ最後の申込から"), ERASED, 1_095, least=180,
        overdue=_gone_athletes, clear=_erased_athletes, batch=20,
    ),
    RetentionClass(
        "entries_old", _("長く申込のない選手"), _("最後の申込から"), ERASED, 3_650, least=400, most=10_950,
        overdue=_old_entries, clear=_erased_athletes, batch=20,
    ),
    RetentionClass(
        "accounts", _("使われていないアカウント"), _("最後のサインインから（30日前にメールで知らせます）"),
        _("氏名と連絡先を消し、サインインできなくします"), 1_095, least=180, overdue=_unused_accounts, clear=_erased_accounts,
        prepare=_warn, batch=20,
    ),
)  # fmt: skip
