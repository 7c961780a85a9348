"""Whatever is sent to the sheet, the answer is no error of ours (requirements I1, I2)."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import race_of
from tests.entries.entry.sheets import FIELDS, address, posted, row

pytestmark = pytest.mark.django_db
NASTY = [
    "\x00",
    "𠮷﨑髙",
    "‮",
    "​",
    "9" * 400,
    "-1",
    "1e999",
    "１２",
    "NaN",
    "' OR 1=1--",
    "<script>",
    "\r\n",
    "%00",
    "�",
    "a" * 9_000,
]
TEXT = st.text(max_size=30) | st.sampled_from(NASTY)
ANSWERS = (200, 302, 303, 400, 404, 409, 413, 422)
slow = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@slow
@given(st.dictionaries(st.sampled_from([f"rows-{n}-{name}" for n in range(4) for name in FIELDS]
       + ["rows-TOTAL_FORMS", "submission_key", "team", "draft_version", "save_draft", "rows-99999-race"]), TEXT))  # fmt: skip
def test_any_fields(coach: Client, meet: Meet, race: Race, runners: list[Athlete], fields: dict[str, str]) -> None:
    body = posted(None, [row(runners[0], race)]) | fields
    assert coach.post(address(meet), body).status_code in ANSWERS


@pytest.mark.parametrize("value", NASTY)
def test_each_field_with_each_nasty_value(coach: Client, meet: Meet, runners: list[Athlete], value: str) -> None:
    race = race_of(meet, standard=80_000)
    body = posted(None, [row(runners[0], race)])
    for name in [
        *(f"rows-0-{field}" for field in FIELDS),
        "rows-TOTAL_FORMS",
        "submission_key",
        "draft_version",
        "team",
    ]:
        answer = coach.post(address(meet), body | {name: value})
        assert answer.status_code in ANSWERS
        if answer.status_code == 422 and name.startswith("rows-0-") and name != "rows-0-pacemaker" and value.isalnum():
            assert value in answer.content.decode()


@slow
@given(team=TEXT, origin=TEXT, rows=TEXT)
def test_any_query(coach: Client, meet: Meet, runners: list[Athlete], team: str, origin: str, rows: str) -> None:
    asked = {"team": team, "from": origin, "rows": rows}
    assert coach.get(address(meet), asked).status_code in {*ANSWERS, 414}


def test_duplicate_parameters_and_many_fields(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], settings: Any
) -> None:
    """With a tenth of the fields that the site takes."""
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS == 5_000
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
    body = "&".join(f"rows-{n}-race={race.pk}" for n in range(490)) + "&rows-TOTAL_FORMS=500"
    form = "application/x-www-form-urlencoded"
    assert coach.post(address(meet), body, content_type=form).status_code == 422
    assert coach.post(address(meet), body + "&rows-0-race=1" * 20, content_type=form).status_code == 413
    assert (
        coach.post(
            address(meet), b"\xff\xfe=%ff&rows-0-race=%ed%a0%80&rows-TOTAL_FORMS=1", content_type=form
        ).status_code
        == 422
    )


def test_names_with_rare_kanji_come_back_equal(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    Athlete.objects.filter(pk=runners[0].pk).update(family_name="𠮷﨑", given_name="神羽")
    assert "𠮷﨑 神羽" in coach.get(address(meet)).content.decode()
