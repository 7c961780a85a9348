"""Times as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entries.marks import MAX_HUNDREDTHS, NotATime, format_time, parse_time
from tests.spoken import spoken_time

FOURTEEN_FIVE_THIRTY_TWO = 84_532


@pytest.mark.parametrize(
    "text",
    [
        "14:05.32", "14.05.32", "14'05\"32", "14分05秒32", "１４：０５．３２", "１４分０５秒３２", "14′05″32", "14’05”32",
        "14'05''32", " 14 : 05 . 32 ", "140532", "14:05:32",
        "14:05.32秒", "14.05秒32", "14:05.32\u200b", "\ufeff14:05.32",
    ],
)  # fmt: skip
def test_every_form_of_the_contract_is_read(text: str) -> None:
    assert parse_time(text) == FOURTEEN_FIVE_THIRTY_TWO


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("14:30", 87_000), ("14分30秒", 87_000), ("14分", 84_000), ("52.1", 5_210), ("52.10", 5_210), ("52.10秒", 5_210), ("4:12", 25_200),
        ("1:02:03", 372_300), ("1時間02分03秒", 372_300), ("65:10.00", 391_000), ("14.30.00", 87_000), ("143000", 87_000),
        ("0:14:05.32", 84_532), ("00:14:05.32", 84_532), ("00:14:05", 84_500), ("0:14:05", 84_500), ("00:14:5", 84_500),
        ("1:2:3", 6_230), ("9:05:32", 54_532), ("5:05:32", 30_532), ("4:05:32", 1_473_200), ("10:05:32", 60_532),
    ],
)  # fmt: skip
def test_shorter_and_longer_times(text: str, hundredths: int) -> None:
    assert parse_time(text) == hundredths


def test_thousandths_are_rounded_up() -> None:
    assert parse_time("9:05.321") == 54_533
    assert parse_time("9:05.320") == 54_532


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "unreadable"), ("abc", "unreadable"), ("1430", "unreadable"), ("0", "unreadable"), ("14:75.00", "sixty"),
     ("-14:05", "unreadable"), ("9" * 400, "unreadable"), ("14:05.3214", "unreadable")],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(NotATime) as refused:
        parse_time(text)
    assert refused.value.code == code


@given(st.integers(1, MAX_HUNDREDTHS - 1))
def test_what_is_printed_is_read_back(hundredths: int) -> None:
    assert parse_time(format_time(hundredths)) == hundredths
    assert parse_time(spoken_time(hundredths)) == hundredths


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        outcome: int | str = parse_time(text)
    except NotATime as refused:
        outcome = refused.code
    assert outcome in ("unreadable", "sixty", "too_long") or 0 < int(outcome) < MAX_HUNDREDTHS
