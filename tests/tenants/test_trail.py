"""The trail as people read it: every verb has a word, every value reads as on any other page."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone, translation

from entries.entry import actions, entry_actions
from entries.entry.lines import Line
from entries.entry.models import Entry, Submission
from entries.meet.actions import copy_meet
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.audit.actions import record
from tenants.audit.models import AuditRecord
from tenants.audit.reading import changes_of
from tenants.audit.readings import Reading, register
from tenants.audit.verbs import name_of
from tenants.models import Tenant, User
from tests.conftest import open_meet, race_of

ROOT = Path(__file__).parents[2]
WRITERS = {"record", "record_many", "record_sql", "_keep"}


def verbs() -> Iterator[str]:
    """Every verb that the product writes as a plain text."""
    for app in ("tenants", "catalog", "entries", "config"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in WRITERS and node.args:
                    for part in ast.walk(node.args[0]):
                        if (
                            isinstance(part, ast.Constant)
                            and isinstance(part.value, str)
                            and "." in part.value.strip(".")
                        ):
                            yield part.value


def test_every_verb_has_a_word() -> None:
    found = set(verbs())
    assert {"entry.submitted", "athlete.taken_off", "race.places_changed"} <= found
    with translation.override("ja"):
        assert [verb for verb in sorted(found) if name_of(verb) == verb] == []


TARGETS = {
    "account": "user", "address": "deadaddress", "catalog": "importrun", "draft": "productdraft", "mail": "outboxmail", "override": "masterproduct",
    "product": "masterproduct", "retention": "retentionrule",
}  # fmt: skip
"""What a verb is about, where it is not called as its model is."""


def keys() -> Iterator[tuple[str, str]]:
    """(model, key) of every value that the product writes into the trail under a plain text, also by way of a name."""
    for path in (path for app in ("tenants", "catalog", "entries") for path in (ROOT / app).rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                yield from keys_of(function)


def keys_of(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    nodes = list(ast.walk(function))
    named = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for call in nodes:
        if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") in WRITERS and call.args):
            continue
        verb = next((part.value for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)), "")
        subject = str(verb).partition(".")[0]
        for given in (one.value for one in call.keywords if one.arg in ("before", "after")):
            parts = [given, *(named.get(part.id) for part in ast.walk(given) if isinstance(part, ast.Name))]
            for found in (node for part in parts if part is not None for node in ast.walk(part)):
                for key in found.keys if isinstance(found, ast.Dict) else ():
                    if isinstance(key, ast.Constant) and subject:
                        yield TARGETS.get(subject, subject), str(key.value)


def called(target: str, key: str) -> str:
    [change] = changes_of(AuditRecord(target_type=target, verb=f"{target}.changed", before={}, after={key: None}))
    return change.field


def test_every_value_has_a_name() -> None:
    """A key of the code is no word for who reads a history."""
    found = set(keys())
    assert {("entry", "instead"), ("user", "agreed_at"), ("productdraft", "problems")} <= found
    with translation.override("ja"):
        assert [pair for pair in sorted(found) if not pair[1].startswith("_") and called(*pair).isascii()] == []


@pytest.mark.parametrize(
    ("target", "key", "name"),
    [
        ("meet", "entries", "申込"), ("meet", "guardians", "保護者の情報"), ("athlete", "sheetdraft", "申込票の下書き"),
        ("user", "tenant", "主催団体"),
    ],
)  # fmt: skip
def test_a_count_is_called_as_its_table_but_a_field_as_ever(target: str, key: str, name: str) -> None:
    with translation.override("ja"):
        assert called(target, key) == name


def test_a_reading_is_registered_once() -> None:
    with pytest.raises(ValueError, match=r"entry\.seed_time"):
        register("entry", {"seed_time": Reading()})


@pytest.fixture
def entered(meet: Meet, kita: Team, runners: list[Athlete], baba: User, in_nittai: None) -> Submission:
    race: Race = race_of(meet, standard=90_000)
    lines = [Line(0, runners[0].pk, race.pk, 87_000)]
    return actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=timezone.now())


def said(verb: str) -> dict[str, tuple[str, str]]:
    found = AuditRecord.objects.get(verb=verb)
    with translation.override("ja"):
        return {change.field: (change.before, change.after) for change in changes_of(found)}


def test_a_time_reads_as_a_time_and_a_race_as_its_name(entered: Submission, aoki: User) -> None:
    entry: Entry = entered.entries.get()
    entry_actions.correct_times(
        entry=entry, seed_time=89_210, personal_best=None, by=aoki, at=timezone.now(), by_organizer=True
    )
    assert said("entry.time_corrected")["申告タイム"] == ("14:30.00", "14:52.10")
    assert said("entry.submitted") == {"申込件数": ("–", "1"), "種目": ("–", "男子5000m")}


def test_a_person_a_choice_a_yes_and_a_moment_read_so(
    meet: Meet, aoki: User, runners: list[Athlete], in_nittai: None
) -> None:
    at = timezone.now().replace(year=2027, month=5, day=1, hour=3, minute=5, second=0, microsecond=0)
    record("entry.invited", race_of(meet), by=aoki, after={"x": 1})
    before = {"state": "draft", "entry_list_public": False, "entries_close_at": at, "starts_on": at.date(), "fee": 2000}
    record(
        "meet.changed",
        meet,
        by=aoki,
        before=before,
        after={"state": "published", "entry_list_public": True, "_key": "k"},
    )
    words = said("meet.changed")
    assert words["状態"] == ("下書き", "公開中")
    assert words["申込者一覧を公開する"] == ("いいえ", "はい")
    assert words["申込締切"] == ("2027/5/1 (土) 12:05 JST", "–")
    assert words["初日"] == ("2027/5/1 (土)", "–")
    assert words["参加料（円）"] == ("2,000", "–")
    assert len(words) == 5


def test_who_is_gone_is_said_to_be(meet: Meet, aoki: User, in_nittai: None) -> None:
    record("race.changed", race_of(meet), by=aoki, before={"fallback_race": 987_654}, after={"fallback_race": None})
    assert said("race.changed") == {"選抜種目の振替先": ("削除済み（番号 987654）", "–")}


def test_nobody_reads_the_name_of_another_hosts_row(meet: Meet, chuo: Tenant, aoki: User, in_nittai: None) -> None:
    theirs = race_of(open_meet(chuo, "theirs"), "中央の種目")
    record("race.changed", race_of(meet), by=aoki, after={"fallback_race": theirs.pk})
    assert said("race.changed") == {"選抜種目の振替先": ("–", f"削除済み（番号 {theirs.pk}）")}


def test_the_history_of_an_entry_begins_with_its_sheet(client: Client, entered: Submission, aoki: User) -> None:
    client.force_login(aoki)
    page = client.get(f"/admin/entries/entry/{entered.entries.get().pk}/history/").content.decode()
    assert "<strong>申込</strong>" in page
    assert "男子5000m" in page
    assert "baba" in page


def test_a_copied_race_has_a_history_from_the_first(
    client: Client, entered: Submission, aoki: User, now: object
) -> None:
    copy = copy_meet(meet=entered.meet, name="次回", slug="next", starts_on=entered.meet.starts_on, by=aoki)
    client.force_login(aoki)
    page = client.get(f"/admin/entries/race/{copy.races.get().pk}/history/").content.decode()
    assert "前回から種目を作成" in page
    assert "第326回長距離競技会" in page
    assert "15:00.00" in page


def test_a_history_costs_the_same_whatever_its_length(
    client: Client,
    meet: Meet,
    runners: list[Athlete],
    aoki: User,
    django_assert_max_num_queries: object,
    in_nittai: None,
) -> None:
    client.force_login(aoki)
    races = [race_of(meet, f"{n}") for n in range(30)]
    for race in races:
        record("race.changed", races[0], by=aoki, after={"fallback_race": race.pk})
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = client.get(f"/admin/entries/race/{races[0].pk}/history/").content.decode()
    assert page.count("<td>") == 30
