"""`manage.py pause`: one function, or the entries of one meet (seed 002 「該当機能の一時停止」)."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from entries.meet.models import Meet
from tenants.models import Tenant, User
from tenants.switches import queries
from tests.conftest import open_meet

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("function", ["read_only", "registration", "uploads", "drafting"])
def test_the_command_pauses_and_resumes_each_function(function: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _twice in range(2):
        call_command("pause", function, "on", message="調整中")
        said = capsys.readouterr().out
        assert str(connection.settings_dict["NAME"]) in said.splitlines()[0]
        assert f"{function}: ON since" in said
    assert queries.stopped(function) is not None
    for _twice in range(2):
        call_command("pause", function, "off")
    call_command("pause", function, "status")
    assert capsys.readouterr().out.splitlines()[-1] == f"{function}: off"


def test_the_command_pauses_one_meet_of_one_host(
    meet: Meet, doi: User, chuo: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    other = open_meet(chuo)
    for _twice in range(2):
        call_command("pause", "entries", "on", meet="nittai/ld326", message="確認中")
    assert "PAUSED since" in capsys.readouterr().out
    paused = dict(Meet._base_manager.values_list("pk", "pause_note"))
    assert paused == {meet.pk: "確認中", other.pk: ""}
    for _twice in range(2):
        call_command("pause", "entries", "off", meet="nittai/ld326")
    call_command("pause", "entries", "status", meet="nittai/ld326")
    assert capsys.readouterr().out.splitlines()[-1] == "entries of nittai/ld326: not paused"


@pytest.mark.parametrize(
    ("function", "meet"), [("entries", ""), ("uploads", "nittai/ld326"), ("entries", "nittai"), ("entries", "x/y"),
                           ("entries", "nittai/" + "x" * 4000), ("entries", "\x1b[31m/x")]
)  # fmt: skip
def test_a_meet_that_is_missing_unknown_or_out_of_place_is_said_in_one_line(
    nittai: Tenant, function: str, meet: str
) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("pause", function, "on", meet=meet)
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_maintenance_has_its_own_command() -> None:
    with pytest.raises(CommandError):
        call_command("pause", "maintenance", "on")
