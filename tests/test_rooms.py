"""What a room brings is found by its name, in the order of the rooms, and nothing of it is forgotten."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

import catalog.rooms
import entries.rooms
import tenants.rooms
from tenants.rooms import discover
from tests.test_house import ORDERS

ROOT = Path(__file__).parents[1]
APPS = [("tenants", tenants.rooms.ROOMS), ("catalog", catalog.rooms.ROOMS), ("entries", entries.rooms.ROOMS)]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An app of three rooms: `first` and `last` bring something, `bare` does not."""
    app = tmp_path / "some_app"
    for room in ("first", "bare", "last"):
        (app / room).mkdir(parents=True)
        (app / room / "__init__.py").touch()
    (app / "__init__.py").touch()
    (app / "first/things.py").write_text("NAME = 1")
    (app / "last/things").mkdir()
    (app / "last/things/__init__.py").write_text("NAME = 2")
    monkeypatch.syspath_prepend(tmp_path)
    yield app
    for name in [name for name in sys.modules if name.partition(".")[0] == "some_app"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("rooms", "found"), [(["first", "bare", "last"], [1, 2]), (["last", "first"], [2, 1]), (["bare"], []), ([], [])]
)
def test_what_rooms_bring_is_found_in_their_order(house: Path, rooms: list[str], found: list[int]) -> None:
    assert [module.NAME for module in discover("some_app", rooms, "things")] == found


def test_a_room_that_is_not_there_is_an_error(house: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"some_app\.lost"):
        discover("some_app", ["first", "lost"], "things")


def test_a_folder_without_code_is_no_room(house: Path) -> None:
    (house / "left_behind/__pycache__").mkdir(parents=True)
    with pytest.raises(ModuleNotFoundError, match=r"some_app\.left_behind"):
        discover("some_app", ["left_behind"], "things")


@pytest.mark.parametrize("line", ["import no_such_module", "from some_app.bare import nothing", "1 / 0"])
def test_what_a_module_raises_comes_through(house: Path, line: str) -> None:
    (house / "bare/things.py").write_text(line)
    with pytest.raises((ImportError, ZeroDivisionError)):
        discover("some_app", ["first", "bare"], "things")


@pytest.mark.parametrize(("app", "rooms"), APPS)
def test_every_folder_with_code_is_a_room(app: str, rooms: Sequence[str]) -> None:
    folders = {path.parent.name for path in (ROOT / app).glob("*/__init__.py")}
    assert folders - {"migrations", "management", "templatetags"} == {room for room in rooms if "." not in room}


@pytest.mark.parametrize(("app", "rooms"), APPS)
def test_rooms_stand_in_the_order_that_their_imports_are_held_to(app: str, rooms: Sequence[str]) -> None:
    assert [room for room in ORDERS[app] if room in rooms] == [room for room in rooms if "." not in room]


@pytest.mark.parametrize(("app", "rooms"), APPS)
def test_the_app_hands_on_the_models_of_all_rooms(app: str, rooms: Sequence[str]) -> None:
    """By name: where Django and a type checker look for them."""
    models = import_module(f"{app}.models")
    brought = [
        model.__name__
        for room in discover(app, rooms, "models")
        for model in apps.get_app_config(app).get_models()
        if model.__module__ == room.__name__
    ]
    assert [name for name in brought if name not in models.__all__] == []
    assert [name for name in models.__all__ if not hasattr(models, name)] == []
