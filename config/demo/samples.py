"""What the page of pieces shows in its pieces: rows that stand in no database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.utils.html import format_html

from catalog.shoes.queries import Judge
from catalog.shoes.verdict import ShoeFacts
from catalog.shoes.wording import said
from entries.entry.models import Entry, EntryState
from entries.entry.receipt.slips import Slip, slip_of
from entries.entry.shoes import ShoeField
from entries.meet.charts import curve
from entries.meet.gauge import Gauge
from entries.meet.models import NO_LINE, Meet, Race, State
from entries.meet.standing import Phase, countdown
from entries.news import context
from entries.news.models import Notice
from entries.roster.models import Athlete
from tenants.files.grid_page import ShownCell, ShownRow
from tenants.forms import Form
from tenants.models import Tenant


class SampleForm(Form):
    """A field that is right and one that is wrong."""

    name = forms.CharField(label="氏名", help_text="漢字は登録どおりに入力してください。")
    email = forms.EmailField(label="メールアドレス")
    note = forms.CharField(label="備考", required=False)


SUZUKI = Athlete(family_name="鈴木", given_name="一郎", family_kana="スズキ", given_kana="イチロウ", sex="M", grade="3")
TAKASAKI = Athlete(family_name="髙﨑", given_name="健", family_kana="タカサキ", given_kana="ケン", sex="M", grade="1")


DAY = date(2027, 5, 1)
SHOES = [
    (7, ("TSUBAME TB-5000", ShoeFacts(True, Decimal("19.5"), frozenset({"track"}), "listed"))),
    (8, ("HAYATE HY-110", ShoeFacts(True, Decimal("39.5"), frozenset({"track"}), "listed"))),
    (9, ("KAMOSHIKA KM-02", ShoeFacts(True, Decimal(18), frozenset({"track"}), "development"))),
]


def of_theme(theme: str) -> dict[str, object]:
    """What has ids on the page, once for each half of it."""
    values = {"name": "鈴木 一郎", "email": "suzuki@", "note": ""}
    offset = 1 if theme == "light" else 11
    return {
        "name": theme,
        "form": SampleForm(values, auto_id=f"{theme}_%s"),
        "lines": [
            _line(theme, 0, SUZUKI, "14:05.32", {}),
            _line(theme, 1, TAKASAKI, "14.6", {"seed_time": "タイムを読み取れません。"}),
        ],
        "slips": [
            _slip(SUZUKI, pk=offset, ticket=12, state=EntryState.ACCEPTED, position=None),
            _slip(TAKASAKI, pk=offset + 1, ticket=43, state=EntryState.WAITLISTED, position=3),
        ],
        "shoes": [
            (f"{theme}-rows-{number}", ShoeField(key, "1", said(Judge().judge(facts, course="track", on=DAY))))
            for number, (key, facts) in SHOES
        ],
    }


def _line(theme: str, number: int, athlete: Athlete, time: str, errors: dict[str, str]) -> SimpleNamespace:
    return SimpleNamespace(
        n=f"{theme}-rows-{number}", number=number, who=f"{theme} {number}", kana=athlete.full_kana, name=athlete.full_name,
        sex=athlete.get_sex_display(), grade=athlete.grade, time=time, errors=errors,
        races=format_html("<option>{}</option>", "男子5000m"),
    )  # fmt: skip


def _slip(athlete: Athlete, *, pk: int, ticket: int, state: EntryState, position: int | None) -> Slip:
    race = Race(name="男子5000m", distance_m=5000, sex="M")
    entry = Entry(pk=pk, race=race, athlete=athlete, ticket=ticket, seed_time=84_532 + 900 * pk, fee=1000)
    entry.state, entry.waiting_position = state, position
    return slip_of(entry, url="#")


def samples() -> dict[str, object]:
    """A meet that closes in two days, its races and notices, and a curve."""
    now = datetime.now(UTC)
    meet = Meet(
        tenant=Tenant(slug="tenant-a", name="日本体育大学"), slug="ld326", name="第326回 長距離競技会", fee=1000,
        venue="横浜・健志台キャンパス", starts_on=date(2026, 11, 28), ends_on=date(2026, 11, 29), state=State.PUBLISHED,
        entries_open_at=now - timedelta(days=7), entries_close_at=now + timedelta(days=2, hours=4),
    )  # fmt: skip
    meet.clock = now
    races = _races(meet)
    return {
        "meet": meet,
        "gauges": [Gauge.of(race) for race in races],
        "cards": context.cards(meet, races),
        "steps": context.timeline(meet, today=date(2026, 11, 1)),
        "item": {"meet": meet, "countdown": countdown(meet, today=date(2026, 11, 1)), "races": races, "address": "#"},
        "phases": list(Phase),
        "notice": Notice(
            meet=meet, title="集合場所の変更", body="第2組までの招集はサブトラックで行います。", published_at=now
        ),
        "important": Notice(meet=meet, title="開始時刻の繰り下げ", is_important=True, published_at=now),
        "preview": [
            ShownRow(
                2,
                "鈴木 一郎",
                "changed",
                "wait",
                "変更",
                [ShownCell("JAAF ID", "12345678", "00012345678")],
                changes=[("学年", "2", "3")],
            ),
            ShownRow(
                3,
                "髙﨑 健",
                "refused",
                "bad",
                "取り込めない行",
                [ShownCell("JAAF ID", "12", error="数字11桁で入力してください。", name="mend-3-jaaf_id", value="12")],
                notes=["同じ名前の選手がいます。"],
            ),
        ],
        "curve": curve([(f"20:{minute:02}", 64 // (minute + 1)) for minute in range(60)], limit=LIMIT),
        "limit": LIMIT,
    }


LIMIT = 240


def _races(meet: Meet) -> list[Race]:
    queues = [(40, 40, 12, 0, None), (40, 40, 38, 0, 0), (40, 40, 52, 2, None), (None, NO_LINE, 31, 0, None)]
    races = [
        Race(
            pk=number, meet=meet, name=f"男子5000m {number}部", distance_m=5000, sex="M", places=places, line=line,
            last_ticket=last, waiting_gone=gone, waiting_places=waiting,
        )
        for number, (places, line, last, gone, waiting) in enumerate(queues, start=1)
    ]  # fmt: skip
    races[1].standard, races[1].is_ncg, races[1].fallback_race = 87_000, True, races[0]
    races[2].paused_at = meet.clock
    for race in races:
        vars(race)["planned"] = [(meet.clock, 1), (meet.clock, 2)]
    return races
