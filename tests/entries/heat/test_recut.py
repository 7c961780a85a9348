"""Heats made anew after their lists went out: shown first, and done as it was shown."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from entries.entry.models import Entry
from entries.heat import board_actions, recut_views
from entries.heat.actions import places_of
from entries.heat.models import RaceSeeding, Start
from entries.heat.publication import put_out
from entries.meet.models import Meet, Race, State
from entries.roster.models import Team
from tenants.models import AuditRecord, Tenant, User
from tests.conftest import open_meet, race_of
from tests.entries.heat.casts import enter, in_heats

pytestmark = pytest.mark.usefixtures("in_nittai")


@pytest.fixture
def race(meet: Meet, kita: Team, aoki: User, now: datetime) -> Race:
    """Six runners in heats of two whose lists are out; then one withdrew and a slow one came."""
    race = in_heats(meet, kita, now, runners=6, per_heat=2)
    Meet.objects.filter(pk=meet.pk).update(state=State.START_LISTS_OUT)
    meet.refresh_from_db()
    put_out(meet, by=aoki, at=now)
    Entry.objects.filter(race=race, seed_time=90_000).update(withdrawn_at=now)
    enter(race, kita, [99_000], now)
    return race


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", answer.content.decode()))


def seen(answer: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert found
    return found[1]


@pytest.fixture
def page(client: Client, aoki: User, race: Race) -> str:
    client.force_login(aoki)
    return f"/admin/entries/meet/{race.meet_id}/recut/"


def test_who_would_move_is_counted_and_named_and_then_it_is_done(
    client: Client, aoki: User, race: Race, page: str
) -> None:
    before = places_of(race.meet)
    assert page in client.get(page.replace("recut", "programme")).content.decode()
    looked = client.get(page)
    assert looked.status_code == 200
    assert "組か腰ナンバーが変わる選手 5 / 6" in said(looked)
    assert "新しく組に入る選手 1 リストから消える選手（取り消し済みなど） 1" in said(looked)
    slowest = Entry.objects.get(race=race, seed_time=90_500)
    assert slowest.athlete.name_here in said(looked)
    assert "1組 腰ナンバー2" in said(looked)
    assert places_of(race.meet) == before
    body = {"recut": "1", "seen": seen(looked), "why": "大雨"}
    done = client.post(page, body, follow=True)
    assert "組か腰ナンバーが変わった選手 5名" in said(done)
    assert AuditRecord.objects.filter(verb="race.seeded", actor=aoki).get().why == "大雨"
    assert set(places_of(race.meet)) == set(Entry.objects.filter(withdrawn_at=None).values_list("pk", flat=True))
    nothing = client.get(page)
    assert "変わるところはありません" in said(nothing)
    assert 'name="recut"' not in nothing.content.decode()


def test_it_is_not_done_when_the_board_changed_meanwhile(
    client: Client, aoki: User, race: Race, page: str, now: datetime
) -> None:
    token = seen(client.get(page))
    mover = Start.objects.get(heat__race=race, heat__number=1, hip_number=1).entry_id
    version = RaceSeeding.objects.get(race=race).version
    board_actions.move(race=race, entries=[mover], heat=3, version=version, by=aoki, at=now)
    before = places_of(race.meet)
    late = client.post(page, {"recut": "1", "seen": token})
    assert (late.status_code, "確認した後に組か申込が変わりました" in said(late)) == (409, True)
    assert seen(late) != token
    for wrong in ({}, {"seen": ""}, {"seen": "x" * 10}):
        assert client.post(page, {"recut": "1", **wrong}).status_code == 409
    assert client.post(page, {"recut": "1", "seen": "x" * 65}).status_code == 422
    assert places_of(race.meet) == before
    assert client.post(page, {"recut": "1", "seen": seen(late)}).status_code == 302


def test_it_is_not_done_when_entries_changed_meanwhile(client: Client, race: Race, page: str, now: datetime) -> None:
    token = seen(client.get(page))
    Entry.objects.filter(race=race, seed_time=90_300).update(withdrawn_at=now)
    assert client.post(page, {"recut": "1", "seen": token}).status_code == 409


def test_one_race_alone_and_only_a_few_names(
    client: Client, race: Race, page: str, minami: Team, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = race_of(race.meet, "男子1500m")
    enter(other, minami, [24_000], now)
    monkeypatch.setattr(recut_views, "MOST_NAMED", 2)
    alone = client.get(f"{page}?race={race.pk}")
    assert "（はじめの2名）" in said(alone)
    assert alone.content.decode().count('<th scope="row">') == 2
    assert client.post(page, {"race": race.pk, "seen": seen(alone)}).status_code == 302
    assert not Start.objects.filter(heat__race=other).exists()
    for wrong in ("0", "x", str(10**30)):
        assert client.get(f"{page}?race={wrong}").status_code == 404


def test_before_the_lists_are_out_and_after_the_meet_there_is_nothing_to_press(
    client: Client, race: Race, page: str, now: datetime
) -> None:
    token = seen(client.get(page))
    Meet.objects.filter(pk=race.meet_id).update(state=State.ARCHIVED)
    assert 'name="recut"' not in client.get(page).content.decode()
    refused = client.post(page, {"seen": token})
    assert (refused.status_code, "結果の公開前まで" in said(refused)) == (422, True)
    fresh = open_meet(race.meet.tenant, "fresh")
    assert client.get(page.replace(f"/{race.meet_id}/", f"/{fresh.pk}/")).status_code == 302


def test_nobody_else_gets_in(client: Client, race: Race, page: str, chuo: Tenant, doi: User, endo: User) -> None:
    for who, status in ((doi, 404), (endo, 403)):
        client.force_login(who)
        assert client.get(page).status_code == status
        assert client.post(page, {"recut": "1"}).status_code == status
