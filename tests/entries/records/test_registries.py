"""What rooms register has one name and one order."""

from collections.abc import Callable
from typing import Any

import pytest

from entries.records import coverage, meets, retention, subjects, traces
from entries.records.meets import PurgeStep, purge_steps, register_purge, register_rows, taken_out
from entries.records.retention import cleared, register_clear
from entries.records.subjects import register_subject, subject_of
from entries.records.tables import Scene
from entries.records.traces import name_of, register_traces, register_words
from entries.roster.models import Athlete, Membership, Team
from tenants.models import User


def again_of(registry: Any, register: Callable[..., None]) -> None:
    """Registers, under the name of the first that is there, something else."""
    kind = next(iter(registry))
    register(kind, lambda *args: None)


@pytest.mark.parametrize(
    "again",
    [
        lambda: again_of(meets._rows, register_rows),
        lambda: again_of(retention._clears, register_clear),
        lambda: again_of(traces._about, traces.register_about),
        lambda: register_purge(purge_steps()[0]),
        lambda: register_words(Athlete, "x", "y"),
        lambda: coverage.holds_nothing(next(iter(coverage.exempt())), because="it says so twice"),
        lambda: coverage.is_part_of(next(iter(coverage.parts())), Athlete),
        lambda: register_subject(subjects.Subject("athlete", "x", Team, lambda row: row, lambda row: "")),
    ],
)
def test_nothing_is_registered_twice(again: Callable[[], None]) -> None:
    with pytest.raises(ValueError, match="registered twice"):
        again()


def test_what_gives_no_position_comes_last_in_the_order_of_the_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meets, "_steps", list(meets._steps))
    monkeypatch.setattr(traces, "_traces", list(traces._traces))
    first, second = (PurgeStep(name, lambda meet, today: Athlete.objects.none(), taken_out) for name in ("b", "a"))
    register_purge(first, second)
    register_purge(second._replace(name="c", position=35))
    names = [step.name for step in purge_steps()]
    assert names == ["drafts", "uploads", "archives", "c", "hashes", "shoes", "guardians", "b", "a"]
    register_traces(Membership, lambda person: iter(()))
    assert [name_of(one.model) for one in traces.traces()][-1] == "membership"


def test_tables_of_a_meet_ask_once() -> None:
    asked: list[str] = []

    def names(meet: str) -> int:
        asked.append(meet)
        return 7

    scene = Scene("ld326")
    assert (scene.once(names), scene.once(names), asked) == (7, 7, ["ld326"])


def test_a_person_is_an_athlete_or_an_account() -> None:
    assert [subject_of(row).kind for row in (Athlete(), User())] == ["athlete", "user"]
    with pytest.raises(LookupError, match=r"entries\.Team"):
        subject_of(Team())


def test_how_rows_are_cleared_is_looked_up_when_they_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room is read before the archive says how."""
    clear = cleared("horse")
    monkeypatch.setattr(retention, "_clears", dict(retention._clears))
    register_clear("horse", lambda rows, at: len(rows))
    assert clear([1, 2], None) == 2  # type: ignore[arg-type]
