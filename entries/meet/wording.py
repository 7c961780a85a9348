"""How the refusals of this room are said."""

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from entries.marks import said_time
from entries.meet.models import Meet
from tenants import wording
from tenants.audit import readings, verbs
from tenants.audit.readings import Reading

wording.register(
    {
        "state_unknown": _("この状態には変更できません。画面を開き直して、現在の状態をご確認ください。"),
        "step_not_offered": _("「%(state)s」に進む機能は、まだこのサイトにありません。"),
        "state_moved_on": _("ほかの人がすでに「%(state)s」に変更しました。画面を開き直してご確認ください。"),
        "why_needed": _("前の段階に戻すには理由を入力してください。変更履歴に残ります。"),
        "has_entries": _("申込があるため下書きには戻せません。申込を止めるには「申込を締め切る」を使ってください。"),
        "checks_missing": _("次の項目を満たしていません: %(checks)s"),
        "fallback_itself": _("振替先に同じ種目は選べません。別の種目を選んでください（互いを振替先にもできません）。"),
        "fallback_other_meet": _("振替先は同じ大会の種目から選んでください。"),
        "fallback_differs": _("振替先は、性別と距離が同じ種目から選んでください。"),
        "slot_outside": _("スタート時刻は大会の開催期間（%(first)s〜%(last)s）の中で入力してください。"),
        "too_many_races": _("1つの大会の種目は%(limit)s以内です。使わない種目を削除してください。"),
        "slug_taken": _("この識別名の大会がすでにあります。別の識別名にしてください。"),
    }
)

verbs.register(
    {
        "meet.state_moved": _("大会の段階を変更"),
        "meet.paused": _("大会の申込を一時停止"),
        "meet.pause_said": _("一時停止の案内を変更"),
        "meet.resumed": _("大会の申込を再開"),
        "meet.copied": _("前回から大会を作成"),
        "race.copied": _("前回から種目を作成"),
        "race.paused": _("申込を一時停止"),
        "race.resumed": _("申込を再開"),
        "race.heats_planned": _("タイムテーブルを作成"),
        "race.heats_moved": _("スタート時刻を変更"),
        "race.places_changed": _("定員を変更"),
        "race.place_added": _("定員を1名追加"),
    }
)

readings.register(
    "meet",
    {
        "from": Reading(_("元の大会"), of="entries.meet"),
        "races": Reading(_("種目数")),
        "rows": Reading(_("件数")),
        "bytes": Reading(_("バイト数")),
        "with_personal": Reading(_("個人情報を含む")),
    },
)
readings.register(
    "race",
    {
        "slots": Reading(_("組数")),
        "first": Reading(_("最初のスタート")),
        "minutes": Reading(_("間隔（分）")),
        "from": Reading(_("元の大会"), of="entries.meet"),
        "standard": Reading(said=said_time),
    },
)


def moment(meet: Meet, at: datetime) -> str:
    """An instant in the meet's zone, with weekday and zone name."""
    local = at.astimezone(meet.zone)
    said = date_format(local, gettext("Y/n/j (D) H:i"))
    return f"{said} {local.tzname()}"


def until(meet: Meet, at: datetime) -> str:
    """A deadline, exclusive at `at`, said so that nobody takes it for another day: midnight is 24:00 of the day before, and
    a closing within a minute is said to the second."""
    return f"{_deadline(meet, at, gettext('Y/n/j (D)'))} {at.astimezone(meet.zone).tzname()}"


def short_until(meet: Meet, at: datetime) -> str:
    """The same where a year would be too long: `4/30 (金) 24:00`."""
    return _deadline(meet, at, gettext("n/j (D)"))


def _deadline(meet: Meet, at: datetime, day: str) -> str:
    local = at.astimezone(meet.zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{date_format(local - timedelta(minutes=1), day)} 24:00"
    time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{date_format(local, day)} {time}"


def short_moment(meet: Meet, at: datetime) -> str:
    """An instant in the meet's zone where a year would be too long: `5/1 (土) 9:00`."""
    return date_format(at.astimezone(meet.zone), gettext("n/j (D) H:i"))


def clock(meet: Meet, at: datetime) -> str:
    """The time of day by the meet's clock: `09:30`."""
    return f"{at.astimezone(meet.zone):%H:%M}"


def start_said(meet: Meet, at: datetime) -> str:
    """When a heat goes off: by the clock, with its day where that is not the only one of the meet."""
    is_the_day = meet.starts_on == meet.ends_on == at.astimezone(meet.zone).date()
    return clock(meet, at) if is_the_day else short_moment(meet, at)


def days_of(meet: Meet) -> str:
    """`2027/5/1 (土)` or `2027/5/1 (土)–5/2 (日)`; in English `Sat 1 May – Sun 2 May 2027`."""
    if meet.ends_on == meet.starts_on:
        return date_format(meet.starts_on, gettext("Y/n/j (D)"))
    first, last = gettext("Y/n/j (D)"), gettext("Y/n/j (D)")
    if meet.ends_on.year == meet.starts_on.year:
        first, last = pgettext("first of several days", "Y/n/j (D)"), pgettext("last of several days", "n/j (D)")
    return gettext("%(first)s–%(last)s") % {
        "first": date_format(meet.starts_on, first),
        "last": date_format(meet.ends_on, last),
    }


def pause_note(meet: Meet) -> str:
    """What whoever paused the entries wrote, else what is true anyway."""
    return meet.pause_note or gettext("再開までお待ちください。")


def yen(amount: int | None) -> str:
    """`2,000円`, in English `¥2,000`; empty for none."""
    return "" if amount is None else gettext("%(amount)s円") % {"amount": f"{amount:,}"}
