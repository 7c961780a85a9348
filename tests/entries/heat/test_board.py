"""What organizers change about heats by hand, at the programme desk."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entries.entry.models import Entry
from entries.heat import board_actions
from entries.heat.actions import seed_heats
from entries.heat.models import Heat, HeatChange, RaceSeeding, SeedingPin, Start
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tenants.models import AuditRecord, Tenant, User
from tests.conftest import open_meet, race_of
from tests.entries.heat.casts import enter, heats, in_heats

pytestmark = pytest.mark.usefixtures("in_nittai")


@pytest.fixture
def race(meet: Meet, kita: Team, now: datetime) -> Race:
    """Six runners in two heats: 1 to 3 in the second, 4 to 6 in the first."""
    return in_heats(meet, kita, now, runners=6, per_heat=3)


@pytest.fixture
def runners(race: Race) -> list[int]:
    return list(Entry.objects.filter(race=race).order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def press(client: Client, aoki: User, race: Race) -> Callable[..., Any]:
    """Press a button of the board as the organizer sees it now, or as it was at `version`."""
    client.force_login(aoki)

    def press(button: str, *start: int, version: int | None = None, value: object = "1", **fields: Any) -> Any:
        seen = RaceSeeding.objects.get(race=race).version if version is None else version
        body = {"race": race.pk, "version": seen, "start": start, button: value, **fields}
        answer: Any = client.post(f"/admin/entries/meet/{race.meet_id}/programme/", body)
        return answer

    return press


Press = Callable[..., Any]


def said(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_the_page_shows_every_race_and_the_board_of_one(
    client: Client, aoki: User, race: Race, runners: list[int]
) -> None:
    client.force_login(aoki)
    other = race_of(race.meet, "女子5000m", sex="F")
    page = client.get(f"/admin/entries/meet/{race.meet_id}/programme/")
    text = said(page)
    assert page.status_code == 200
    assert (race.name in text, other.name in text, text.count('class="runner"')) == (True, True, 6)
    assert "6名中1番目のタイム15:00.00。タイム順で2組。" in text
    assert client.get(f"/admin/entries/meet/{race.meet_id}/programme/?race={other.pk}").status_code == 200
    for wrong in ("0", "x", str(10**30)):
        assert client.get(f"/admin/entries/meet/{race.meet_id}/programme/?race={wrong}").status_code == 404


def test_the_page_asks_the_same_number_of_questions_for_more_runners(
    client: Client, aoki: User, race: Race, kita: Team, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client.force_login(aoki)
    enter(race, kita, [91_000 + n for n in range(60)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    with django_assert_max_num_queries(20):
        client.get(f"/admin/entries/meet/{race.meet_id}/programme/")


def test_a_moved_runner_stays_when_heats_are_made_anew(
    press: Press, race: Race, runners: list[int], aoki: User
) -> None:
    assert press("move", runners[0], heat=1, why="本人の希望").status_code == 302
    assert heats(race) == [[runners[0], *runners[3:]], runners[1:3]]
    assert [start.hip_number for start in Start.objects.in_order()] == [1, 2, 3, 4, 1, 2]
    pin = SeedingPin.objects.get()
    assert (pin.entry_id, pin.heat_number, pin.reason, pin.made_by) == (runners[0], 1, "本人の希望", aoki)
    trail = AuditRecord.objects.get(verb="race.heats_moved")
    assert (trail.actor, trail.why) == (aoki, "本人の希望")
    press("seed_race")
    assert runners[0] in heats(race)[0]
    press("move", runners[0], heat=2)
    assert SeedingPin.objects.get().heat_number == 2


def test_who_is_in_the_heat_already_is_let_be(press: Press, race: Race, runners: list[int]) -> None:
    """Runners 0 to 2 are in heat 2, 3 to 5 in heat 1."""
    answer = press("move", runners[0], runners[3], heat=1)
    assert answer.status_code == 302
    assert [pin.entry_id for pin in SeedingPin.objects.all()] == [runners[0]]
    assert AuditRecord.objects.get(verb="race.heats_moved").after == {"into": 1, "runners": 1}
    steps, version = HeatChange.objects.count(), RaceSeeding.objects.get(race=race).version
    assert press("move", runners[0], heat=1).status_code == 422
    assert (HeatChange.objects.count(), RaceSeeding.objects.get(race=race).version) == (steps, version)
    assert AuditRecord.objects.filter(verb="race.heats_moved").count() == 1


def test_the_same_is_fixed_once(press: Press, race: Race, runners: list[int]) -> None:
    assert press("pin", runners[0], kind="not_into", heat=1, why="希望").status_code == 302
    again = press("pin", runners[0], kind="not_into", heat=1, why="もう一度")
    assert (again.status_code, "すでに固定されています" in said(again)) == (422, True)
    assert (SeedingPin.objects.count(), HeatChange.objects.count()) == (1, 2)


def test_an_older_board_is_told_what_was_done_last(
    press: Press, race: Race, runners: list[int], aoki: User, now: datetime
) -> None:
    press("move", runners[0], heat=1)
    seen = RaceSeeding.objects.get(race=race).version
    press("undo")
    assert f"{aoki.name}さんが組を変更しました（組の変更を元に戻した）" in said(press("undo", version=seen))
    seed_heats(meet=race.meet, by=None, at=now)  # by a command without a name
    late = press("move", runners[0], heat=1, version=seen)
    assert (late.status_code, "表示した後に組が変わりました" in said(late), "–さん" in said(late)) == (409, True, False)


def test_a_move_asks_little_of_the_database(press: Press, race: Race, kita: Team, now: datetime, aoki: User) -> None:
    enter(race, kita, [91_000 + n for n in range(60)], now)
    seed_heats(meet=race.meet, by=None, at=now)
    last = heats(race)[-1]
    version = RaceSeeding.objects.get(race=race).version
    with CaptureQueriesContext(connection) as asked:
        board_actions.move(race=race, entries=last[:2], heat=1, version=version, by=aoki, at=now)
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 14


def test_two_runners_change_heats(press: Press, race: Race, runners: list[int]) -> None:
    press("swap", runners[2], runners[3])
    assert heats(race) == [[runners[2], *runners[4:]], [*runners[:2], runners[3]]]
    assert SeedingPin.objects.count() == 2
    same_heat = press("swap", runners[0], runners[1])
    assert (same_heat.status_code, "選んだ2名は同じ組にいます" in said(same_heat)) == (422, True)


def test_changes_are_taken_back_one_by_one(press: Press, race: Race, runners: list[int]) -> None:
    first = heats(race)
    press("move", runners[0], heat=1)
    second = heats(race)
    press("swap", runners[1], runners[4])
    press("undo")
    assert (heats(race), SeedingPin.objects.count()) == (second, 1)
    press("undo")
    assert (heats(race), SeedingPin.objects.count()) == (first, 0)
    press("undo")
    assert heats(race) == []
    nothing = press("undo")
    assert (nothing.status_code, "元に戻せる変更がありません" in said(nothing)) == (422, True)


def test_only_the_last_changes_are_kept(press: Press, race: Race, runners: list[int]) -> None:
    for number in range(HeatChange.KEPT + 3):
        press("move", runners[0], heat=1 + number % 2)
    assert HeatChange.objects.filter(race=race).count() == HeatChange.KEPT


@pytest.mark.parametrize("button", ["move", "swap", "pin", "undo", "unpin"])
def test_a_change_on_an_older_board_is_told_and_not_made(
    press: Press, race: Race, runners: list[int], aoki: User, button: str
) -> None:
    seen = RaceSeeding.objects.get(race=race).version
    press("move", runners[0], heat=1)
    now = heats(race)
    late = press(
        button,
        runners[1],
        runners[4],
        version=seen,
        heat=2,
        why="理由",
        kind="apart",
        value=SeedingPin.objects.get().pk,
    )
    assert (late.status_code, f"{aoki.name}さんが組を変更しました" in said(late)) == (409, True)
    assert (heats(race), SeedingPin.objects.count()) == (now, 1)


@pytest.mark.parametrize(
    ("button", "chosen", "fields", "text"),
    [
        ("move", 1, {"heat": 9}, "組は1から2までの番号"), ("move", 1, {"heat": 0}, "組は1から2までの番号"), ("move", 0, {"heat": 1}, "選手を選んでください"),
        ("move", 1, {"heat": ""}, "移す先の組の番号"), ("move", 1, {"heat": 3}, "組は1から2までの番号"),
        ("swap", 1, {}, "選手を選んでください"), ("swap", 3, {}, "選手を選んでください"),
        ("pin", 1, {"kind": "into", "heat": 1, "why": " "}, "理由を入力"), ("pin", 1, {"kind": "apart", "why": "x"}, "固定する選手"),
        ("pin", 3, {"kind": "apart", "why": "x"}, "固定する選手"), ("pin", 0, {"kind": "into", "heat": 1, "why": "x"}, "固定する選手"),
        ("pin", 1, {"kind": "into", "heat": 7, "why": "x"}, "組は1から2までの番号"), ("pin", 0, {"kind": "frozen", "why": "x"}, "組は1から2までの番号"),
        ("pin", 1, {"kind": "nonsense", "why": "x"}, "固定の内容を選び直して"), ("unpin", 0, {"value": "99999"}, "すでに解除"),
        ("move", 1, {"heat": 1, "version": "x"}, "読み込み直して"), ("move", 1, {"heat": 1, "version": ""}, "読み込み直して"),
        ("move", 1, {"heat": 1, "version": 99}, "読み込み直して"), ("move", 0, {"heat": "x", "version": "x"}, "読み込み直して"),
        ("move", 1, {"heat": 1, "why": "長" * 201}, "理由は200文字以内"), ("move", 3, {"heat": 2}, "すでに2組にいます"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_changes_nothing(
    press: Press, race: Race, runners: list[int], button: str, chosen: int, fields: dict[str, Any], text: str
) -> None:
    before, version = heats(race), RaceSeeding.objects.get(race=race).version
    answer = press(button, *runners[:chosen], **fields)
    assert (answer.status_code, text in said(answer)) == (422, True)
    assert (heats(race), SeedingPin.objects.count(), RaceSeeding.objects.get(race=race).version) == (before, 0, version)


def test_a_runner_of_another_race_is_unknown_here(press: Press, race: Race, minami: Team, now: datetime) -> None:
    (stranger,) = enter(race_of(race.meet, "男子1500m"), minami, [24_000], now)
    assert press("move", stranger.pk, heat=1).status_code == 422
    assert press("pin", stranger.pk, kind="into", heat=1, why="x").status_code == 422
    assert not SeedingPin.objects.exists()


def test_what_is_fixed_is_kept_by_the_next_seeding_and_let_go_again(
    press: Press, race: Race, runners: list[int]
) -> None:
    press("pin", runners[0], runners[5], kind="together", why="伴走")
    press("pin", kind="frozen", heat=1, why="確定")
    broken = press("seed_race")
    assert (broken.status_code, "固定した内容のとおりに編成できません" in said(broken)) == (422, True)
    press("unpin", value=SeedingPin.objects.get(kind="frozen").pk)
    press("seed_race")
    assert any({runners[0], runners[5]} <= set(heat) for heat in heats(race))


@pytest.mark.parametrize("state", [State.ARCHIVED, State.PUBLISHED])
def test_heats_are_only_looked_at_before_the_closing_and_after_the_meet(
    press: Press, client: Client, race: Race, runners: list[int], state: State
) -> None:
    Meet.objects.filter(pk=race.meet_id).update(state=state)
    before = heats(race)
    for button in ("seed", "seed_race", "move", "undo"):
        assert press(button, runners[0], heat=1).status_code == 422
    assert heats(race) == before
    text = said(client.get(f"/admin/entries/meet/{race.meet_id}/programme/"))
    assert ('name="seed"' in text, 'name="move"' in text, 'class="runner"' in text) == (False, False, True)


def test_another_cut_is_shown_before_it_is_made(press: Press, race: Race, runners: list[int]) -> None:
    settings = {
        "seed_by": "declared", "heats": 3, "fast_heats": 0, "fast_size": "", "most_of_a_team": "", "farthest_heats": 1,
        "farthest": "10.00", "stays": "",
    }  # fmt: skip
    before = heats(race)
    tried = press("what_if", **settings)
    assert "組が変わる選手は" in said(tried)
    assert "2, 2, 2" in said(tried)
    assert (heats(race), RaceSeeding.objects.get(race=race).heats) == (before, None)
    assert press("settings", **settings).status_code == 302
    assert (heats(race), RaceSeeding.objects.get(race=race).heats) == (before, 3)
    assert AuditRecord.objects.get(verb="race.seeding_changed").after == {"heats": 3}
    press("seed_race")
    assert [len(heat) for heat in heats(race)] == [2, 2, 2]
    wrong = press("settings", **{**settings, "fast_heats": 1, "heats": 0})
    assert (wrong.status_code, "速い組の人数を入力" in said(wrong), "1以上の値を入力" in said(wrong)) == (
        422,
        True,
        True,
    )


def test_entries_that_came_or_went_since_are_counted(
    client: Client, aoki: User, race: Race, kita: Team, runners: list[int], now: datetime
) -> None:
    client.force_login(aoki)
    enter(race, kita, [95_000], now)
    Entry.objects.filter(pk=runners[0]).update(withdrawn_at=now)
    text = said(client.get(f"/admin/entries/meet/{race.meet_id}/programme/"))
    assert ("組のない申込 1件" in text, "取り消し 1件" in text, "取り消し済み" in text) == (True, True, True)


def test_nobody_else_gets_in(client: Client, race: Race, chuo: Tenant, doi: User, endo: User, baba: User) -> None:
    theirs = open_meet(chuo, "theirs")
    for who, status in ((doi, 404), (endo, 403), (baba, 403)):
        client.force_login(who)
        assert client.get(f"/admin/entries/meet/{race.meet_id}/programme/").status_code == status
        assert client.post(f"/admin/entries/meet/{race.meet_id}/programme/", {"seed": 1}).status_code == status
    client.force_login(doi)
    assert client.get(f"/admin/entries/meet/{theirs.pk}/programme/?race={race.pk}").status_code == 404


def test_a_race_without_heats_has_nothing_to_move(press: Press, race: Race, runners: list[int]) -> None:
    Start.objects.all().delete()
    Heat.objects.all().delete()
    answer = press("move", runners[0], heat=1)
    assert (answer.status_code, "まだ組がありません" in said(answer)) == (422, True)


@pytest.mark.parametrize(
    ("start", "text"),
    [(["x"], "選手を選んで"), (["-1"], "選手を選んで"), ([str(10**20)], "選手を選んで"), ([str(n) for n in range(61)], "一度に選べる選手は60名以内")],
)  # fmt: skip
def test_nonsense_for_runners_is_refused(client: Client, aoki: User, race: Race, start: list[str], text: str) -> None:
    client.force_login(aoki)
    body = {
        "race": race.pk,
        "version": RaceSeeding.objects.get(race=race).version,
        "start": start,
        "heat": 1,
        "move": 1,
    }
    answer = client.post(f"/admin/entries/meet/{race.meet_id}/programme/", body)
    assert (answer.status_code, text in said(answer)) == (422, True)


def test_an_entry_that_is_gone_stays_away_when_a_change_is_taken_back(
    press: Press, race: Race, runners: list[int]
) -> None:
    press("move", runners[0], heat=1)
    Start.objects.filter(entry=runners[5]).delete()
    Entry.objects.filter(pk=runners[5]).delete()
    assert press("undo").status_code == 302
    assert heats(race) == [runners[3:5], runners[:3]]


def test_one_hip_number_is_set_by_hand_and_taken_back(press: Press, race: Race, runners: list[int]) -> None:
    entry = Start.objects.get(heat__race=race, heat__number=2, hip_number=1).entry_id
    assert press("set_hip", entry, hip="７").status_code == 302
    numbers = Start.objects.filter(heat__race=race, heat__number=2).values_list("hip_number", flat=True)
    assert set(numbers) == {2, 3, 7}
    assert AuditRecord.objects.filter(verb="race.heats_edited").count() == 1
    press("undo")
    assert Start.objects.get(entry=entry).hip_number == 1


@pytest.mark.parametrize(
    ("hip", "sentence"),
    [("2", "重なります"), ("0", "1から999"), ("x", "1から999"), ("", "1から999"), ("1000", "1から999")],
)
def test_a_hip_number_that_cannot_be_is_told(
    press: Press, race: Race, runners: list[int], hip: str, sentence: str
) -> None:
    before = heats(race)
    entry = Start.objects.get(heat__race=race, heat__number=2, hip_number=1).entry_id
    answer = press("set_hip", entry, hip=hip)
    assert (answer.status_code, sentence in said(answer)) == (422, True)
    assert "1名選んでください" in said(press("set_hip", *runners[:2], hip="9"))
    assert press("set_hip", entry, version=0, hip="9").status_code == 409
    assert heats(race) == before


TYPED = {"heat": 9, "why": "大事な<理由>", "hip": "7x", "bib": "41", "kind": "apart"}


@pytest.mark.parametrize(
    ("button", "version", "status"), [("move", None, 422), ("set_hip", None, 422), ("move", 0, 409)]
)
def test_what_was_typed_and_ticked_stands_there_again(
    press: Press, race: Race, runners: list[int], button: str, version: int | None, status: int
) -> None:
    now = RaceSeeding.objects.get(race=race).version
    RaceSeeding.objects.filter(race=race).update(version=now + 1)
    answer = press(button, runners[0], runners[4], **TYPED, version=now + 1 if version is None else version)
    page = said(answer)
    assert answer.status_code == status
    for name, value in (("heat", "9"), ("why", "大事な&lt;理由&gt;"), ("hip", "7x"), ("bib", "41")):
        assert f'<input name="{name}" value="{value}"' in page, name
    assert '<option value="apart" selected>' in page
    assert re.findall(r'value="(\d+)" checked', page) == [f"{entry}" for entry in (runners[4], runners[0])]
    assert f'name="version" value="{now + 1}"' in page


@pytest.mark.parametrize(
    ("fields", "verb"),
    [
        ({"heat": 1}, "race.heats_moved"), ({"hip": "9"}, "race.heats_edited"), ({"heat": 1, "why": "x"}, ""), ({"heat": 1, "hip": "9"}, ""),
        ({"why": "x"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_enter_is_the_button_of_its_field_or_none(
    press: Press, race: Race, runners: list[int], fields: dict[str, Any], verb: str
) -> None:
    answer = press("enter", runners[0], **fields)
    assert (answer.status_code, "ボタンを押してください" in said(answer)) == ((302, False) if verb else (422, True))
    assert [row.verb for row in AuditRecord.objects.filter(verb__startswith="race.heats")] == [verb] * bool(verb)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("into", 1, 1), ("into", 1, 2)), (("into", 1, 1), ("not_into", 1, 1)), (("not_into", 1, 2), ("into", 1, 2)),
        (("together", 2, ""), ("apart", 2, "")), (("apart", 2, ""), ("together", 2, "")),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_together_is_refused_when_it_is_fixed(
    press: Press, aoki: User, runners: list[int], first: tuple[Any, ...], then: tuple[Any, ...]
) -> None:
    (kind, chosen, heat), (other, _, there) = first, then
    assert press("pin", *runners[:chosen], kind=kind, heat=heat, why="本人の希望").status_code == 302
    answer = press("pin", *runners[:chosen][::-1], kind=other, heat=there, why="監督の希望")
    assert (answer.status_code, f"{aoki.name}: 本人の希望" in said(answer)) == (422, True)
    assert [pin.kind for pin in SeedingPin.objects.all()] == [kind]


def test_nobody_is_moved_where_somebody_said_they_do_not_go(press: Press, race: Race, runners: list[int]) -> None:
    press("pin", runners[0], kind="not_into", heat=1, why="兄弟")
    before = heats(race)
    assert press("move", runners[0], heat=1).status_code == 422
    assert heats(race) == before
    assert press("pin", runners[1], kind="not_into", heat=2, why="x").status_code == 302
    assert press("move", runners[1], heat=1).status_code == 302
