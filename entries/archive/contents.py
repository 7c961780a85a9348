"""The tables of a meet's archive that are known here, each read page by page.

The archive is the lasting record, so it names athletes as lists name them and holds neither birth dates, guardians,
telephones nor addresses (domain.md C7).
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from entries.archive.bundle import Column
from entries.archive.purging import is_about
from entries.archive.tables import Row, Scene, Table, paged, register_table
from entries.entry.models import Entry, EntryState, Source, Submission
from entries.marks import format_time
from entries.meet.models import TimetableSlot
from entries.roster.models import Athlete, Team
from entries.roster.prefectures import PREFECTURES
from tenants.audit.models import AuditRecord
from tenants.audit.verbs import name_of
from tenants.outbox.models import OutboxMail

PREFECTURE_NAMES = dict(PREFECTURES)
"""Django's get_…_display translates all 48 choices for each row, which took two thirds of an export's time."""


def _races(scene: Scene) -> Iterator[Row]:
    for race in scene.races:
        counts = [scene.tally.get((race.pk, state.value), 0) for state in EntryState]
        yield (
            race.pk, race.position, race.name, race.distance_m, race.sex, race.course, race.places,
            race.waiting_places, race.starters_per_heat, race.fee_yen, format_time(race.standard) or None, race.standard,
            race.standard_from, race.standard_until, race.held_on or scene.meet.starts_on, race.is_ncg, *counts,
        )  # fmt: skip


def _timetable(scene: Scene) -> Iterator[Row]:
    rows = TimetableSlot.objects.filter(race__meet=scene.meet).select_related("race")
    for slot in rows.order_by("race__position", "race_id", "number"):
        yield slot.race_id, slot.race.name, slot.number, slot.starts_at


def _submissions(scene: Scene) -> Iterator[Row]:
    rows = Submission.objects.filter(meet=scene.meet).select_related("team", "submitted_by")
    for order in paged(rows.annotate(n=Count("entries"))):
        by = order.submitted_by.name if order.submitted_by else None
        yield (
            order.pk,
            order.reference,
            order.team_id,
            order.team.name,
            Source(order.source).label,
            by,
            order.submitted_at,
            order.n,
        )


def _entries(scene: Scene) -> Iterator[Row]:
    for entry in paged(scene.entries.select_related("race", "athlete", "submission__team")):
        athlete, team = entry.athlete, entry.submission.team
        yield (
            entry.pk, entry.submission.reference, entry.race_id, entry.race.name, entry.athlete_id, athlete.full_name,
            athlete.full_kana.strip(), athlete.sex, athlete.grade, team.pk, team.printed_name, entry.state,
            EntryState(entry.state).label, entry.ticket, scene.positions.get(entry.pk),
            format_time(entry.seed_time) or "NT", entry.seed_time, format_time(entry.personal_best) or None,
            entry.personal_best, entry.pacemaker, entry.shoe_declared, entry.fee, entry.entered_at, entry.withdrawn_at,
        )  # fmt: skip


def _shoes(scene: Scene) -> Iterator[Row]:
    worn = scene.entries.exclude(shoe_declared="").select_related("race", "athlete", "shoe")
    for entry in paged(worn):
        shoe = entry.shoe
        yield (
            entry.pk, entry.race.name, entry.athlete.full_name, entry.shoe_declared, shoe.brand if shoe else None,
            shoe.reference if shoe else None,
        )  # fmt: skip


def _teams(scene: Scene) -> Iterator[Row]:
    rows = Team.objects.filter(pk__in=Submission.objects.filter(meet=scene.meet).values("team"))
    for team in paged(rows):
        yield (
            team.pk, team.name, team.name_kana, team.short_name, team.get_kind_display(), PREFECTURE_NAMES.get(team.prefecture, ""),
            team.team_code,
        )  # fmt: skip


def _athletes(scene: Scene) -> Iterator[Row]:
    rows = Athlete.objects.filter(pk__in=Entry.objects.filter(race__meet=scene.meet).values("athlete"))
    for one in paged(rows):
        yield (
            one.pk, one.team_id, one.family_name, one.given_name, one.family_kana, one.given_kana, one.family_romaji,
            one.given_romaji, one.sex, one.grade, one.nationality, one.jaaf_id, one.registration_number,
            PREFECTURE_NAMES.get(one.registration_prefecture, ""),
        )  # fmt: skip


def _trail(scene: Scene) -> Iterator[Row]:
    known = {
        "meet": {str(scene.meet.pk)}, "race": {str(race.pk) for race in scene.races},
        "submission": {str(pk) for pk in scene.orders}, "entry": {str(pk) for pk in scene.entry_ids},
    }  # fmt: skip
    rows = AuditRecord.objects.filter(tenant_id=scene.meet.tenant_id, target_type__in=known)
    for row in paged(rows.filter(at__gte=scene.meet.created_at).select_related("actor")):
        if row.target_id in known[row.target_type]:
            yield (
                row.at, row.verb, name_of(row.verb), row.target_type, row.target_id, row.target_name,
                row.actor.name if row.actor else None, row.before, row.after, row.why,
            )  # fmt: skip


def _mails(scene: Scene) -> Iterator[Row]:
    """That they left, and when; neither to whom nor what they said."""
    rows = OutboxMail.objects.filter(tenant_id=scene.meet.tenant_id, kind__startswith="entry.")
    for mail in paged(rows):
        if is_about(mail.context, scene.meet, scene.orders, scene.entry_ids):
            yield mail.kind, mail.language, mail.created_at, mail.sent_at, mail.failed_at, mail.bounced_at


def _of(name: str, title: Any, kind: str = "string", empty: bool = False) -> Column:
    return Column(name, title, kind, empty)


RACE_COLUMNS = (
    _of("id", _("種目番号"), "integer"), _of("position", _("並び順"), "integer"), _of("name", _("種目名")),
    _of("distance_m", _("距離（m）"), "integer"), _of("sex", _("性別")), _of("course", _("競技場所")),
    _of("places", _("定員"), "integer", True), _of("waiting_places", _("補欠待ちの人数"), "integer", True),
    _of("starters_per_heat", _("1組の人数"), "integer"), _of("fee", _("参加料（円）"), "integer"),
    _of("standard", _("参加標準記録"), empty=True), _of("standard_hundredths", _("標準記録（1/100秒）"), "integer", True),
    _of("standard_from", _("標準記録の有効期間（始）"), "date", True),
    _of("standard_until", _("標準記録の有効期間（終）"), "date", True), _of("held_on", _("実施日"), "date"),
    _of("is_ncg", _("NCG"), "boolean"), _of("accepted", _("出場可"), "integer"),
    _of("waitlisted", _("補欠待ち"), "integer"), _of("withdrawn", _("取消済み"), "integer"),
)  # fmt: skip
ENTRY_COLUMNS = (
    _of("id", _("申込番号"), "integer"), _of("reference", _("受付番号")), _of("race_id", _("種目番号"), "integer"),
    _of("race", _("種目名")), _of("athlete_id", _("選手番号"), "integer"), _of("name", _("氏名")), _of("kana", _("フリガナ")),
    _of("sex", _("性別")), _of("grade", _("学年")), _of("team_id", _("チーム番号"), "integer"), _of("team", _("チーム")),
    _of("state", _("状態コード")), _of("state_name", _("状態")), _of("ticket", _("受付順"), "integer", True),
    _of("waiting_position", _("補欠待ちの順番"), "integer", True), _of("seed_time", _("申告タイム")),
    _of("seed_hundredths", _("申告タイム（1/100秒）"), "integer", True), _of("personal_best", _("自己ベスト"), empty=True),
    _of("personal_best_hundredths", _("自己ベスト（1/100秒）"), "integer", True),
    _of("pacemaker", _("ペースメーカー"), "boolean"), _of("shoe", _("申告したシューズ")),
    _of("fee", _("参加料（円）"), "integer"), _of("entered_at", _("申込日時"), "date-time"),
    _of("withdrawn_at", _("取消日時"), "date-time", True),
)  # fmt: skip

register_table(Table("races", _("種目"), RACE_COLUMNS, _races))
register_table(
    Table(
        "timetable", _("タイムテーブル"),
        (_of("race_id", _("種目番号"), "integer"), _of("race", _("種目名")), _of("heat", _("組"), "integer"),
         _of("starts_at", _("スタート時刻"), "date-time")),
        _timetable,
    )
)  # fmt: skip
register_table(
    Table(
        "submissions", _("申込票"),
        (_of("id", _("申込票番号"), "integer"), _of("reference", _("受付番号")), _of("team_id", _("チーム番号"), "integer"),
         _of("team", _("チーム")), _of("source", _("経路")), _of("submitted_by", _("送信者"), empty=True),
         _of("submitted_at", _("受付日時"), "date-time"), _of("entries", _("申込件数"), "integer")),
        _submissions, is_personal=True,
    )
)  # fmt: skip
register_table(Table("entries", _("申込"), ENTRY_COLUMNS, _entries, is_personal=True))
register_table(
    Table(
        "shoes", _("申告されたシューズ"),
        (_of("entry_id", _("申込番号"), "integer"), _of("race", _("種目名")), _of("name", _("氏名")),
         _of("declared", _("申告したシューズ")), _of("brand", _("ブランド"), empty=True),
         _of("product", _("型番"), empty=True)),
        _shoes, is_personal=True,
    )
)  # fmt: skip
register_table(
    Table(
        "teams", _("チーム"),
        (_of("id", _("チーム番号"), "integer"), _of("name", _("団体名")), _of("kana", _("団体名フリガナ")),
         _of("short_name", _("略称")), _of("kind", _("種別")), _of("prefecture", _("所属")), _of("code", _("団体コード"))),
        _teams, is_personal=True,
    )
)  # fmt: skip
register_table(
    Table(
        "athletes", _("選手"),
        (_of("id", _("選手番号"), "integer"), _of("team_id", _("チーム番号"), "integer"), _of("family_name", _("姓")),
         _of("given_name", _("名")), _of("family_kana", _("姓（フリガナ）")), _of("given_kana", _("名（フリガナ）")),
         _of("family_romaji", _("姓（ローマ字）")), _of("given_romaji", _("名（ローマ字）")), _of("sex", _("性別")),
         _of("grade", _("学年")), _of("nationality", _("国籍")), _of("jaaf_id", _("JAAF ID")),
         _of("registration_number", _("登録番号")), _of("registration_prefecture", _("登録陸協"))),
        _athletes, is_personal=True,
    )
)  # fmt: skip
register_table(
    Table(
        "trail", _("変更履歴"),
        (_of("at", _("日時"), "date-time"), _of("verb", _("操作コード")), _of("verb_name", _("操作")),
         _of("target_type", _("対象の種類")), _of("target_id", _("対象の番号")), _of("target", _("対象")),
         _of("by", _("操作した人"), empty=True), _of("before", _("変更前"), "object"), _of("after", _("変更後"), "object"),
         _of("why", _("理由"))),
        _trail, is_personal=True,
    )
)  # fmt: skip
register_table(
    Table(
        "mails", _("送信メール"),
        (_of("kind", _("種類")), _of("language", _("言語")), _of("queued_at", _("登録日時"), "date-time"),
         _of("sent_at", _("送信済み"), "date-time", True), _of("failed_at", _("送信不能"), "date-time", True),
         _of("bounced_at", _("不達"), "date-time", True)),
        _mails, is_personal=True,
    )
)  # fmt: skip
