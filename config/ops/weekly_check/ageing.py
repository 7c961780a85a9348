"""What else a week needs: data that should be gone, people, keys, versions, and what somebody switched off."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config.env import ENV
from config.ops.checklist import CheckLine, judged, look, ng, ok
from config.ops.humanize import ago, listed
from config.ops.preflight import database_lines, outside_lines
from config.ops.weekly_check import support
from config.ops.weekly_check.week import Week
from entries.meet.lookup import address_of
from entries.meet.models import Meet
from tenants.commands.ready import MIGRATE, missing_migrations
from tenants.models import MAX_ACTIVE_STAFF, IncidentContact, Role, Session, Tenant, User
from tenants.privacy import retention as keeping
from tenants.scope import across_tenants

LEFT_OVER = timedelta(days=1)
SOON = timedelta(days=180)
TABLE_OLD = timedelta(days=540)
SHOWN = 5


def titled(title: str, line: CheckLine) -> CheckLine:
    """A line of the deployment checklist as one of ours: asked once, said the same in both lists."""
    return replace(line, text=f"{title}: {line.text}")


def worker(week: Week) -> CheckLine:
    """Who sends the mails and does the jobs."""
    return titled(_("ワーカー"), database_lines.worker(week.at))


def switches(week: Week) -> CheckLine:
    return titled(_("停止中の機能"), database_lines.switches(week.at))


def certificate(week: Week) -> CheckLine:
    """How long the public address's certificate holds. On a developer's machine there is none."""
    if ENV.is_dev and ENV.base_url.startswith("http://"):
        return ok("certificate", _("SSL証明書: 開発環境のため対象外"))
    return titled(_("SSL証明書"), outside_lines.certificate(week.at))


def migrations(week: Week) -> CheckLine:
    """Whether the database is as new as the code."""
    missing = missing_migrations()
    text = _("マイグレーション: 未適用%(n)d件") % {"n": len(missing)}
    return judged("migrations", text, MIGRATE, is_ng=bool(missing), is_look=False, missing=len(missing))


def retention(week: Week) -> CheckLine:
    """Personal data whose time is over, by class (a dry run of `retention`)."""
    overdue = [line for line in keeping.run(at=week.at, apply=False) if line.overdue]
    if not overdue:
        return ok("retention", _("保存期間を過ぎたデータ: なし"), overdue=0)
    names = listed(f"{line.title} {line.overdue}" for line in overdue[:SHOWN])
    rows = sum(line.overdue for line in overdue)
    text = _("保存期間を過ぎたデータ: %(n)d件（%(names)s）") % {"n": rows, "names": names}
    return look("retention", text, _("内容を確認: python manage.py retention、削除: --apply を付ける"), overdue=rows)


def people(week: Week) -> CheckLine:
    """Seats of active staff, and how many can manage the whole site."""
    seats = Count("people", filter=Q(people__staff_seat__isnull=False))
    full = [
        row.slug
        for row in Tenant.objects.filter(is_active=True).annotate(staff=seats).order_by("slug")
        if row.staff >= MAX_ACTIVE_STAFF
    ]
    admins = User.objects.filter(role=Role.PLATFORM_ADMIN, is_active=True).count()
    text = _("人: プラットフォーム管理者%(admins)d名、スタッフが上限に達した主催団体%(full)d") % {
        "admins": admins,
        "full": len(full),
    }
    todo = _("管理者が1名だけなら、もう1名を create_platform_admin で加えてください。")
    return judged("people", text, todo, is_ng=admins == 0, is_look=admins == 1, admins=admins, full=len(full))


def contacts(week: Week) -> CheckLine:
    """Whether somebody can be called at night: a first and a second person with a telephone (seed 002 「連絡先」)."""
    rows = IncidentContact.objects.filter(tenant__isnull=True).exclude(phone="")
    n = rows.count()
    todo = _("管理画面の緊急連絡先に、技術担当の主担当と副担当を電話番号つきで入れてください。")
    text = _("緊急連絡先: 電話のある全体担当%(n)d名") % {"n": n}
    return judged("contacts", text, todo, is_ng=n == 0, is_look=n == 1, contacts=n)


def sessions(week: Week) -> CheckLine:
    """Open sessions, and whether expired ones are still cleared away by the worker."""
    opened = Session.objects.filter(expire_date__gt=week.at).count()
    left = Session.objects.filter(expire_date__lt=week.at - LEFT_OVER).count()
    text = _("セッション: 有効%(opened)d、期限切れの残り%(left)d") % {"opened": opened, "left": left}
    todo = _("ワーカーの片付けが動いていません。run_worker のログを確認してください。")
    return judged("sessions", text, todo, is_ng=False, is_look=left > 0, open=opened, left=left)


def keys(week: Week) -> CheckLine:
    """Older secret keys that are still accepted: a rotation that nobody ended."""
    older = len(ENV.secret_key_fallbacks)
    text = _("署名の鍵: 古い鍵%(n)d個を受け入れ中") % {"n": older}
    todo = _("鍵を替えて14日（セッションの期限）が過ぎたら SECRET_KEY_FALLBACKS を空にしてください。")
    return judged("keys", text, todo, is_ng=False, is_look=older > 0, older=older)


def versions(week: Week) -> CheckLine:
    """Whether what we stand on is still mended by its makers (requirement S2)."""
    today = timezone.localdate(week.at)
    parts = support.parts()
    known = [part.ends for part in parts if part.ends is not None]
    unknown = _("期限不明")
    named = [f"{part.name} {part.version} ({part.ends or unknown})" for part in parts]
    text = _("サポート期限: %(names)s") % {"names": listed(named)}
    first = min(known, default=today)
    facts = {part.name: part.version for part in parts}
    if first < today:
        return ng("versions", text, _("期限の切れたものを上げてください（requirements.in、Renderの設定）。"), **facts)
    if first - today < SOON or len(known) < len(parts) or today - support.AS_OF > TABLE_OLD:
        todo = _("期限の表（config/ops/weekly_check/support.py、%(day)s時点）を確認し、更新を計画してください。") % {
            "day": support.AS_OF
        }
        return look("versions", text, todo, **facts)
    return ok("versions", text, **facts)


def paused(week: Week) -> CheckLine:
    """Meets whose entries somebody paused."""
    with across_tenants():
        meets = list(Meet.objects.filter(entries_paused_at__isnull=False).select_related("tenant").order_by("pk"))
    if not meets:
        return ok("paused", _("申込を一時停止中の大会: なし"), meets=0)
    names = listed(f"{address_of(one)} ({_since(one, week.at)})" for one in meets[:SHOWN])
    todo = _("再開してよければ管理画面の大会で再開してください。")
    return look("paused", _("申込を一時停止中の大会: %(names)s") % {"names": names}, todo, meets=len(meets))


def _since(meet: Meet, at: datetime) -> str:
    return ago(meet.entries_paused_at, at) if meet.entries_paused_at else ""
