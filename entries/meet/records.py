"""What of this room is a meet's: its timetable in the archive, its own trail, and how long its personal data is kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entries.meet.competition import Competition
from entries.meet.models import Meet, Race, TimetableSlot
from entries.records.free_text_columns import register_text
from entries.records.meets import register_rows
from entries.records.retention import cleared
from entries.records.tables import Column, Row, Scene, Table, register_table
from tenants.privacy.classes import RetentionClass, days_of, register


def races_of(meet: Meet) -> list[Race]:
    """In the order of the programme."""
    return list(Race.objects.filter(meet=meet).select_related("meet").in_programme_order())


def _race_numbers(meet: Meet) -> set[int]:
    return set(Race.objects.filter(meet=meet).values_list("pk", flat=True))


def _competition_numbers(meet: Meet) -> set[int]:
    return set(Competition.objects.filter(meet=meet).values_list("pk", flat=True))


def _timetable(scene: Scene) -> Iterator[Row]:
    rows = TimetableSlot.objects.filter(race__meet=scene.meet).select_related("race")
    for slot in rows.order_by("race__position", "race_id", "number"):
        yield slot.race_id, slot.race.name, slot.number, slot.starts_at


def _competitions(scene: Scene) -> Iterator[Row]:
    """Those that share the meet's timetable, each with the numbers of its races."""
    for row in Competition.objects.filter(meet=scene.meet).prefetch_related("races"):
        races = sorted(race.pk for race in row.races.all())
        yield row.pk, row.title, row.title_en, row.code, " ".join(map(str, races))


def _meets(limit: datetime, now: datetime) -> QuerySet[Meet]:
    """Never before `meets_rest`, whatever days were set for `meets`."""
    last = min(limit, now - timedelta(days=days_of("meets_rest")))
    return Meet.objects.filter(ends_on__lte=timezone.localdate(last), purged_at__isnull=True)


TIMETABLE = (
    Column("race_id", _("種目番号"), "integer"),
    Column("race", _("種目名")),
    Column("heat", _("組"), "integer"),
    Column("starts_at", _("スタート時刻"), "date-time"),
)
COMPETITIONS = (
    Column("competition_id", _("競技会番号"), "integer"),
    Column("title", _("競技会名")),
    Column("title_en", _("競技会名（英語）")),
    Column("code", _("競技会コード")),
    Column("races", _("種目番号")),
)
ENDED = _("大会が終わってから")

register_table(Table("timetable", _("タイムテーブル"), TIMETABLE, _timetable, models=(TimetableSlot,), position=20))
register_table(
    Table("competitions", _("兼ねる競技会"), COMPETITIONS, _competitions, models=(Competition,), position=15)
)
register_rows("competition", _competition_numbers)
register_rows("meet", lambda meet: {meet.pk})
register_rows("race", _race_numbers)
register_text(Meet, "summary", "pause_note", title=_("大会の要項"), position=60)
register(
    RetentionClass("meets_rest", _("大会後に削除できるようになるまで"), ENDED, _("purge_meet を実行できます"), 14, most=400),
    RetentionClass(
        "meets", _("大会にだけ必要な個人情報"), ENDED, _("purge_meet と同じ内容を消します"), 365, least=30,
        overdue=_meets, clear=cleared("meet"), batch=5,
    ),
)  # fmt: skip
