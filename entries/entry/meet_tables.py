"""What a meet's archive holds of the entries: the races with their counts, who entered, and what they declared.

The archive is the lasting record, so it names athletes as lists name them and holds neither birth dates, guardians,
telephones nor addresses (fact F7).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from entries.entry.models import Entry, EntryState, Source, Submission
from entries.marks import format_time
from entries.meet.models import Meet, Race
from entries.meet.records import races_of
from entries.records.tables import Column, Row, Scene, Table, paged
from entries.roster.models import Athlete, Team
from entries.roster.prefectures import PREFECTURES

PREFECTURE_NAMES = dict(PREFECTURES)
"""Django's get_…_display translates all 48 choices for each row, which took two thirds of an export's time."""


def _entries_in(meet: Meet) -> QuerySet[Entry]:
    """All of them, with state."""
    return Entry.objects.filter(race__meet=meet).with_state()


def submission_numbers(meet: Meet) -> set[int]:
    """Numbers of the submissions."""
    return set(Submission.objects.filter(meet=meet).values_list("pk", flat=True))


def entry_numbers(meet: Meet) -> set[int]:
    """Numbers of the entries."""
    return set(Entry.objects.filter(race__meet=meet).values_list("pk", flat=True))


def _waiting_positions(meet: Meet) -> dict[int, int]:
    """Of each waiting entry, 1 for the next to get a place: one query instead of one for each row."""
    found: dict[int, int] = {}
    count: Counter[int] = Counter()
    waiting = Entry.objects.waiting().filter(race__meet=meet).order_by("race_id", "ticket")
    for pk, race in waiting.values_list("pk", "race_id"):
        count[race] += 1
        found[pk] = count[race]
    return found


def _counts(meet: Meet) -> dict[tuple[int, str], int]:
    """(race, state) -> how many."""
    rows: Any = _entries_in(meet).order_by()
    counted = rows.values_list("race_id", "state").annotate(n=Count("pk"))
    return {(race, state): n for race, state, n in counted}


def _races(scene: Scene) -> Iterator[Row]:
    counted = _counts(scene.meet)
    for race in races_of(scene.meet):
        counts = [counted.get((race.pk, state.value), 0) for state in EntryState]
        yield (
            race.pk,
            race.position,
            race.name,
            race.name_en,
            race.distance_m,
            race.sex,
            race.course,
            race.places,
            race.waiting_places,
            race.starters_per_heat,
            race.fee_yen,
            format_time(race.standard) or None,
            race.standard,
            race.standard_from,
            race.standard_until,
            race.held_on or scene.meet.starts_on,
            race.is_ncg,
            *counts,
        )


def _submissions(scene: Scene) -> Iterator[Row]:
    rows = Submission.objects.filter(meet=scene.meet).select_related("team", "submitted_by")
    for submission in paged(rows.annotate(n=Count("entries"))):
        by = submission.submitted_by.name if submission.submitted_by else None
        yield (
            submission.pk,
            submission.reference,
            submission.team_id,
            submission.team.name,
            Source(submission.source).label,
            by,
            submission.submitted_at,
            submission.n,
        )


def _entries(scene: Scene) -> Iterator[Row]:
    positions = _waiting_positions(scene.meet)
    for entry in paged(_entries_in(scene.meet).select_related("race", "athlete", "submission__team")):
        yield (
            entry.pk,
            entry.submission.reference,
            entry.race_id,
            entry.race.name,
            *_who(entry),
            entry.state,
            EntryState(entry.state).label,
            entry.ticket,
            positions.get(entry.pk),
            *_declared(entry),
            entry.fee,
            entry.entered_at,
            entry.withdrawn_at,
        )


def _who(entry: Entry) -> Row:
    athlete, team = entry.athlete, entry.submission.team
    name, kana = athlete.full_name, athlete.full_kana.strip()
    return entry.athlete_id, name, kana, athlete.sex, athlete.grade, team.pk, team.printed_name


def _declared(entry: Entry) -> Row:
    seed_time, best = format_time(entry.seed_time) or "NT", format_time(entry.personal_best) or None
    return seed_time, entry.seed_time, best, entry.personal_best, entry.pacemaker, entry.shoe_declared


def _shoes(scene: Scene) -> Iterator[Row]:
    worn = _entries_in(scene.meet).exclude(shoe_declared="").select_related("race", "athlete", "shoe")
    for entry in paged(worn):
        shoe = entry.shoe
        yield (
            entry.pk,
            entry.race.name,
            entry.athlete.full_name,
            entry.shoe_declared,
            shoe.brand if shoe else None,
            shoe.reference if shoe else None,
        )


def _teams(scene: Scene) -> Iterator[Row]:
    rows = Team.objects.filter(pk__in=Submission.objects.filter(meet=scene.meet).values("team"))
    for team in paged(rows):
        yield (
            team.pk,
            team.name,
            team.name_kana,
            team.short_name,
            team.get_kind_display(),
            PREFECTURE_NAMES.get(team.prefecture, ""),
            team.team_code,
        )


def _athletes(scene: Scene) -> Iterator[Row]:
    rows = Athlete.objects.filter(pk__in=Entry.objects.filter(race__meet=scene.meet).values("athlete"))
    for one in paged(rows):
        yield (
            one.pk,
            one.team_id,
            one.family_name,
            one.given_name,
            one.family_kana,
            one.given_kana,
            one.family_romaji,
            one.given_romaji,
            one.sex,
            one.grade,
            one.nationality,
            one.jaaf_id,
            one.registration_number,
            PREFECTURE_NAMES.get(one.registration_prefecture, ""),
        )


def _of(name: str, title: Any, kind: str = "string", empty: bool = False) -> Column:
    return Column(name, title, kind, empty)


RACE_COLUMNS = (
    _of("id", _("種目番号"), "integer"), _of("position", _("並び順"), "integer"), _of("name", _("種目名")),
    _of("name_en", _("種目名（英語）"), empty=True), _of("distance_m", _("距離（m）"), "integer"), _of("sex", _("性別")), _of("course", _("種目の区分")),
    _of("places", _("定員"), "integer", True), _of("waiting_places", _("補欠待ちの上限"), "integer", True),
    _of("starters_per_heat", _("1組の人数"), "integer"), _of("fee", _("参加料（円）"), "integer"),
    _of("standard", _("参加標準記録"), empty=True), _of("standard_hundredths", _("参加標準記録（1/100秒）"), "integer", True),
    _of("standard_from", _("参加標準記録の有効期間（始）"), "date", True),
    _of("standard_until", _("参加標準記録の有効期間（終）"), "date", True), _of("held_on", _("実施日"), "date"),
    _of("is_ncg", _("選抜種目"), "boolean"), _of("accepted", _("出場可"), "integer"),
    _of("waitlisted", _("補欠待ち"), "integer"), _of("withdrawn", _("取り消し済み"), "integer"),
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
SUBMISSION_COLUMNS = (
    _of("id", _("申込票番号"), "integer"),
    _of("reference", _("受付番号")),
    _of("team_id", _("チーム番号"), "integer"),
    _of("team", _("チーム")),
    _of("source", _("経路")),
    _of("submitted_by", _("送信者"), empty=True),
    _of("submitted_at", _("受付日時"), "date-time"),
    _of("entries", _("申込件数"), "integer"),
)
SHOE_COLUMNS = (
    _of("entry_id", _("申込番号"), "integer"),
    _of("race", _("種目名")),
    _of("name", _("氏名")),
    _of("declared", _("申告したシューズ")),
    _of("brand", _("ブランド"), empty=True),
    _of("product", _("型番"), empty=True),
)
TEAM_COLUMNS = (
    _of("id", _("チーム番号"), "integer"),
    _of("name", _("チーム名")),
    _of("kana", _("チーム名フリガナ")),
    _of("short_name", _("略称")),
    _of("kind", _("種別")),
    _of("prefecture", _("所属")),
    _of("code", _("団体コード")),
)
ATHLETE_COLUMNS = (
    _of("id", _("選手番号"), "integer"), _of("team_id", _("チーム番号"), "integer"), _of("family_name", _("姓")),
    _of("given_name", _("名")), _of("family_kana", _("姓（フリガナ）")), _of("given_kana", _("名（フリガナ）")),
    _of("family_romaji", _("姓（ローマ字）")), _of("given_romaji", _("名（ローマ字）")), _of("sex", _("性別")),
    _of("grade", _("学年")), _of("nationality", _("国籍")), _of("jaaf_id", _("JAAF ID")),
    _of("registration_number", _("登録番号")), _of("registration_prefecture", _("登録陸協")),
)  # fmt: skip

TABLES = (
    Table("races", _("種目"), RACE_COLUMNS, _races, models=(Race,), position=10),
    Table(
        "submissions",
        _("申込票"),
        SUBMISSION_COLUMNS,
        _submissions,
        is_personal=True,
        models=(Submission,),
        position=30,
    ),
    Table("entries", _("申込"), ENTRY_COLUMNS, _entries, is_personal=True, models=(Entry,), position=40),
    Table("shoes", _("申告されたシューズ"), SHOE_COLUMNS, _shoes, is_personal=True, position=50),
    Table("teams", _("チーム"), TEAM_COLUMNS, _teams, is_personal=True, models=(Team,), position=60),
    Table("athletes", _("選手"), ATHLETE_COLUMNS, _athletes, is_personal=True, models=(Athlete,), position=70),
)
