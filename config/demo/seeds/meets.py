"""The meets: the 324th to 326th with the programme of the real one, and a spring meet of the other host."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from entries.heat.models import RaceSeeding
from entries.meet.competition import Competition
from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.news.models import Notice
from tenants.models import Tenant

PROGRAMME: dict[str, Any] = json.loads((Path(__file__).parent / "meet_325.json").read_text(encoding="utf-8"))
NCG_STARTERS = 35
STANDARDS = {("M", 5_000): 86_000, ("M", 10_000): 177_000, ("F", 3_000): 58_000, ("F", 5_000): 93_000}
"""Hundredths of a second: 14:20.00, 29:30.00, 9:40.00 and, from the source, 15:30.00. Only the last one is a fact."""
SECOND_TRACK = ("M", 5_000)
"""Ran beside all others, as the overlapping programmes of the source say."""
OPEN_RACE = "オープン3000m"
SPRING_RACES = (
    ("男子1500m", "M", 1_500, 60, 15),
    ("女子1500m", "F", 1_500, 45, 15),
    ("男子5000m", "M", 5_000, 120, 30),
    ("女子5000m", "F", 5_000, 60, 30),
)
SUMMARY = """参加資格: 日本陸上競技連盟の登録競技者（申請中を含む）。16歳未満は保護者の同意が必要です。
組分け: 申告タイムの遅い順に1組から編成します。NITTAI CHALLENGE GAMES（NCG）は参加標準記録を破った競技者が出場できます。
個人情報: 氏名、所属、学年、記録をプログラムと結果に掲載します。"""


@dataclass(frozen=True)
class Plan:
    slug: str
    name: str
    venue: str
    starts_on: date
    opens_at: datetime
    closes_at: datetime
    state: str = State.PUBLISHED
    fee: int = 1_000
    entry_list_public: bool = False
    notices: tuple[tuple[str, str, bool], ...] = field(default=())
    shared_with: tuple[str, str] = ("", "")
    """The competition of its NCG races, in Japanese and in English."""


def plans(at: datetime) -> dict[str, Plan]:
    """The four meets, their days counted from the day of the seeding."""
    venue = PROGRAMME["venue"]

    def moment(days: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(at.date() + timedelta(days), time(hour, minute), at.tzinfo)

    return {
        "ld326": Plan(
            "ld326", "第326回日本体育大学長距離競技会", venue, _saturday(at.date(), 35), moment(-7, 9), moment(14, 23, 59),
            notices=NOTICES,
        ),
        "ld325": Plan(
            "ld325", PROGRAMME["name"], venue, _saturday(at.date(), 9), moment(-30, 9), moment(-3, 23, 59),
            state=State.ENTRIES_CLOSED, entry_list_public=True, notices=CLOSED_NOTICES,
            shared_with=("第14回NITTAI CHALLENGE GAMES", "The 14th NITTAI CHALLENGE GAMES"),
        ),
        "ld324": Plan(
            "ld324", "第324回日本体育大学長距離競技会", venue, _saturday(at.date(), 2), moment(-40, 9), moment(-10, 23, 59),
            state=State.ENTRIES_CLOSED, entry_list_public=True, notices=LISTED_NOTICES,
        ),
        "spring": Plan(
            "spring", "春原大学スプリング記録会", "春原大学陸上競技場", _saturday(at.date(), 49), moment(-3, 10),
            moment(28, 23, 59), fee=1_500,
        ),
    }  # fmt: skip


NOTICES = (
    ("申込受付を開始しました", "定員に達した種目は補欠待ちになります。順位は受付票で確認できます。", False),
    ("駐車場は事前申請制です", "当日の受付はありません。公共交通機関をご利用ください。", False),
    (
        "シューズの規定について",
        "トラック種目では靴底の厚さが20mm以下のシューズを使用してください。招集所で確認します。",
        True,
    ),
)
CLOSED_NOTICES = (
    ("申込を締め切りました", "スタートリストは大会の3日前までに公開します。", True),
    ("当日のスケジュール", "第1種目のスタートは7時30分です。招集開始時刻はスタートの20分前です。", False),
)


LISTED_NOTICES = (
    ("スタートリストを公開しました", "組、腰ナンバー、スタート時刻を確認してください。", True),
)  # fmt: skip


def _saturday(today: date, days: int) -> date:
    """The first Saturday at least so many days ahead."""
    day = today + timedelta(days)
    return day + timedelta((5 - day.weekday()) % 7)


def seed_meet(tenant: Tenant, plan: Plan) -> Meet | None:
    """One meet with races, timetable and notices; None when it is there already. In the tenant's scope."""
    if Meet.objects.filter(tenant=tenant, slug=plan.slug).exists():
        return None
    meet = Meet(
        tenant=tenant, slug=plan.slug, name=plan.name, venue=plan.venue, starts_on=plan.starts_on,
        ends_on=plan.starts_on, entries_open_at=plan.opens_at, entries_close_at=plan.closes_at, fee=plan.fee,
        state=plan.state, entry_list_public=plan.entry_list_public, summary=SUMMARY,
        payment_due_on=plan.starts_on - timedelta(7),
    )  # fmt: skip
    meet.save()
    Notice.objects.bulk_create(
        Notice(tenant=tenant, meet=meet, title=title, body=body, is_important=important, published_at=plan.opens_at)
        for title, body, important in plan.notices
    )
    if plan.slug == "spring":
        _spring_races(meet)
    else:
        _programme(meet, with_open_race=plan.slug == "ld326")
    title, title_en = plan.shared_with
    if title:
        other = Competition.objects.create(tenant=tenant, meet=meet, title=title, title_en=title_en)
        Race.objects.filter(meet=meet, is_ncg=True).update(competition=other)
    return meet


