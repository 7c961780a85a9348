"""Charts as numbers: where a curve runs. The template draws it as SVG, so no script is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

WIDTH, HEIGHT = 1000, 120
"""Of the drawing, which the page stretches to its own width; what is written beside it is not stretched."""
MOST_LABELS = 5
FURTHEST_LIMIT = 4
"""A limit this many times as high as the curve would press it flat: it is left to the words."""


@dataclass(frozen=True, slots=True)
class Label:
    """A word under the drawing: where in per cent of its width, and whether it starts, ends or is centred there."""

    x: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """What arrived so far, step by step, over a base line. `limit_y` is the height of the limit, None when it is far off."""

    line: str
    area: str
    top: int
    limit_y: float | None
    labels: tuple[Label, ...]
    width: int = WIDTH
    height: int = HEIGHT


def curve(values: Sequence[tuple[str, int]], *, before: int = 0, limit: int | None = None, end: str = "") -> Curve:
    """The curve of (name of a step, how many arrived in it), on top of those that were there `before`.

    The top is a round number that is not below the curve, nor below a limit that is near. `end` is the name of the right edge
    when it is not that of the last step.
    """
    totals = list(accumulate((count for _name, count in values), initial=before))
    near = limit is not None and limit <= FURTHEST_LIMIT * totals[-1]
    top = round_up(max(totals[-1], limit if near and limit else 0))
    points = [f"{_x(place, len(values))},{_y(total, top)}" for place, total in enumerate(totals)]
    line = " ".join(points)
    return Curve(
        line=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        top=top,
        limit_y=_y(limit, top) if near and limit is not None else None,
        labels=_labels([*(name for name, _count in values), *([end] if end else [])]),
    )


def _x(place: int, steps: int) -> float:
    return round(WIDTH * place / max(steps, 1), 1)


def _y(value: int, top: int) -> float:
    return round(HEIGHT - HEIGHT * value / top, 1)


def _labels(names: Sequence[str]) -> tuple[Label, ...]:
    """A few names, evenly spread: the first begins at the left edge, the last ends at the right one."""
    last = len(names) - 1
    shown = sorted({round(last * part / (MOST_LABELS - 1)) for part in range(MOST_LABELS)}) if names else []
    return tuple(
        Label(
            round(100 * place / max(last, 1), 1),
            "start" if place == 0 else "end" if place == last else "middle",
            names[place],
        )
        for place in shown
    )


def round_up(number: int) -> int:
    """The next of 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150 … that is not below."""
    if number <= 5:
        return 5
    unit = 1
    while True:
        for step in (10, 15, 20, 30, 40, 50, 60, 80):
            if number <= step * unit:
                return step * unit
        unit *= 10
