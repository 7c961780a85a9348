"""docs/house.md draws the tree that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/house.md").read_text()
TREE = PAGE.split("```")[1]
NAME = re.compile(r"^(\.?[\w/.-]+\.\w+|[\w/.-]+/|Makefile|\.env\.example|\.ci/run)$")


def test_everything_in_the_tree_exists() -> None:
    missing, top = [], ROOT
    room = ROOT
    for line in TREE.strip().splitlines():
        indented = line.startswith(" ")
        for word in re.split(r"[\s,:]+", line.strip()):
            if not NAME.match(word) or "<" in word:
                continue
            if not indented and word.endswith("/") and line.startswith(word):
                top = ROOT / word
            if indented and word.endswith("/") and line.strip().startswith(word):
                room = top / word if (top / word).is_dir() else room
            places = [ROOT / word, top / word, room / word]
            if not any(place.exists() for place in places):
                missing.append(word)
    assert missing == []


def test_every_room_and_app_is_in_the_tree() -> None:
    rooms = [path.name for path in (ROOT / "entries").iterdir() if (path / "models.py").exists()]
    assert [room for room in rooms if f"  {room}/" not in TREE] == []


def test_every_file_that_the_page_names_exists() -> None:
    """A name alone (`rules.py`) stands for a file of that name anywhere."""
    known = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if ".venv" not in path.parts]
    named = re.findall(r"`([\w/]+\.py)`", PAGE.replace(TREE, ""))
    assert [name for name in named if not any(path == name or path.endswith(f"/{name}") for path in known)] == []
    assert len(named) > 15
