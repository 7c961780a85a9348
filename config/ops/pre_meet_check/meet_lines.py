"""What an organizer has to have filled in before a meet's entries open: window, races, timetable, people, money."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _

from catalog.models import SHOE, MasterProduct, ShoeLimit
from catalog.shoes.limits import BUILT_IN
from config.ops.checklist import CheckLine, judged, look, ng, ok
from config.ops.humanize import listed, span
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.meet.rules import is_within
from entries.meet.wording import moment
from tenants.models import MAX_ACTIVE_STAFF, IncidentContact, Role, User
from tenants.scope import tenant_scope

OPENS_SOON = timedelta(days=1)
SHORT_WINDOW = timedelta(hours=1)
SHOWN = 5
PLACEHOLDERS = ("〇〇", "XXXX", "example.")
"""What the contacts of seed 002 hold before somebody fills them in."""
ROLES = ("主担当", "副担当", "運営責任者")


class Subject(NamedTuple):
    """The meet that is looked at, as it is in the database at `at`."""

    meet: Meet
    races: list[Race]
    slots: dict[int, int]
    at: datetime

    @property
    def places(self) -> int:
        """Places of all races together; races without a limit count none."""
        return sum(race.places or 0 for race in self.races)


def read(meet: Meet, *, at: datetime) -> Subject:
    """Three queries. `meet` has its tenant loaded."""
    with tenant_scope(meet.tenant_id):
        races = list(Race.objects.filter(meet=meet).select_related("fallback_race").in_programme_order())
        for race in races:
            race.meet = meet
        slots = TimetableSlot.objects.filter(race__meet=meet).values("race").order_by("race").annotate(n=Count("pk"))
        return Subject(meet, races, {row["race"]: row["n"] for row in slots}, at)


def state(one: Subject) -> CheckLine:
    """Published, or time enough to publish it."""
    meet = one.meet
    text = _("公開状態: %(state)s") % {"state": meet.get_state_display()}
    if not meet.tenant.is_active:
        return ng("state", _("公開状態: 主催団体が無効です"), _("管理画面で主催団体を有効にしてください。"))
    if meet.state == State.DRAFT:
        todo = _("管理画面の大会で「公開する」を押してください。")
        late = meet.entries_open_at - one.at < OPENS_SOON
        return judged("state", text, todo, is_ng=late, is_look=True)
    over = meet.state in (State.RESULTS_OUT, State.ARCHIVED)
    return judged("state", text, _("終わった大会です。別の大会ではありませんか。"), is_ng=over, is_look=False)


def window(one: Subject) -> CheckLine:
    """The entry window in the meet's own zone: it opens, then closes, and closes before the meet begins."""
    meet = one.meet
    text = _("申込期間: %(opens)sから%(closes)sまで") % {
        "opens": moment(meet, meet.entries_open_at),
        "closes": moment(meet, meet.entries_close_at),
    }
    text += _("（%(now)s）") % {"now": _phase(one)}
    todo = _("管理画面の大会で申込開始と締切を直してください（時刻は大会のタイムゾーン）。")
    last_day = meet.entries_close_at.astimezone(meet.zone).date()
    short = meet.entries_close_at - meet.entries_open_at < SHORT_WINDOW
    wrong = meet.entries_close_at <= meet.entries_open_at or last_day > meet.ends_on
    closed_unopened = meet.state == State.DRAFT and one.at >= meet.entries_close_at
    return judged("window", text, todo, is_ng=wrong or closed_unopened, is_look=short or last_day >= meet.starts_on)


def _phase(one: Subject) -> str:
    meet = one.meet
    if one.at < meet.entries_open_at:
        return _("あと%(span)s") % {"span": span(meet.entries_open_at - one.at)}
    return _("受付時間内") if one.at < meet.entries_close_at else _("締切後")


def days(one: Subject) -> CheckLine:
    """The meet is still to come, and each race is on one of its days."""
    meet = one.meet
    text = _("開催期間: %(first)sから%(last)s、会場 %(venue)s") % {
        "first": meet.starts_on,
        "last": meet.ends_on,
        "venue": meet.venue or _("未入力"),
    }
    over = meet.ends_on < one.at.astimezone(meet.zone).date()
    outside = [race.name for race in one.races if not is_within(meet, race)]
    if outside:
        text += _("、開催期間外の種目 %(names)s") % {"names": listed(outside[:SHOWN])}
    todo = _("管理画面で開催期間、会場、種目の実施日を確認してください。")
    return judged("days", text, todo, is_ng=over or bool(outside), is_look=not meet.venue)


def races(one: Subject) -> CheckLine:
    """There are races, each with places to give and open for entries."""
    if not one.races:
        return ng("races", _("種目: 1つもありません"), _("管理画面の種目で追加してください。"))
    none = [race.name for race in one.races if race.places == 0]
    stopped = [race.name for race in one.races if race.paused_at]
    endless = [race.name for race in one.races if race.places is None]
    text = _("種目: %(n)d、定員の合計%(places)d") % {"n": len(one.races), "places": one.places}
    for said, names in ((_("定員0"), none), (_("一時停止中"), stopped), (_("定員なし"), endless)):
        text += _also(said, names)
    todo = _("意図した設定か、管理画面の種目で確認してください。")
    return judged("races", text, todo, is_ng=bool(none or stopped), is_look=bool(endless), places=one.places)


def _also(said: str, names: Sequence[str]) -> str:
    """A further clause that names some of them; nothing when there are none."""
    return _("、%(what)s: %(names)s") % {"what": said, "names": " / ".join(names[:SHOWN])} if names else ""


