"""What a coach changes on the receipt: another race, a withdrawal undone, and what the receipt says of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entries.entry import places
from entries.entry.models import Entry, Submission
from entries.entry.queries import PER_RECEIPT_PAGE
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team
from tenants.audit.models import AuditRecord
from tenants.models import OutboxMail, User
from tenants.outbox.contents import write
from tenants.scope import across_tenants
from tests.conftest import athletes_of, open_meet, race_of
from tests.entries.entry.sheets import row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def wrong(meet: Meet) -> Race:
    return race_of(meet, places=2, fee=1_000)


@pytest.fixture
def right(meet: Meet) -> Race:
    return race_of(meet, "男子3000m", distance_m=3_000, places=1, waiting_places=1, fee=3_000)


@pytest.fixture
def receipt(coach: Client, meet: Meet, wrong: Race, right: Race, runners: list[Athlete]) -> str:
    """Three in the wrong race: two in, one waiting."""
    return str(send(coach, meet, None, [row(one, wrong, shoe="") for one in runners[:3]])["Location"])


def entry_of(athlete: Athlete, race: Race) -> Entry:
    with across_tenants():
        return Entry.objects.with_state().with_position().filter(athlete=athlete, race=race).latest("pk")


def states() -> list[tuple[str, str]]:
    """(race, state) of all entries, in the order in which they were made."""
    with across_tenants():
        rows: Any = Entry.objects.with_state().order_by("pk")
        return list(rows.values_list("race__name", "state"))


def change(coach: Client, receipt: str, entry: Entry, to: Race | int | str, **more: Any) -> Any:
    body = {"race": getattr(to, "pk", to), "seed_time": "8:30.00", "personal_best": "", **more}
    return coach.post(f"{receipt}entries/{entry.pk}/race", body)


def withdraw(coach: Client, receipt: str, entry: Entry) -> Any:
    return coach.post(f"{receipt}entries/{entry.pk}/withdraw", {"withdraw": entry.pk})


def undo(coach: Client, receipt: str, entry: Entry) -> Any:
    return coach.post(f"{receipt}entries/{entry.pk}/undo")


def test_the_page_says_before_what_each_race_would_give(
    coach: Client, receipt: str, meet: Meet, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    race_of(meet, "女子3000m", sex="F")
    entry = entry_of(runners[0], wrong)
    page = coach.get(f"{receipt}entries/{entry.pk}/race").content.decode()
    assert "残り1枠" in page
    assert "3,000円" in page
    assert "女子3000m" not in page
    change(coach, receipt, entry, right)
    second = coach.get(f"{receipt}entries/{entry_of(runners[1], wrong).pk}/race").content.decode()
    assert "補欠待ち1番目になります" in second
    assert f'name="told_to_wait" value="{right.pk}"' in second


def test_a_wrong_race_is_changed_and_the_place_goes_to_who_waits(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    answer = change(coach, receipt, entry_of(runners[0], wrong), right)
    new = entry_of(runners[0], right)
    assert (answer.status_code, answer["Location"]) == (303, f"{receipt}#entry-{new.pk}")
    assert states() == [
        ("男子5000m", "withdrawn"), ("男子5000m", "accepted"), ("男子5000m", "accepted"), ("男子3000m", "accepted"),
    ]  # fmt: skip
    assert (new.ticket, new.seed_time, new.fee) == (1, 51_000, 3_000)
    page = coach.get(receipt).content.decode()
    assert "種目を「男子5000m」から「男子3000m」に変更しました。出場できます。" in page
    assert "5,000円" in page
    with across_tenants():
        assert AuditRecord.objects.filter(verb="entry.race_changed").count() == 1
    assert OutboxMail.objects.filter(kind="entry.promoted").count() == 1


def test_both_or_none(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails last takes all back."""

    def breaks(*_: Any, **__: Any) -> list[Entry]:
        raise RuntimeError

    monkeypatch.setattr(places, "settle_line", breaks)
    with pytest.raises(RuntimeError):
        change(coach, receipt, entry_of(runners[0], wrong), right)
    assert states() == [("男子5000m", "accepted")] * 2 + [("男子5000m", "waitlisted")]
    with across_tenants():
        assert Race.objects.get(pk=right.pk).last_ticket == 0


