"""What was typed and ticked on the board, kept when a change is refused; and which button was meant."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from entries.heat.board_buttons import BUTTONS
from tenants.desk.base import is_id
from tenants.refusal import Refused

ENTER = "enter"
"""The button that a browser presses for Enter in a field."""
MEANT: Mapping[str, str] = {"heat": "move", "hip": "set_hip", "bib": "set_bib"}
"""Fields, and what Enter in one of them means when the others are empty."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class TypedOnBoard:
    """As it was sent; `ticked` are entries."""

    heat: str = ""
    kind: str = ""
    why: str = ""
    hip: str = ""
    bib: str = ""
    ticked: frozenset[int] = frozenset()


def typed_on_board(posted: QueryDict) -> TypedOnBoard:
    """What the next page shows again."""
    texts = {name: posted.get(name, "")[:LONGEST] for name in ("heat", "kind", "why", "hip", "bib")}
    return TypedOnBoard(**texts, ticked=frozenset(int(text) for text in posted.getlist("start") if is_id(text)))


def pressed_in(posted: QueryDict) -> str:
    """The name of the button. Enter in a field is that field's button, where only one is filled and no reason was begun, which
    might be one for fixing. Raises Refused("press_a_button"): a runner who is moved by mistake is moved in public."""
    pressed = next((name for name in (*BUTTONS, "set_bib") if name in posted), "")
    if pressed or ENTER not in posted:
        return pressed
    filled = [button for field, button in MEANT.items() if posted.get(field, "").strip()]
    if len(filled) != 1 or posted.get("why", "").strip():
        raise Refused("press_a_button")
    return filled[0]
