"""Charts as numbers."""

import pytest

from entries.meet.charts import HEIGHT, WIDTH, curve, round_up


@pytest.mark.parametrize(
    ("number", "top"), [(0, 5), (5, 5), (6, 10), (11, 15), (21, 30), (99, 100), (101, 150), (201, 300), (1001, 1500)]
)
def test_the_top_line_is_a_round_number_not_below(number: int, top: int) -> None:
    assert round_up(number) == top


def points(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in text.split())]


def test_the_curve_never_falls_and_stays_within_the_drawing() -> None:
    drawn = curve([(str(n), n % 7) for n in range(42)], before=3, limit=200)
    line = points(drawn.line)
    assert [x for x, _y in line] == sorted(x for x, _y in line)
    assert [y for _x, y in line] == sorted((y for _x, y in line), reverse=True)
    assert line[0][1] == pytest.approx(HEIGHT * (1 - 3 / drawn.top), abs=0.1)
    assert line[-1][1] == pytest.approx(HEIGHT * (1 - (3 + sum(n % 7 for n in range(42))) / drawn.top), abs=0.1)
    assert (line[0][0], line[-1][0]) == (0, WIDTH)
    assert all(0 <= y <= HEIGHT for _x, y in line)


def test_a_near_limit_is_a_line_and_a_far_one_is_left_to_the_words() -> None:
    assert curve([("1", 50), ("2", 50)], limit=120).limit_y == pytest.approx(HEIGHT * (1 - 120 / 150), abs=0.1)
    assert curve([("1", 50), ("2", 50)], limit=401).limit_y is None
    assert curve([("1", 50), ("2", 50)]).limit_y is None


@pytest.mark.parametrize("steps", [1, 2, 5, 6, 60])
def test_a_few_names_stand_below_from_edge_to_edge(steps: int) -> None:
    labels = curve([(str(n), 1) for n in range(steps)]).labels
    assert len(labels) <= 5
    assert (labels[0].text, labels[0].x, labels[0].anchor) == ("0", 0, "start")
    assert labels[-1].text == str(steps - 1)
    assert len({label.x for label in labels}) == len(labels)


def test_nothing_is_drawn_of_nothing() -> None:
    assert points(curve([]).line) == [(0, HEIGHT)]