def standards(one: Subject) -> CheckLine:
    """Standards that hold now, and where those go who do not get into an elite race."""
    day = one.at.astimezone(one.meet.zone).date()
    dead = [race.name for race in one.races if race.standard and race.standard_until and race.standard_until < day]
    lost = [race.name for race in one.races if race.is_ncg and race.fallback_race is None]
    with_standard = sum(race.standard is not None for race in one.races)
    text = _("参加標準記録: %(n)d種目") % {"n": with_standard}
    for said, names in ((_("有効期間が過ぎた種目"), dead), (_("選抜種目の振替先が未設定"), lost)):
        text += _also(said, names)
    todo = _("管理画面の種目で参加標準記録の有効期間と、選抜種目の振替先を確認してください。")
    return judged("standards", text, todo, is_ng=bool(dead), is_look=bool(lost))


def fees(one: Subject) -> CheckLine:
    """What an entry costs, and how it is paid."""
    meet = one.meet
    amounts = sorted({race.fee_yen for race in one.races})
    if not any(amounts):
        return look("fees", _("参加料: すべて0円"), _("無料でなければ、管理画面の大会か種目に参加料を入れてください。"))
    text = _("参加料: %(amounts)s円") % {"amounts": " / ".join(f"{amount:,}" for amount in amounts)}
    text += _("、入金期限 %(day)s") % {"day": meet.payment_due_on or _("未入力")}
    if not meet.tenant.payment_note.strip():
        todo = _("管理画面の主催団体に「お支払い方法」を入れてください。受付票に表示されます。")
        return ng("fees", text + _("、お支払い方法が未入力"), todo)
    late = meet.payment_due_on is None or meet.payment_due_on > meet.starts_on
    todo = _("入金期限を大会の初日より前にしてください。")
    return judged("fees", text, todo, is_ng=False, is_look=late or 0 in amounts)


def timetable(one: Subject) -> CheckLine:
    """Heats enough for the places of each race."""
    missing = [
        f"{race.name} {one.slots.get(race.pk, 0)}/{_heats(race)}"
        for race in one.races
        if one.slots.get(race.pk, 0) < _heats(race)
    ]
    n = sum(one.slots.values())
    if not missing and n:
        return ok("timetable", _("タイムテーブル: %(n)d組") % {"n": n}, heats=n)
    text = _("タイムテーブル: %(n)d組、足りない種目 %(names)s") % {"n": n, "names": listed(missing[:SHOWN])}
    return look(
        "timetable", text, _("管理画面の種目でタイムテーブルを作ってください（組数は定員÷1組の人数）。"), heats=n
    )


def _heats(race: Race) -> int:
    return -(-race.places // race.starters_per_heat) if race.places else 1


def contacts(one: Subject) -> CheckLine:
    """The three people of seed 002 「連絡先」 who are called by telephone."""
    rows = IncidentContact.objects.filter(tenant__isnull=True) | IncidentContact.objects.filter(tenant=one.meet.tenant)
    filled = [
        row
        for row in rows
        if row.phone and not any(mark in f"{row.name}{row.email}{row.phone}" for mark in PLACEHOLDERS)
    ]
    missing = [role for role in ROLES if not any(role in row.role for row in filled)]
    if not missing:
        return ok("contacts", _("緊急連絡先: 主担当、副担当、大会運営責任者がそろっています"))
    text = _("緊急連絡先: 電話番号つきで入っていない役割 %(roles)s") % {"roles": listed(missing)}
    return ng("contacts", text, _("管理画面の緊急連絡先に氏名と電話番号を入れてください。"), missing=missing)


def people(one: Subject) -> CheckLine:
    """Who can act during the meet."""
    mine = User.objects.filter(tenant=one.meet.tenant, is_active=True)
    organizers = mine.filter(role=Role.ORGANIZER).count()
    staff = mine.filter(role=Role.STAFF).count()
    text = _("担当者: 有効な大会運営者%(organizers)d名、スタッフ%(staff)d/%(most)d名") % {
        "organizers": organizers,
        "staff": staff,
        "most": MAX_ACTIVE_STAFF,
    }
    todo = _("管理画面の利用者で、大会運営者を2名以上、招集所のスタッフを1名以上有効にしてください。")
    return judged(
        "people",
        text,
        todo,
        is_ng=organizers == 0 or staff > MAX_ACTIVE_STAFF,
        is_look=organizers == 1 or staff == 0,
        organizers=organizers,
        staff=staff,
    )


def shoes(one: Subject) -> CheckLine:
    """Where the host keeps shoes in its catalogue: that the limits are there for each kind of race of this meet."""
    with tenant_scope(one.meet.tenant_id):
        products = MasterProduct.objects.filter(category=SHOE).count()
        own = set(ShoeLimit.objects.values_list("event", flat=True))
    if not products:
        return ok("shoes", _("シューズ: 商品の登録なし（申込票でシューズを尋ねません）"), products=0)
    kinds = {race.course for race in one.races}
    without = sorted(kinds - own - {limit.event for limit in BUILT_IN})
    text = _("シューズ: 商品%(n)d、規定のない種目区分%(without)d") % {"n": products, "without": len(without)}
    todo = _("管理画面のシューズ規定に、この区分の上限を入れてください。")
    return judged("shoes", text, todo, is_ng=False, is_look=bool(without), products=products)


ALL: Sequence = (state, window, days, races, standards, fees, timetable, contacts, people, shoes)
