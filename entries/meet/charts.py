"""Charts as numbers: where each bar stands. The template draws them as SVG, so no script is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 132
LEFT, BOTTOM, TOP = 36, 18, 10
WIDEST = 40.0
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of the drawing; `label` stands below it when there is room."""

    x: float
    y: float
    width: float
    height: float
    value: int
    label: str
    is_labelled: bool

    @property
    def middle(self) -> float:
        """X coordinate of the middle of the bar, where its label is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over a base line, with the value of the top line."""

    bars: tuple[Bar, ...]
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top_y: int = TOP
    base_y: int = HEIGHT - BOTTOM


def bars(values: Sequence[tuple[str, int]]) -> Chart:
    """A chart of (label, count), with at most eight labels. The top line is a round number not below any bar."""
    top = round_up(max((count for _label, count in values), default=0))
    step = (WIDTH - LEFT) / max(len(values), 1)
    room, every = HEIGHT - BOTTOM - TOP, -(-len(values) // MOST_LABELS) or 1
    width = min(step * 0.72, WIDEST)
    return Chart(
        tuple(
            Bar(
                x=round(LEFT + step * place + (step - width) / 2, 1),
                y=round(HEIGHT - BOTTOM - room * count / top, 1),
                width=round(width, 1),
                height=round(room * count / top, 1),
                value=count,
                label=label,
                is_labelled=place % every == 0,
            )
            for place, (label, count) in enumerate(values)
        ),
        top,
    )


def round_up(number: int) -> int:
    """The next of 5, 10, 20, 50, 100 … that is not below."""
    unit = 1
    while True:
        for step in (5, 10, 20):
            if number <= step * unit:
                return step * unit
        unit *= 10
