"""The desk of meets is put together from what rooms register, in their order, and nothing is registered twice."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from entries.meet import desk, steps
from entries.meet.desk import MEETS, RACES, needs_attention
from entries.meet.models import Meet, Race, State
from entries.meet.steps import Check, Figures, Standing
from entries.roster.models import Athlete
from tenants.desk.composed import ComposedAdmin, Desk, Link
from tenants.desk.people import PEOPLE
from tenants.models import User

ROOT = Path(__file__).parents[3]


def names(buttons: list[Any]) -> list[str]:
    return [getattr(button, "__name__", button) for button in buttons]


def act(admin: object, request: object, rows: object, form: object) -> None:
    """A button of a later room."""


@pytest.fixture
def some() -> Desk:
    return Desk("some", "first", "last")


def test_a_button_stands_last_or_where_it_asks_to(some: Desk) -> None:
    some.button()(act)
    some.button(before="last")(SimpleNamespace(__name__="middle"))
    assert names(some.buttons) == ["first", "middle", "last", "act"]


@pytest.mark.parametrize(("before", "name"), [("", "first"), ("last", "first"), ("lost", "new")])
def test_a_button_needs_a_name_of_its_own_and_a_neighbour_that_is_there(some: Desk, before: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"some: (button registered twice: first|no button lost)"):
        some.button(before=before)(SimpleNamespace(__name__=name))
    assert names(some.buttons) == ["first", "last"]


REGISTER = {
    "button": lambda one: one.button()(act),
    "link": lambda one: one.link(act),
    "panel": lambda one: one.panel("act", "some.html")(act),
    "section": lambda one: one.section("act", "some.html")(act),
    "tool": lambda one: one.tool("act"),
    "page": lambda one: one.page("act", "<path:object_id>/act", act),
    "hold": lambda one: one.hold(act),
    "save": lambda one: one.save_with(Meet, act),
}


@pytest.mark.parametrize("kind", REGISTER)
def test_what_is_registered_twice_stops_the_start(some: Desk, kind: str) -> None:
    REGISTER[kind](some)
    with pytest.raises(ValueError, match=f"some: {kind} registered twice: (act|Meet)"):
        REGISTER[kind](some)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rooms registered, and no more of it after the test."""
    for module, name in ((steps, "_moves"), (steps, "_figures"), (desk, "_lines")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    monkeypatch.setattr(steps, "_checks", {state: dict(checks) for state, checks in steps._checks.items()})


def before_publishing(now: Standing) -> list[Check]:
    return [Check("of a later room", ok=False, needed=True)]


@pytest.mark.usefixtures("registry")
def test_a_step_a_check_a_figure_and_a_line_are_registered_once() -> None:
    for state in (State.PUBLISHED, State.DRAFT):
        with pytest.raises(ValueError, match=f"step offered twice: {state}"):
            steps.offer(state, "again")
    with pytest.raises(ValueError, match="checks of published registered twice: before_publishing"):
        steps.check(State.PUBLISHED)(before_publishing)
    with pytest.raises(ValueError, match="figure registered twice: started"):
        steps.figure("started", lambda ids: {})
    needs_attention(act)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="lines registered twice: act"):
        needs_attention(act)  # type: ignore[arg-type]


@pytest.mark.usefixtures("registry", "in_nittai")
def test_a_later_rooms_check_stands_last_and_can_stop_the_step(meet: Meet) -> None:
    def paid(now: Standing) -> list[Check]:
        return before_publishing(now)

    standing = Standing(meet, [], meet.entries_open_at, Figures([meet.pk]))
    before = steps.checks_before(State.PUBLISHED, standing)
    steps.check(State.PUBLISHED)(paid)
    assert steps.checks_before(State.PUBLISHED, standing) == [*before, Check("of a later room", False, True)]


@pytest.mark.usefixtures("registry")
def test_a_figure_is_counted_once_for_all_meets_and_only_when_asked_for() -> None:
    asked: list[list[int]] = []
    steps.figure("paid", lambda ids: asked.append(list(ids)) or {1: 5})  # type: ignore[func-returns-value]
    figures = Figures(n for n in (1, 2))
    assert asked == []
    assert [figures.of("paid", Meet(pk=pk)) for pk in (1, 2, 1)] == [5, 0, 5]
    assert asked == [[1, 2]]
    with pytest.raises(KeyError, match="unpaid"):
        figures.of("unpaid", Meet(pk=1))


def test_the_desk_has_what_the_rooms_add_in_the_order_of_the_rooms() -> None:
    assert names(MEETS.buttons) == ["advance", "undo", "pause_entries", "resume_entries", "copy", "archive"]
    assert names(RACES.buttons) == ["pause", "resume", "plan"]
    assert names(PEOPLE.buttons) == ["deactivate", "activate", "give_new_password"]
    assert list(MEETS.links) == ["races", "entries", "programme_desk", "papers_desk", "public_page"]
    assert list(MEETS.panels) == ["steps", "before_publishing"]
    assert list(PEOPLE.pages) == ["privacy", "hand_out", "erase"]
    assert list(desk._lines) == ["stopped_and_full", "waiting"]


@pytest.mark.parametrize("model", [Meet, Race, User, Athlete])
def test_one_model_admin_stands_for_a_model_and_nobody_replaces_it(model: Any) -> None:
    found = type(admin.site.get_model_admin(model))
    assert issubclass(found, ComposedAdmin)
    assert found.__subclasses__() == []
    assert found.actions is found.desk.buttons
    apps = (path for app in ("config", "tenants", "catalog", "entries") for path in (ROOT / app).rglob("*.py"))
    assert [str(path) for path in apps if "site.unregister(" in path.read_text()] == []


def test_a_later_rooms_panel_and_link_stand_on_the_page(
    client: Client, aoki: User, meet: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Desk("later", "copy")
    later.panel("steps", "admin/steps.html")(lambda request, row: [("ここまで", 0)])
    later.link(lambda request, row: [Link("組分け", f"/x/{row.pk}")])
    monkeypatch.setattr(type(admin.site.get_model_admin(Meet)), "desk", later)
    client.force_login(aoki)
    text = client.get(f"/admin/entries/meet/{meet.pk}/change/").content.decode()
    assert "ここまで" in text
    assert f'href="/x/{meet.pk}">組分け' in text
