"""What a meet needs from the site besides its own settings: mail, capacity, and that nobody else is in the way."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from config.ops.checklist import CheckLine, judged, look, ng, ok
from config.ops.humanize import ago, listed
from config.ops.loadtest.stage import SLUG as LOADTEST
from config.ops.preflight import outside_lines
from config.ops.runs import last, last_good, number
from config.ops.weekly_check.ageing import titled
from entries.meet.lookup import address_of
from entries.meet.models import Meet, State
from tenants.models import OutboxMail
from tenants.outbox.undeliverable import RESERVED
from tenants.scope import across_tenants

MAIL_LATELY = timedelta(days=7)
LOADTEST_DUE = timedelta(days=30)
WANTED_PER_PLACE = 2
RUSH = timedelta(minutes=5)
"""Within so long after the opening nearly all of a meet's entries come in (limit L1)."""
RESERVE = 3
"""How much more than the expected rush the server should take: teams press the button in the same second."""
BESIDE = timedelta(hours=1)
SHOWN = 5


def mail_server(at: datetime) -> CheckLine:
    """Whether the mail server takes us, asked now."""
    return replace(titled(_("メールサーバー"), outside_lines.mail(at)), key="mail_server")


def mail_lately(at: datetime) -> CheckLine:
    """Whether a mail really left within the last days."""
    newest = OutboxMail.objects.exclude(to__iendswith=RESERVED).aggregate(at=Max("sent_at"))["at"]
    todo = _("python manage.py send_test_mail 自分の宛先 で届くことを確かめてください。")
    if newest is None:
        return look("mail_lately", _("メール: まだ1通も送っていません"), todo)
    text = _("メール: 最後に送ったのは%(ago)s") % {"ago": ago(newest, at)}
    return judged("mail_lately", text, todo, is_ng=False, is_look=at - newest > MAIL_LATELY)


def loadtest(at: datetime, *, places: int, tenant_slug: str, slug: str) -> CheckLine:
    """The last load test, and whether it showed enough for the rush that these places will bring."""
    todo = f"python manage.py loadtest --meet {tenant_slug}/{slug} --yes"
    newest, run = last("loadtest"), last_good("loadtest")
    if newest is not None and newest.succeeded is False:
        text = _("負荷テスト: 最後の実行（%(ago)s）は失敗しました") % {"ago": ago(newest.started_at, at)}
        return ng("loadtest", text, todo)
    if run is None:
        return look("loadtest", _("負荷テスト: まだ実施していません"), todo)
    shown = number(run, "entries_per_second") or 0.0
    needed = places * WANTED_PER_PLACE / RUSH.total_seconds() * RESERVE
    text = _("負荷テスト: %(ago)s、毎秒%(shown).0f件（この大会に必要な目安は毎秒%(needed).0f件）") % {
        "ago": ago(run.started_at, at),
        "shown": shown,
        "needed": needed,
    }
    old = at - run.started_at > LOADTEST_DUE
    return judged(
        "loadtest",
        text,
        todo,
        is_ng=shown < needed / RESERVE,
        is_look=old or shown < needed,
        entries_per_second=shown,
        needed=round(needed, 1),
    )


def beside(meet: Meet) -> CheckLine:
    """Meets of any host that open within an hour of this one: their rush comes on top. Needs `tenant` loaded."""
    span = (meet.entries_open_at - BESIDE, meet.entries_open_at + BESIDE)
    with across_tenants():
        others = Meet.objects.filter(state=State.PUBLISHED, entries_open_at__range=span, tenant__is_active=True)
        found = list(others.exclude(pk=meet.pk).exclude(tenant__slug=LOADTEST).select_related("tenant").order_by("pk"))
    if not found:
        return ok("beside", _("同じ時間帯に申込を始める大会: なし"), meets=0)
    names = listed(address_of(one) for one in found[:SHOWN])
    todo = _("開始時刻を1時間以上ずらすか、両方の定員を合わせた負荷テストをしてください。")
    return look("beside", _("同じ時間帯に申込を始める大会: %(names)s") % {"names": names}, todo, meets=len(found))
