"""What teams read in their mailbox."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from entries.entry import actions, entry_actions, reminders
from entries.entry.lines import Line
from entries.entry.models import SheetDraft, Submission
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team, TeamKind
from tenants.models import OutboxMail, User
from tenants.outbox.contents import Letter, write
from tenants.scope import across_tenants
from tests.conftest import athletes_of, race_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]


def enter(meet: Meet, team: Team, race: Race, athletes: list[Athlete], by: User, at: datetime) -> Submission:
    lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, athlete in enumerate(athletes)]
    return actions.submit(meet=meet, team=team, lines=lines, key="k", by=by, at=at)


def letter_of(kind: str) -> Letter:
    [mail] = OutboxMail.objects.filter(kind=kind)
    found = write(kind, mail.context)
    assert found is not None
    return found


def test_the_receipt_says_who_is_in_who_waits_where_and_what_may_be_changed(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=2)
    submission = enter(meet, kita, race, athletes_of(kita, 4), baba, now)
    letter = letter_of("entry.received")
    assert letter.subject == f"【第326回長距離競技会】申込を受け付けました（{submission.reference}）"
    body = letter.body
    assert body.startswith("北大学 御中\n\n")
    assert "出場できます（2件）\n  男子5000m  鈴木 一郎0  申告 14:30.00\n  男子5000m  鈴木 一郎1" in body
    assert "鈴木 一郎2  申告 14:30.00  補欠待ち1番目\n" in body
    assert "鈴木 一郎3  申告 14:30.00  補欠待ち2番目\n" in body
    assert "参加料: 2,000円  （補欠待ちがすべて繰り上がった場合は、ほかに2,000円）" in body
    assert f"/orders/{submission.reference}/" in body
    assert "申告タイムの変更は" in body
    assert "スタートリストの公開まで" in body
    assert "\n\n\n" not in body


def test_a_person_is_addressed_in_another_way_than_a_team(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    Team.objects.filter(pk=kita.pk).update(name="鈴木 一郎", kind=TeamKind.INDIVIDUAL)
    enter(meet, kita, race_of(meet), athletes_of(kita, 1), baba, now)
    assert letter_of("entry.received").body.startswith("鈴木 一郎 様\n\n")
    with translation.override("en"):
        assert letter_of("entry.received").body.startswith("Dear 鈴木 一郎,\n\n")


def test_the_mail_to_who_only_waits_asks_for_no_money(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    enter(meet, kita, race_of(meet, places=0), athletes_of(kita, 2), baba, now)
    body = letter_of("entry.received").body
    assert "いまお支払いいただく参加料はありません。\n補欠待ちの参加料（2,000円）は、繰り上がって" in body
    assert "お支払い方法" not in body
    assert "いまの状態は受付票でご確認ください。" in body
    assert "\n\n\n" not in body


def test_promotion_and_withdrawal_say_whose_entry_it_is(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    race = race_of(meet, places=1)
    submission = enter(meet, kita, race, athletes_of(kita, 2), baba, now)
    first = submission.entries.order_by("pk")[0]
    entry_actions.withdraw(entry=first, by=baba, at=now)
    gone, promoted = letter_of("entry.withdrawn"), letter_of("entry.promoted")
    assert gone.subject == "【第326回長距離競技会】男子5000m 鈴木 一郎0 申込を取り消しました"
    assert promoted.subject == "【第326回長距離競技会】男子5000m 鈴木 一郎1 繰り上げで出場できます"
    for letter, name in ((gone, "鈴木 一郎0"), (promoted, "鈴木 一郎1")):
        assert f"選手: {name}\n" in letter.body
        assert f"/orders/{submission.reference}/" in letter.body


def test_a_promotion_is_not_announced_to_who_withdrew_meanwhile(
    meet: Meet, kita: Team, baba: User, now: datetime
) -> None:
    race = race_of(meet, places=1)
    submission = enter(meet, kita, race, athletes_of(kita, 2), baba, now)
    first, second = submission.entries.order_by("pk")
    entry_actions.withdraw(entry=first, by=baba, at=now)
    entry_actions.withdraw(entry=second, by=baba, at=now)
    [mail] = OutboxMail.objects.filter(kind="entry.promoted")
    assert write("entry.promoted", mail.context) is None


def test_names_stay_text(meet: Meet, kita: Team, baba: User, now: datetime) -> None:
    Meet.objects.filter(pk=meet.pk).update(name="<b>&大会\r\nBcc: x@evil.example")
    Team.objects.filter(pk=kita.pk).update(name="https://evil.example/ {{ 7|add:7 }} <i>")
    [athlete] = athletes_of(kita, 1)
    Athlete.objects.filter(pk=athlete.pk).update(given_name="www.evil.example")
    enter(meet, kita, race_of(meet), [athlete], baba, now)
    letter = letter_of("entry.received")
    assert "\n" not in letter.subject
    assert "evil.example" not in letter.subject + letter.body
    assert "<b>&大会 Bcc： x＠evil．example" in letter.body
    assert "https：／／evil．example／ {{ 7|add：7 }} <i>" in letter.body


@pytest.fixture
def draft(meet: Meet, kita: Team, baba: User) -> SheetDraft:
    rows = [{"athlete": "1", "race": "2", "seed_time": ""}, {"athlete": "2", "race": "", "seed_time": ""}]
    return SheetDraft.objects.create(tenant_id=meet.tenant_id, meet=meet, team=kita, rows=rows, updated_by=baba)


def closing(meet: Meet, at: datetime) -> datetime:
    """An instant at which the reminder of this meet is due, the draft having been left alone."""
    Meet.objects.filter(pk=meet.pk).update(entries_close_at=at + timedelta(hours=20))
    return at + timedelta(hours=18)


def remind(at: datetime) -> list[tuple[str, str]]:
    with across_tenants():
        reminders.remind_of_closing(at=at)
    return list(OutboxMail.objects.order_by("pk").values_list("kind", "to"))


def test_a_team_with_an_unsent_sheet_is_reminded_once(meet: Meet, kita: Team, draft: SheetDraft, now: datetime) -> None:
    at = closing(meet, now)
    expected = [("entry.closing_tomorrow", "baba@example.com")]
    assert remind(at) == expected
    assert remind(at + timedelta(minutes=10)) == expected
    letter = letter_of("entry.closing_tomorrow")
    assert "申込票に1件の入力がありますが、まだ送信されていません" in letter.body
    assert f"/meets/nittai/ld326/enter?team={kita.pk}" in letter.body


def test_no_reminder_for_a_sheet_that_is_being_typed_or_is_empty(meet: Meet, draft: SheetDraft, now: datetime) -> None:
    at = closing(meet, now)
    SheetDraft.objects.filter(pk=draft.pk).update(updated_at=at - timedelta(minutes=59))
    assert remind(at) == []
    SheetDraft.objects.filter(pk=draft.pk).update(updated_at=now, rows=[{"athlete": "1", "race": ""}])
    assert remind(at) == []


@pytest.mark.parametrize("state", [State.DRAFT, State.ENTRIES_CLOSED, State.ARCHIVED])
def test_no_reminder_when_the_meet_takes_no_entries(meet: Meet, draft: SheetDraft, now: datetime, state: str) -> None:
    at = closing(meet, now)
    Meet.objects.filter(pk=meet.pk).update(state=state)
    assert remind(at) == []


def test_no_reminder_after_closing(meet: Meet, draft: SheetDraft, now: datetime) -> None:
    at = closing(meet, now)
    assert remind(at + timedelta(hours=2)) == []


def test_the_mail_is_dropped_when_the_sheet_was_sent_before_it_left(
    meet: Meet, draft: SheetDraft, now: datetime
) -> None:
    remind(closing(meet, now))
    context: dict[str, Any] = OutboxMail.objects.get().context
    assert write("entry.closing_tomorrow", context) is not None
    draft.delete()
    assert write("entry.closing_tomorrow", context) is None


@pytest.mark.parametrize(
    ("closes", "zone", "from_when"),
    [
        ("2027-04-15T23:59:00+09:00", "Asia/Tokyo", "2027-04-14T09:00:00+09:00"),
        ("2027-04-16T00:00:00+09:00", "Asia/Tokyo", "2027-04-14T09:00:00+09:00"),
        ("2027-04-15T08:00:00+09:00", "Asia/Tokyo", "2027-04-14T09:00:00+09:00"),
        ("2027-03-28T23:59:00+02:00", "Europe/Berlin", "2027-03-27T09:00:00+01:00"),
    ],
)
def test_reminders_go_out_at_nine_the_day_before(closes: str, zone: str, from_when: str) -> None:
    meet = Meet(entries_close_at=datetime.fromisoformat(closes), time_zone=zone)
    assert reminders.reminded_from(meet) == datetime.fromisoformat(from_when)