def _race(meet: Meet, name: str, sex: str, distance_m: int, places: int, per_heat: int, **more: Any) -> Race:
    race = Race(
        tenant_id=meet.tenant_id, meet=meet, name=name, sex=sex, distance_m=distance_m, places=places,
        starters_per_heat=per_heat, waiting_places=None, **more,
    )  # fmt: skip
    race.save()
    return race


def _slots(meet: Meet, race: Race, starts: list[str], *, fixed: bool = False) -> None:
    """The timetable of a race; the first start is `fixed` where the day hangs on it."""
    TimetableSlot.objects.bulk_create(
        TimetableSlot(
            tenant_id=meet.tenant_id,
            race=race,
            number=number,
            starts_at=datetime.combine(meet.starts_on, time.fromisoformat(start), meet.zone),
            is_fixed=fixed and number == 1,
        )
        for number, start in enumerate(starts, start=1)
    )


def _programme(meet: Meet, *, with_open_race: bool) -> None:
    """The races of the 325th meet: 40 a heat, and NCG races that overflow into the general race."""
    general: dict[tuple[str, int], Race] = {}
    facts = sorted(PROGRAMME["races"], key=lambda fact: fact["ncg"])
    order = {fact["name"]: position for position, fact in enumerate(PROGRAMME["races"], start=1)}
    for fact in facts:
        event = (fact["sex"], fact["distance_m"])
        heats = [heat["start"] for heat in fact["heats"]]
        per_heat = NCG_STARTERS if fact["ncg"] else PROGRAMME["starters_per_heat"]
        more: dict[str, Any] = {"position": order[fact["name"]]}
        if fact["ncg"]:
            more |= {
                "is_ncg": True,
                "fallback_race": general[event],
                "standard": STANDARDS[event],
                "fee": meet.fee + 500,
                "standard_from": meet.starts_on - timedelta(365),
                "standard_until": meet.entries_close_at.date(),
            }
        race = _race(meet, fact["name"], *event, len(heats) * per_heat, per_heat, **more)
        if not fact["ncg"]:
            general[event] = race
        _slots(meet, race, heats, fixed=fact["sex"] == "M")
        if event == SECOND_TRACK:
            RaceSeeding.objects.create(tenant_id=meet.tenant_id, race=race, track=2)
    if with_open_race:
        _slots(meet, _race(meet, OPEN_RACE, "X", 3_000, 50, 25, position=99), ["20:05", "20:20"])


def _spring_races(meet: Meet) -> None:
    clock = datetime.combine(meet.starts_on, time(9, 30))
    for position, (name, sex, distance_m, places, per_heat) in enumerate(SPRING_RACES, start=1):
        race = _race(meet, name, sex, distance_m, places, per_heat, position=position)
        starts = []
        for _ in range(places // per_heat):
            starts.append(clock.strftime("%H:%M"))
            clock += timedelta(minutes=8 if distance_m == 1_500 else 20)
        _slots(meet, race, starts)
