"""Drafts: nothing typed is lost, on any device, and nothing is overwritten unasked."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entries.entry.models import SheetDraft
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.scope import across_tenants
from tests.entries.entry.sheets import address, entries, posted, row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


def typed(athlete: Athlete, race: Race, **more: Any) -> dict[str, Any]:
    return {"athlete": str(athlete.pk), "race": str(race.pk), "seed_time": "14:30.00", **more}


def save(client: Client, meet: Meet, rows: object, version: object = 0, **more: Any) -> Any:
    body = {"version": version, "rows": rows, **more}
    return client.post(address(meet, "/draft"), json.dumps(body), content_type="application/json")


def drafts() -> list[tuple[int, int]]:
    """(team, version) of every draft."""
    with across_tenants():
        return list(SheetDraft.objects.order_by("pk").values_list("team_id", "version"))


def test_what_is_typed_is_there_on_another_device(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], baba: User
) -> None:
    rows = [typed(runners[0], race), typed(runners[1], race, seed_time="約15分", personal_best="𠮷", pacemaker=True)]
    assert save(coach, meet, rows).json() == {"version": 1}
    other = Client()
    other.force_login(baba)
    page = other.get(address(meet)).content.decode()
    assert 'value="約15分"' in page
    assert 'value="𠮷"' in page
    assert 'name="draft_version" value="1"' in page
    assert page.count(f'<option value="{race.pk}" selected>') == 2
    assert entries() == []


def test_each_save_builds_on_the_last(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team
) -> None:
    for version in range(3):
        assert save(coach, meet, [typed(runners[0], race)], version).json() == {"version": version + 1}
    assert drafts() == [(kita.pk, 3)]


def test_a_device_that_is_behind_is_told_and_overwrites_nothing(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    save(coach, meet, [typed(runners[0], race, seed_time="14:01")])
    save(coach, meet, [typed(runners[0], race, seed_time="14:02")], 1)
    for behind in (0, 1, 7):
        answer = save(coach, meet, [typed(runners[0], race, seed_time="14:09")], behind)
        assert (answer.status_code, answer.json()["version"]) == (409, 2)
        assert "別の端末" in answer.json()["error"]
    assert 'value="14:02"' in coach.get(address(meet)).content.decode()


def test_a_submission_drops_the_draft(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    save(coach, meet, [typed(runners[0], race)])
    assert send(coach, meet, None, [row(runners[0], race)]).status_code == 303
    assert drafts() == []


@pytest.mark.parametrize(
    "rows",
    [
        None, "x", 7, {}, [7], [None], [[]], [{"race": 7}], [{"race": None}], [{"pacemaker": "on"}], [{"seed_time": "\x00"}],
        [{"seed_time": "\ud800"}], [{"seed_time": "9" * 201}], [{}] * 2001,
    ],
)  # fmt: skip
def test_what_no_sheet_of_ours_sends_is_refused(coach: Client, meet: Meet, kita: Team, rows: object) -> None:
    answer = save(coach, meet, rows)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert drafts() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff",
        b"[" * 5000,
        b'{"rows": [], "version": "\\ud800"}',
        b'{"rows":"' + b"x" * 1_100_000 + b'"}',
    ],
)
def test_a_body_that_is_no_draft_is_no_error_of_ours(coach: Client, meet: Meet, kita: Team, body: bytes) -> None:
    answer = coach.post(address(meet, "/draft"), body, content_type="application/json")
    assert answer.status_code in (200, 400)
    assert drafts() in ([], [(kita.pk, 1)])


def test_a_draft_keeps_only_the_fields_of_a_sheet(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    save(coach, meet, [typed(runners[0], race, fee="0", tenant="7")], tenant=7, fee=7)
    with across_tenants():
        draft = SheetDraft.objects.get()
    assert set(draft.rows[0]) == {"athlete", "race", "seed_time", "personal_best", "shoe", "pacemaker"}
    assert draft.meet_id == meet.pk


def test_nobody_drafts_for_another_team(
    client: Client, meet: Meet, kita: Team, minami: Team, chiba: User, aoki: User
) -> None:
    for user, team in ((chiba, kita.pk), (chiba, 10**30), (aoki, kita.pk), (aoki, "")):
        client.force_login(user)
        assert save(client, meet, [], team=team).status_code == 404
    assert drafts() == []


def test_without_script_a_button_keeps_the_draft(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], kita: Team
) -> None:
    rows = [row(runners[0], race, "どうしよう")]
    body = posted(kita, rows, save_draft="1", draft_version="0")
    answer = coach.post(address(meet), body)
    assert answer.status_code == 303
    page = coach.get(answer["Location"]).content.decode()
    assert "下書きを保存しました" in page
    assert 'value="どうしよう"' in page
    again = coach.post(address(meet), body)
    assert again.status_code == 409
    assert 'name="draft_version" value="1"' in again.content.decode()
    assert entries() == []


def test_an_athlete_who_left_does_not_break_the_draft(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    save(coach, meet, [typed(runners[0], race, seed_time="14:07.77")])
    Athlete.objects.filter(pk=runners[0].pk).update(left_at=meet.created_at)
    page = coach.get(address(meet)).content.decode()
    assert 'value="14:07.77"' in page
    assert f'data-athlete="{runners[0].pk}"' not in page


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["athlete", "race", "seed_time", "personal_best", "shoe", "pacemaker", "x"]), inner), max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=JSON, version=JSON, team=JSON)
def test_any_json_is_answered(coach: Client, meet: Meet, rows: object, version: object, team: object) -> None:
    assert save(coach, meet, rows, version, team=team).status_code in (200, 400, 404, 409)
