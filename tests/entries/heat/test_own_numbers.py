"""Numbers that teams propose: kept for them from then on, theirs once confirmed, and nobody else's in between."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from entries.entry.models import Entry, Submission
from entries.heat.actions import seed_heats
from entries.heat.bib_actions import assign_bibs, set_ranges
from entries.heat.edit_actions import set_bib
from entries.heat.models import Bib
from entries.heat.own_number_actions import confirm, decline, propose
from entries.heat.publication import put_out
from entries.heat.queries import bibs_of
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, User
from tenants.refusal import Refused
from tests.conftest import open_meet, race_of
from tests.entries.heat.casts import enter


@pytest.fixture
def race(meet: Meet, kita: Team, minami: Team, aoki: User, now: datetime, in_nittai: None) -> Race:
    """Two of kita and one of minami, after the closing; men may choose from 100 to 199."""
    Meet.objects.filter(pk=meet.pk).update(state=State.ENTRIES_CLOSED)
    meet.refresh_from_db()
    race = race_of(meet)
    race.meet = meet
    enter(race, kita, [90_000, 90_100], now)
    enter(race, minami, [90_200], now)
    rows: list[dict[str, Any]] = [
        {"first": 100, "last": 199, "sex": "M", "is_own": True},
        {"first": 1_000, "last": 1_999},
    ]
    set_ranges(meet=meet, rows=rows, by=aoki)
    return race


def of(team: Team) -> Submission:
    return Submission.objects.get(team=team)


def athletes(team: Team) -> list[int]:
    return list(Entry.objects.filter(submission__team=team).order_by("pk").values_list("athlete", flat=True))


def page_of(team: Team) -> str:
    return f"/orders/{of(team).reference}/bibs"


def refused(team: Team, by: User, numbers: dict[int, int | None]) -> str:
    with pytest.raises(Refused) as found:
        propose(submission=of(team), numbers=numbers, by=by)
    return found.value.code


def test_a_coach_proposes_and_takes_back(client: Client, race: Race, baba: User, kita: Team) -> None:
    client.force_login(baba)
    one, other = athletes(kita)
    assert "ナンバーカードの番号を希望する" in client.get(f"/orders/{of(kita).reference}/").content.decode()
    answer = client.post(page_of(kita), {f"{one}": "１０７", f"{other}": ""}, follow=True)
    assert "希望番号を送りました。" in answer.content.decode()
    assert 'value="107"' in answer.content.decode()
    assert [(bib.athlete_id, bib.number, bib.is_proposed) for bib in Bib.every.all()] == [(one, 107, True)]
    assert bibs_of(race.meet) == {}
    client.post(page_of(kita), {f"{one}": "", f"{other}": "107"})
    assert [(bib.athlete_id, bib.number) for bib in Bib.every.all()] == [(other, 107)]
    assert AuditRecord.objects.filter(verb="meet.own_numbers_proposed").count() == 2


def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(
    client: Client, race: Race, baba: User, kita: Team, minami: Team
) -> None:
    client.force_login(baba)
    one, other = athletes(kita)
    propose(submission=of(minami), numbers={athletes(minami)[0]: 150}, by=baba)
    for typed, said in (
        (("150", "101"), "この番号はほかの選手が使っています。"), (("101", "101"), "同じ番号が2名に入力されています。"),
        (("101", "1000"), "この選手が希望できる番号は100–199です。"), (("101", "x"), "番号を数字で入力してください。"),
        (("101", "0"), "1"),
    ):  # fmt: skip
        answer = client.post(page_of(kita), {f"{one}": typed[0], f"{other}": typed[1]})
        assert (answer.status_code, said in answer.content.decode()) == (422, True), typed
    assert Bib.every.filter(athlete__in=[one, other]).count() == 0
    assert "南" not in answer.content.decode()


def test_who_holds_it_is_no_matter_of_another_teams(race: Race, baba: User, kita: Team, minami: Team) -> None:
    stranger = athletes(minami)[0]
    assert refused(kita, baba, {stranger: 101}) == "own_number_unknown"
    propose(submission=of(minami), numbers={stranger: 101}, by=baba)
    assert refused(kita, baba, {athletes(kita)[0]: 101}) == "own_number_taken"


def test_confirmed_ones_are_given_first_and_proposed_ones_to_nobody_else(
    race: Race, baba: User, aoki: User, kita: Team, minami: Team, now: datetime
) -> None:
    one, other = athletes(kita)
    third = athletes(minami)[0]
    propose(submission=of(kita), numbers={one: 100, other: 101}, by=baba)
    confirm(meet=race.meet, by=aoki, bib=Bib.every.get(athlete=one).pk)
    seed_heats(meet=race.meet, by=None, at=now)
    result = assign_bibs(meet=race.meet, by=aoki)
    assert (result.numbers, result.waiting) == ({third: 102}, 1)
    assert bibs_of(race.meet) == {one: 100, third: 102}
    confirm(meet=race.meet, by=aoki)
    assert bibs_of(race.meet) == {one: 100, other: 101, third: 102}
    assert refused(kita, baba, {one: 105}) == "own_number_given"


def test_the_organizer_confirms_and_declines_at_the_desk(
    client: Client, race: Race, baba: User, aoki: User, kita: Team, now: datetime
) -> None:
    one, other = athletes(kita)
    propose(submission=of(kita), numbers={one: 100, other: 101}, by=baba)
    client.force_login(aoki)
    desk = f"/admin/entries/meet/{race.meet_id}/programme/"
    asked = {row.athlete_id: row.pk for row in Bib.every.all()}
    page = client.get(desk).content.decode()
    assert f'name="decline_bib" value="{asked[other]}"' in page
    client.post(desk, {"decline_bib": asked[other]})
    assert not Bib.every.filter(athlete=other).exists()
    page = client.post(desk, {"confirm_bibs": "all"}, follow=True).content.decode()
    assert "1名の希望番号を確認しました。" in page
    assert bibs_of(race.meet) == {one: 100}
    assert "この希望はもうありません。" in client.post(desk, {"confirm_bibs": asked[one]}).content.decode()
    assert client.post(desk, {"decline_bib": "x"}).status_code == 404
    client.force_login(baba)
    page = client.get(page_of(kita)).content.decode()
    assert "<strong>100</strong>" in page
    assert f'name="{one}"' not in page


def test_a_proposal_is_answered_at_its_own_meet_alone(race: Race, baba: User, aoki: User, kita: Team) -> None:
    one, _ = athletes(kita)
    propose(submission=of(kita), numbers={one: 100}, by=baba)
    other, asked = open_meet(race.meet.tenant, "other"), Bib.every.get().pk
    for answer in (lambda: confirm(meet=other, by=aoki, bib=asked), lambda: decline(meet=other, by=aoki, bib=asked)):
        with pytest.raises(Refused) as found:
            answer()
        assert found.value.code == "own_number_gone"
    assert Bib.every.get().is_proposed


def test_a_proposed_number_is_given_to_nobody_by_hand(
    race: Race, baba: User, aoki: User, kita: Team, now: datetime
) -> None:
    one, other = athletes(kita)
    propose(submission=of(kita), numbers={one: 100}, by=baba)
    seed_heats(meet=race.meet, by=None, at=now)
    with pytest.raises(Refused) as found:
        set_bib(meet=race.meet, entry=Entry.objects.get(athlete=other).pk, number=100, by=aoki, at=now)
    assert found.value.code == "bib_proposed"
    set_bib(meet=race.meet, entry=Entry.objects.get(athlete=one).pk, number=1_500, by=aoki, at=now)
    assert bibs_of(race.meet) == {one: 1_500}


@pytest.mark.parametrize("late", ["lists", "draft"])
def test_once_lists_go_out_it_is_over(
    client: Client, race: Race, baba: User, aoki: User, kita: Team, now: datetime, late: str
) -> None:
    if late == "lists":
        seed_heats(meet=race.meet, by=None, at=now)
        put_out(race.meet, by=aoki, at=now, mail=False)
    else:
        Meet.objects.update(state=State.DRAFT)
    assert refused(kita, baba, {athletes(kita)[0]: 101}) == "own_numbers_not_now"
    if late == "lists":
        client.force_login(baba)
        assert "希望番号の受付は終わりました" in client.get(page_of(kita)).content.decode()


def test_without_such_a_range_and_for_strangers_there_is_no_page(
    client: Client, race: Race, baba: User, aoki: User, endo: User, kita: Team, make_user: Any
) -> None:
    page = page_of(kita)
    for who in (make_user("stranger@example.com"), endo):
        client.force_login(who)
        assert client.get(page).status_code == 404
    assert client.get(f"/orders/{of(kita).reference}/").status_code == 200  # staff may read, and change nothing
    client.force_login(baba)
    assert client.get(page).status_code == 200
    set_ranges(meet=race.meet, rows=[{"first": 1, "last": 999}], by=aoki)
    assert client.get(page).status_code == 404
    assert "ナンバーカードの番号を希望する" not in client.get(f"/orders/{of(kita).reference}/").content.decode()


def test_who_has_no_range_to_choose_from_has_no_field(
    client: Client, race: Race, baba: User, aoki: User, kita: Team
) -> None:
    one, other = athletes(kita)
    propose(submission=of(kita), numbers={one: 107}, by=baba)
    Athlete.objects.filter(pk=other).update(sex="F")
    client.force_login(baba)
    page = client.get(page_of(kita)).content.decode()
    assert (f'name="{one}"' in page, f'name="{other}"' in page, "主催者が番号をつけます。" in page) == (
        True,
        False,
        True,
    )
    assert refused(kita, baba, {other: 150}) == "own_number_none"
    assert client.post(page_of(kita), {f"{other}": "150"}).status_code == 302
    assert [(bib.athlete_id, bib.number) for bib in Bib.every.all()] == [(one, 107)]
    Athlete.objects.filter(pk=one).update(sex="F")
    Bib.every.all().delete()
    assert "希望を送る" not in client.get(page_of(kita)).content.decode()
