"""Charts as numbers."""

import pytest

from entries.meet.charts import BOTTOM, HEIGHT, LEFT, WIDTH, bars, round_up


@pytest.mark.parametrize(
    ("number", "top"), [(0, 5), (5, 5), (6, 10), (11, 20), (21, 50), (99, 100), (101, 200), (201, 500), (1001, 2000)]
)
def test_the_top_line_is_a_round_number_not_below(number: int, top: int) -> None:
    assert round_up(number) == top


def test_bars_stand_on_the_base_line_within_the_drawing() -> None:
    chart = bars([(str(n), n) for n in range(42)])
    for bar in chart.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH
        assert bar.y + bar.height == pytest.approx(HEIGHT - BOTTOM, abs=0.11)
    assert sum(bar.is_labelled for bar in chart.bars) <= 8


def test_nothing_is_drawn_of_nothing() -> None:
    assert bars([]).bars == ()
    assert bars([("1", 0)]).bars[0].height == 0
