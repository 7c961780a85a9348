"""One sentence says where a meet stands, and every page and mail says the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Submission
from entries.meet.models import Meet, Race, State
from entries.meet.standing import Phase, countdown
from entries.meet.wording import short_until, until
from entries.news.page_cache import PAGES
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.outbox.contents import write
from tenants.scope import across_tenants
from tests.conftest import race_of

NOW = datetime(2026, 7, 13, 10, 0, tzinfo=UTC)


def meet_at(**fields: object) -> Meet:
    values = {
        "starts_on": date(2026, 7, 29), "ends_on": date(2026, 7, 29), "state": State.PUBLISHED,
        "entries_open_at": NOW - timedelta(days=1), "entries_close_at": NOW + timedelta(days=51), **fields,
    }  # fmt: skip
    row = Meet(name="記録会", **values)
    row.clock = NOW
    return row


@pytest.mark.parametrize(
    ("fields", "phase", "words"),
    [
        ({}, Phase.OPEN, "申込締切まで、あと"),
        ({"entries_open_at": NOW + timedelta(days=1)}, Phase.COMING, "申込開始まで、あと"),
        ({"state": State.DRAFT}, Phase.CLOSED, "まだ公開していません"),
        ({"state": State.ENTRIES_CLOSED}, Phase.CLOSED, "申込は予定より早く締め切りました。"),
        ({"state": State.START_LISTS_OUT}, Phase.CLOSED, "申込は予定より早く締め切りました。"),
        ({"state": State.RESULTS_OUT}, Phase.PAST, "この大会は終了しました。"),
        ({"entries_close_at": NOW}, Phase.CLOSED, "申込は締め切りました（"),
        ({"entries_close_at": NOW, "promote_until": NOW + timedelta(hours=1)}, Phase.CLOSED, "補欠待ちの繰り上げは"),
    ],
)
def test_a_meet_says_where_it_stands(fields: dict[str, object], phase: Phase, words: str) -> None:
    with translation.override("ja"):
        said = countdown(meet_at(**fields), today=date(2026, 7, 13))
    assert said.phase == phase
    assert words in said.sentence
    assert ("data-until" in said.sentence) == said.is_running


def test_nobody_is_told_of_moving_up_once_the_start_lists_are_out() -> None:
    late = {"state": State.START_LISTS_OUT, "promote_until": NOW + timedelta(days=2)}
    assert "繰り上げ" not in countdown(meet_at(**late)).sentence


def test_the_day_is_the_meets_own() -> None:
    """At 10:00 UTC on the 13th it is the 14th on Kiritimati."""
    far = {"ends_on": date(2026, 7, 13), "starts_on": date(2026, 7, 13)}
    assert countdown(meet_at(time_zone="Asia/Tokyo", **far)).phase == Phase.OPEN
    assert countdown(meet_at(time_zone="Pacific/Kiritimati", **far)).phase == Phase.PAST


@pytest.fixture
def entered(meet: Meet, kita: Team, runners: list[Athlete], baba: User, in_nittai: None) -> Submission:
    race: Race = race_of(meet)
    lines = [Line(0, runners[0].pk, race.pk, 87_000)]
    return actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=timezone.now())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_after_an_early_closing_nothing_says_how_long_is_left(
    client: Client, entered: Submission, aoki: User, baba: User, language: str
) -> None:
    """The desk, the page of the meet, the lists, the sheet, the receipt and the mail."""
    with across_tenants():
        Meet.objects.filter(pk=entered.meet_id).update(state=State.ENTRIES_CLOSED)
    early = {"ja": "申込は予定より早く締め切りました。", "en": "Entries closed earlier than planned."}[language]
    left = {"ja": "あと", "en": "Entries close in"}[language]
    ways = [
        (aoki, "/admin/"), (baba, "/meets/"), (baba, "/meets/nittai/ld326/"), (baba, "/meets/nittai/ld326/enter"),
        (baba, f"/orders/{entered.reference}/"),
    ]  # fmt: skip
    for user, path in ways:
        client.force_login(user)
        page = client.get(path, {"lang": language}).content.decode()
        assert early in page, path
        assert left not in page, path
    with translation.override(language):
        letter = write("entry.received", {"submission": entered.pk})
    assert letter
    assert early in letter.body


def test_the_timeline_gives_no_day_to_come_to_what_is_done(client: Client, entered: Submission) -> None:
    closes = f"{entered.meet.entries_close_at.astimezone(entered.meet.zone):%H:%M}"
    assert f"{closes}</span>" in client.get("/meets/nittai/ld326/").content.decode()
    with across_tenants():
        Meet.objects.filter(pk=entered.meet_id).update(state=State.ENTRIES_CLOSED)
    PAGES.clear()
    timeline = (
        client.get("/meets/nittai/ld326/").content.decode().partition('class="timeline"')[2].partition("</ol>")[0]
    )
    assert timeline.count(closes) == 1


@pytest.mark.parametrize(
    ("closes", "said"),
    [
        (datetime(2026, 12, 14, 15, 0, tzinfo=UTC), "2026/12/14 (月) 24:00 JST"),
        (datetime(2026, 12, 14, 14, 59, 59, tzinfo=UTC), "2026/12/14 (月) 23:59:59 JST"),
        (datetime(2026, 12, 14, 14, 59, tzinfo=UTC), "2026/12/14 (月) 23:59 JST"),
        (datetime(2026, 12, 14, 15, 1, tzinfo=UTC), "2026/12/15 (火) 00:01 JST"),
    ],
)
def test_a_days_last_minute_is_taken_for_no_other_day(closes: datetime, said: str) -> None:
    meet = meet_at(entries_close_at=closes)
    assert until(meet, closes) == said
    assert f">{said}</time>" in countdown(meet).sentence
    assert short_until(meet, closes) == said.removeprefix("2026/").removesuffix(" JST")
    with translation.override("en"):
        assert until(meet, datetime(2026, 12, 14, 15, 0, tzinfo=UTC)) == "Mon 14 Dec 2026 24:00 JST"


def test_an_opening_at_midnight_is_the_instant_itself() -> None:
    opens = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)
    assert "2026/7/15 (水) 00:00 JST" in countdown(meet_at(entries_open_at=opens)).sentence
