"""A block pasted into the sheet is read as a file is, and nothing of it is lost or written."""

from typing import Any

import pytest
from django.test import Client

from entries.entry.models import EntryUpload
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tenants.scope import across_tenants
from tests.conftest import race_of
from tests.entries.entry.sheets import address, entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


def paste(client: Client, meet: Meet, *lines: str, status: int = 200) -> Any:
    answer = client.post(address(meet, "/paste"), {"pasted": "\n".join(lines)})
    assert answer.status_code == status
    return answer.json()


def test_every_row_is_handed_back_or_refused(coach: Client, meet: Meet, race: Race, runners: list[Athlete]) -> None:
    race_of(meet, "男子10000m", distance_m=10_000)
    one, two, three, four = (runner.full_name for runner in runners[:4])
    found = paste(
        coach, meet, "第327回", "氏名\t種目\tタイム", f"{one}\t5000m\t15分00秒", f"{two}\t3000m\t8:30", f"{three}\t\t15:10",
        f"{four}\t\t", "誰か\t5000m\t15:00", f"{four}\t5000m\t約15分",
    )  # fmt: skip
    assert [(row["number"], row["athlete"], row["race"], row["seed_time"]) for row in found["rows"]] == [
        (3, str(runners[0].pk), str(race.pk), "15分00秒"), (5, str(runners[2].pk), "", "15:10"),
        (8, str(runners[3].pk), str(race.pk), "約15分"),
    ]  # fmt: skip
    assert [(row["number"], row["text"]) for row in found["left"]] == [
        (4, f"{two} 3000m 8:30"),
        (7, "誰か 5000m 15:00"),
    ]
    assert "種目が空欄です" in found["rows"][1]["reason"]
    assert (found["read"], found["idle"]) == (6, 1)
    assert entries() == []
    with across_tenants():
        assert not EntryUpload.objects.exists()


@pytest.mark.parametrize(
    ("block", "said"),
    [("", "表がありません"), ("a\tb\n1\t2", "見出しに「氏名」"), ("\0", "表がありません"), ("x" * 10, "見出しに")],
)
def test_what_is_not_understood_is_said(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], block: str, said: str
) -> None:
    assert said in paste(coach, meet, block, status=422)["error"]


def test_of_another_team_nobody_is_found(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], minami: Team, chiba: User, kita: Team
) -> None:
    coach.force_login(chiba)
    found = paste(coach, meet, f"{runners[0].full_name}\t5000m")
    assert (found["rows"], len(found["left"])) == ([], 1)
    assert coach.post(address(meet, "/paste"), {"team": kita.pk, "pasted": "x"}).status_code == 404


def test_it_is_only_posted_and_only_by_who_is_signed_in(client: Client, meet: Meet, baba: User, kita: Team) -> None:
    assert client.post(address(meet, "/paste"), {"pasted": "x"}).status_code == 302
    client.force_login(baba)
    assert client.get(address(meet, "/paste")).status_code == 405
