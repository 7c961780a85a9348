"""What is printed at the end of a part."""

from tests.parts import told


def test_each_part_and_the_slowest_tests_are_told() -> None:
    one = {"part": "sqlite", "seconds": 61.4, "status": 0, "tests": {f"test_{n}": n / 10 for n in range(20)}}
    other = {"part": "postgres", "seconds": 100.0, "status": 1, "tests": {"test_slow": 30.25}}
    lines = told([one, other])
    assert lines[:4] == [
        "sqlite           61 s     20 tests",
        "postgres        100 s      1 tests  FAILED",
        "together        161 s",
        "  30.2 s postgres: test_slow",
    ]
    assert lines[4:] == [f"   {n / 10:.1f} s sqlite: test_{n}" for n in range(19, 10, -1)]