def test_who_was_told_of_a_place_does_not_end_on_a_waiting_list(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    change(coach, receipt, entry_of(runners[1], wrong), right)
    entry = entry_of(runners[0], wrong)
    refused = change(coach, receipt, entry, right)
    assert refused.status_code == 422
    assert "いま変更すると補欠待ち1番目になります" in refused.content.decode()
    assert entry_of(runners[0], wrong).state == "accepted"
    assert change(coach, receipt, entry, right, told_to_wait=f"7,{right.pk}").status_code == 303
    new = entry_of(runners[0], right)
    assert (new.state, new.waiting_position) == ("waitlisted", 1)
    assert "補欠待ち1番目です" in coach.get(receipt).content.decode()


def test_a_full_waiting_list_takes_no_change(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    for n in (0, 1):
        change(coach, receipt, entry_of(runners[n], wrong), right, told_to_wait=str(right.pk))
    refused = change(coach, receipt, entry_of(runners[2], wrong), right, told_to_wait=str(right.pk))
    assert refused.status_code == 422
    assert entry_of(runners[2], wrong).state == "accepted"


@pytest.mark.parametrize("typed", ["1:00", "abc", "14:75"])
def test_the_time_is_judged_for_the_new_race(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete], typed: str
) -> None:
    refused = change(coach, receipt, entry_of(runners[0], wrong), right, seed_time=typed)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'id="id_seed_time_error"' in page
    assert f'value="{typed}"' in page
    assert entry_of(runners[0], wrong).state == "accepted"


def test_what_may_not_be_changed_says_so(
    coach: Client, receipt: str, meet: Meet, wrong: Race, right: Race, runners: list[Athlete], chuo: Any
) -> None:
    entry = entry_of(runners[0], wrong)
    women, elsewhere = race_of(meet, "女子3000m", sex="F"), race_of(open_meet(chuo, "spring"))
    tried: list[tuple[Race | int | str, str]] = [
        (wrong, "移動先が同じ種目"),
        (women, "女子の選手"),
        (elsewhere, "この大会にない種目"),
        (0, "この大会にない種目"),
        ("", "変更後の種目を選んでください"),
    ]
    for to, said in tried:
        refused = change(coach, receipt, entry, to)
        assert (refused.status_code, said in refused.content.decode()) == (422, True)
    with across_tenants():
        Race.objects.filter(pk=right.pk).update(paused_at=timezone.now())
    assert "一時停止中" in change(coach, receipt, entry, right).content.decode()
    with across_tenants():
        Race.objects.filter(pk=right.pk).update(paused_at=None, entries_per_team=0)
    assert "1チーム0名以内" in change(coach, receipt, entry, right).content.decode()
    assert entry_of(runners[0], wrong).state == "accepted"


def test_an_entry_that_the_host_moves_at_this_moment_is_looked_at_again(
    coach: Client,
    receipt: str,
    meet: Meet,
    wrong: Race,
    right: Race,
    runners: list[Athlete],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two queues are held in one order: a third one that turns up is not taken behind them."""
    entry, other = entry_of(runners[0], wrong), race_of(meet, "男子10000m", distance_m=10_000)
    lock, asked = places.lock_races, list[list[int]]()

    def moved_before(ids: Any) -> None:
        asked.append(sorted(ids))
        Entry.objects.filter(pk=entry.pk).update(race=other)
        lock(asked[-1])

    monkeypatch.setattr(places, "lock_races", moved_before)
    assert "先に主催者が別の種目へ移しました" in change(coach, receipt, entry, right).content.decode()
    assert asked == [sorted([wrong.pk, right.pk])]


def test_after_the_closing_the_race_stays(
    coach: Client, receipt: str, meet: Meet, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    entry = entry_of(runners[0], wrong)
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_close_at=timezone.now() - timedelta(seconds=1))
    assert "種目を変更する</a>" not in coach.get(receipt).content.decode()
    assert "画面から変更できません" in coach.get(f"{receipt}entries/{entry.pk}/race").content.decode()
    assert change(coach, receipt, entry, right).status_code == 422
    assert entry_of(runners[0], wrong).state == "accepted"


def test_a_withdrawn_entry_or_one_of_the_host_changes_no_race(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    entry = entry_of(runners[0], wrong)
    withdraw(coach, receipt, entry)
    assert "すでに取り消されています" in change(coach, receipt, entry, right).content.decode()
    invited = entry_of(runners[1], wrong)
    with across_tenants():
        Entry.objects.filter(pk=invited.pk).update(ticket=None)
    assert "主催者枠の申込" in change(coach, receipt, invited, right).content.decode()


def test_a_withdrawal_is_undone_while_the_place_is_free(coach: Client, meet: Meet, runners: list[Athlete]) -> None:
    roomy = race_of(meet, "男子1500m", distance_m=1_500, places=5)
    receipt = send(coach, meet, None, [row(one, roomy, "4:00") for one in runners[:2]], key="roomy")["Location"]
    entry = entry_of(runners[0], roomy)
    withdraw(coach, receipt, entry)
    page = coach.get(receipt).content.decode()
    assert re.search(rf'<li data-entry="{entry.pk}".*?枠が空いている間は、元に戻せます.*?</li>', page, re.DOTALL)
    assert "取り消しを元に戻す" in page
    assert undo(coach, receipt, entry).status_code == 303
    again = entry_of(runners[0], roomy)
    assert (again.pk, again.state, again.ticket) == (entry.pk, "accepted", 1)
    assert "申込を元に戻しました。出場できます。" in coach.get(receipt).content.decode()
    with across_tenants():
        assert Race.objects.get(pk=roomy.pk).free_places == 3
    withdraw(coach, receipt, entry)
    assert OutboxMail.objects.filter(kind="entry.withdrawn", context={"entry": entry.pk}).count() == 2


def test_without_a_limit_there_is_always_a_place_to_come_back_to(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    receipt = send(coach, meet, None, [row(runners[0], race)], key="open")["Location"]
    entry = entry_of(runners[0], race)
    withdraw(coach, receipt, entry)
    assert undo(coach, receipt, entry).status_code == 303
    assert entry_of(runners[0], race).state == "accepted"


def test_a_place_that_somebody_else_got_does_not_come_back(
    coach: Client, receipt: str, wrong: Race, runners: list[Athlete]
) -> None:
    entry = entry_of(runners[0], wrong)
    withdraw(coach, receipt, entry)
    refused = undo(coach, receipt, entry)
    assert refused.status_code == 422
    assert "空いた枠は、もう残っていません" in refused.content.decode()
    assert states() == [("男子5000m", "withdrawn"), ("男子5000m", "accepted"), ("男子5000m", "accepted")]


def test_who_waited_does_not_come_back_before_others(
    coach: Client, receipt: str, meet: Meet, wrong: Race, runners: list[Athlete]
) -> None:
    send(coach, meet, None, [row(runners[3], wrong)], key="behind")
    waiting = entry_of(runners[2], wrong)
    withdraw(coach, receipt, waiting)
    assert undo(coach, receipt, waiting).status_code == 422
    assert entry_of(runners[3], wrong).waiting_position == 1


def test_an_undone_change_is_as_before_the_change(
    coach: Client, receipt: str, meet: Meet, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    """One live entry after each step, whichever line is undone, also when the new one was changed in turn."""
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(races_per_athlete=1)
        Race.objects.filter(pk=wrong.pk).update(places=9, line=9)
    first, third = entry_of(runners[0], wrong), race_of(meet, "男子10000m", distance_m=10_000)
    change(coach, receipt, first, right)
    assert "種目の変更を元に戻す" in coach.get(receipt).content.decode()
    new = entry_of(runners[0], right)
    assert change(coach, receipt, new, third, seed_time="30:00").status_code == 303
    newest = entry_of(runners[0], third)
    for undone in (first, new, newest, new, first):
        answer = undo(coach, receipt, undone)
        assert (answer.status_code, answer["Location"]) == (303, f"{receipt}#entry-{undone.pk}")
        with across_tenants():
            live = Entry.objects.live().filter(athlete=runners[0])
            assert list(live.values_list("pk", flat=True)) == [undone.pk]
    assert "から「男子5000m」に戻しました。出場できます。" in coach.get(receipt).content.decode()
    withdraw(coach, receipt, first)
    assert undo(coach, receipt, first).status_code == 303
    assert entry_of(runners[0], right).state == "withdrawn"


def test_an_undone_change_gives_the_new_place_to_who_waits_there(
    coach: Client, receipt: str, meet: Meet, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    with across_tenants():
        Race.objects.filter(pk=wrong.pk).update(places=9, line=9)
    first = entry_of(runners[0], wrong)
    change(coach, receipt, first, right)
    change(coach, receipt, entry_of(runners[1], wrong), right, told_to_wait=str(right.pk))
    assert entry_of(runners[1], right).state == "waitlisted"
    undo(coach, receipt, first)
    assert entry_of(runners[1], right).state == "accepted"


def test_an_undo_is_offered_where_it_works_and_else_says_why_not(
    coach: Client, receipt: str, meet: Meet, wrong: Race, runners: list[Athlete]
) -> None:
    withdraw(coach, receipt, entry_of(runners[0], wrong))
    page = coach.get(receipt).content.decode()
    assert "取り消しを元に戻す" not in page
    assert "元に戻せません。「男子5000m」の空いた枠は、もう残っていません。" in page
    with CaptureQueriesContext(connection) as one:
        coach.get(receipt)
    withdraw(coach, receipt, entry_of(runners[1], wrong))
    coach.get(receipt)
    with CaptureQueriesContext(connection) as two:
        page = coach.get(receipt).content.decode()
    assert len(one) == len(two)
    assert page.count("取り消しを元に戻す") == 2  # one place is free, and either may have it
    undo(coach, receipt, entry_of(runners[1], wrong))
    assert "取り消しを元に戻す" not in coach.get(receipt).content.decode()


def test_who_waits_is_not_told_of_a_place(coach: Client, receipt: str, wrong: Race, runners: list[Athlete]) -> None:
    slips = re.findall(r"<li data-entry=.*?</li>", coach.get(receipt).content.decode(), re.DOTALL)
    assert ["補欠待ちの次の選手に移ります" in slip for slip in slips] == [True, True, False]
    assert "補欠待ちの順番がなくなり、元に戻せません" in slips[2]
    withdraw(coach, receipt, entry_of(runners[2], wrong))
    assert "「男子5000m」の補欠待ちを取り消しました。</p>" in coach.get(receipt).content.decode()


def test_an_undo_keeps_the_limits(
    coach: Client, receipt: str, meet: Meet, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(races_per_athlete=1)
        Race.objects.filter(pk=wrong.pk).update(places=9, line=9)
    entry = entry_of(runners[0], wrong)
    withdraw(coach, receipt, entry)
    send(coach, meet, None, [row(runners[0], right, "8:30.00")], key="anew")
    assert "1種目以内" in undo(coach, receipt, entry).content.decode()
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(races_per_athlete=None)
        Race.objects.filter(pk=wrong.pk).update(entries_per_team=2)
    assert "1チーム2名以内" in undo(coach, receipt, entry).content.decode()
    with across_tenants():
        Race.objects.filter(pk=wrong.pk).update(entries_per_team=None)
        Meet.objects.filter(pk=meet.pk).update(state=State.START_LISTS_OUT)
    assert "画面から戻せません" in undo(coach, receipt, entry).content.decode()
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(state=State.PUBLISHED, entries_paused_at=timezone.now())
    assert "一時停止中" in undo(coach, receipt, entry).content.decode()
    assert entry_of(runners[0], wrong).state == "withdrawn"


def test_an_undo_asks_the_race_and_the_athlete_as_they_are_now(
    coach: Client, receipt: str, wrong: Race, runners: list[Athlete]
) -> None:
    """Paused, entered anew meanwhile, or off the roster."""
    entry = entry_of(runners[0], wrong)
    withdraw(coach, receipt, entry)
    with across_tenants():
        Race.objects.filter(pk=wrong.pk).update(places=9, line=9, paused_at=timezone.now())
    assert "「男子5000m」の申込は一時停止中です" in undo(coach, receipt, entry).content.decode()
    with across_tenants():
        Race.objects.filter(pk=wrong.pk).update(paused_at=None)
        anew = Entry.objects.create(
            tenant_id=entry.tenant_id, submission=entry.submission, race=wrong, athlete=runners[0], ticket=9, fee=0,
            entered_at=timezone.now(),
        )  # fmt: skip
    assert "この選手は「男子5000m」に申込済みです" in undo(coach, receipt, entry).content.decode()
    with across_tenants():
        Entry.objects.filter(pk=anew.pk).delete()
        Athlete.objects.filter(pk=runners[0].pk).update(left_at=timezone.now())
    assert "名簿にいない選手です" in undo(coach, receipt, entry).content.decode()
    assert entry_of(runners[0], wrong).state == "withdrawn"


def test_who_waited_comes_back_to_no_place_once_nobody_moves_up(
    coach: Client, receipt: str, meet: Meet, wrong: Race, runners: list[Athlete]
) -> None:
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_close_at=timezone.now() - timedelta(seconds=1))
    for one in (runners[0], runners[2]):
        withdraw(coach, receipt, entry_of(one, wrong))
    assert undo(coach, receipt, entry_of(runners[2], wrong)).status_code == 422
    assert undo(coach, receipt, entry_of(runners[0], wrong)).status_code == 303


def test_a_refusal_calls_the_race_as_the_reader_does(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete], baba: User
) -> None:
    User.objects.filter(pk=baba.pk).update(language="en")
    with across_tenants():
        Race.objects.filter(pk=right.pk).update(name_en="Men 3000 m", paused_at=timezone.now())
    page = coach.post(
        f"{receipt}entries/{entry_of(runners[0], wrong).pk}/race?lang=en",
        {"race": right.pk, "seed_time": "8:30.00", "personal_best": ""},
    ).content.decode()
    assert "Men 3000 m" in page
    assert "男子3000m" not in page


def test_another_team_changes_nothing_here(
    client: Client,
    receipt: str,
    wrong: Race,
    right: Race,
    runners: list[Athlete],
    chiba: User,
    minami: Team,
    endo: User,
) -> None:
    entry = entry_of(runners[0], wrong)
    for user, expected in ((chiba, 404), (endo, 403)):
        client.force_login(user)
        assert change(client, receipt, entry, right).status_code == expected
        assert undo(client, receipt, entry).status_code == expected
    assert entry_of(runners[0], wrong).state == "accepted"


def test_a_withdrawn_entry_owes_nothing(coach: Client, receipt: str, wrong: Race, runners: list[Athlete]) -> None:
    entry = entry_of(runners[0], wrong)
    withdraw(coach, receipt, entry)
    slip = re.search(rf'<li data-entry="{entry.pk}".*?</li>', coach.get(receipt).content.decode(), re.DOTALL)
    assert slip is not None
    assert "円" not in slip[0]


def test_a_withdrawal_asks_before_its_button_is_there(coach: Client, receipt: str) -> None:
    """Two presses also without script: the button stands in a closed part that opens with the question."""
    page = coach.get(receipt).content.decode()
    asked = re.findall(
        r"<details><summary>取り消す…</summary>.*?取り消しますか.*?name=\"withdraw\".*?</details>", page, re.DOTALL
    )
    assert len(asked) == page.count('name="withdraw"') == 3


def test_the_mails_say_what_happened(
    coach: Client, receipt: str, wrong: Race, right: Race, runners: list[Athlete]
) -> None:
    entry = entry_of(runners[0], wrong)
    change(coach, receipt, entry, right)
    with across_tenants():
        changed = write("entry.race_changed", {"entry": entry_of(runners[0], right).pk, "left": entry.pk})
        Race.objects.filter(pk=wrong.pk).update(places=9, line=9)
    undo(coach, receipt, entry)
    with across_tenants():
        sent = OutboxMail.objects.filter(kind="entry.restored").values_list("context", flat=True)[0]
        restored = write("entry.restored", sent)
    assert changed is not None
    assert "変更前の種目: 男子5000m" in changed.body
    assert "変更後の種目: 男子3000m  出場できます" in changed.body
    assert restored is not None
    assert "元に戻しました" in restored.body
    assert "取り消した種目: 男子3000m" in restored.body


def test_a_long_receipt_has_pages_and_sums_them(coach: Client, meet: Meet, kita: Team) -> None:
    many = race_of(meet, "男子10000m", distance_m=10_000, places=250, fee=10)
    runners = athletes_of(kita, PER_RECEIPT_PAGE + 60)
    receipt = send(coach, meet, None, [row(one, many, "30:00") for one in runners], key="many")["Location"]
    first, second = coach.get(receipt).content.decode(), coach.get(f"{receipt}?page=2").content.decode()
    assert (first.count("data-entry="), second.count("data-entry=")) == (PER_RECEIPT_PAGE, 60)
    for page in (first, second):
        assert "2,500円" in page
        assert "<strong>250</strong>" in page
    with CaptureQueriesContext(connection) as caught:
        coach.get(f"{receipt}?page=2")
    assert len(caught) <= 6
    with across_tenants():
        assert Submission.objects.count() == 1
