"""May this shoe be worn in this kind of race on this day, and why (fact F2)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from catalog.shoes.events import ListStatus, ShoeEvent
from catalog.shoes.limits import BUILT_IN, limit_for
from catalog.shoes.verdict import Limit, ShoeFacts, Verdict, verdict, worn_as
from catalog.shoes.wording import CHIPS, WORDS, said, sentence
from tenants import wording

DAY = date(2027, 5, 1)
SPIKE = ShoeFacts(True, Decimal("19.5"), frozenset({"track"}), ListStatus.LISTED)


def judged(facts: ShoeFacts, event: str = "track", on: date = DAY, **asked: Any) -> Verdict:
    limit = asked.get("limit", limit_for(event, on, asked.get("own", ()), asked.get("distance_m", 5000)))
    return verdict(facts, event=event, on=on, limit=limit)


def test_a_listed_shoe_within_the_limit_is_allowed_and_says_by_what() -> None:
    found = judged(SPIKE)
    assert (found.state, found.code) == ("allowed", "shoe_allowed")
    assert said(found).why == "承認リストに掲載（トラック）、靴底19.5mm（上限20mm）。"


@pytest.mark.parametrize(
    ("changed", "state", "code"),
    [
        ({"list_status": ListStatus.NOT_LISTED}, "not_allowed", "shoe_not_listed"),
        ({"list_status": ListStatus.UNKNOWN}, "unknown", "shoe_status_missing"),
        ({"list_status": ListStatus.DEVELOPMENT}, "unknown", "shoe_development"),
        ({"list_status": ListStatus.CUSTOMISED}, "unknown", "shoe_customised"),
        ({"list_status": "bespoke"}, "unknown", "shoe_status_missing"),
        ({"events_allowed": frozenset({"road"})}, "not_allowed", "shoe_not_for_event"),
        ({"events_allowed": frozenset()}, "unknown", "shoe_events_missing"),
        ({"stack_height_mm": None}, "unknown", "shoe_stack_missing"),
        ({"stack_height_mm": Decimal("20.0")}, "allowed", "shoe_allowed"),
        ({"stack_height_mm": Decimal("20.1")}, "not_allowed", "shoe_too_thick"),
        ({"valid_from": DAY}, "allowed", "shoe_allowed"),
        ({"valid_from": DAY + timedelta(1)}, "not_allowed", "shoe_not_yet"),
        ({"valid_until": DAY}, "allowed", "shoe_allowed"),
        ({"valid_until": DAY - timedelta(1)}, "not_allowed", "shoe_expired"),
        ({"is_shoe": False}, "unknown", "shoe_not_a_shoe"),
        ({"is_shoe": False, "list_status": ListStatus.NOT_LISTED}, "unknown", "shoe_not_a_shoe"),
        (
            {"list_status": ListStatus.DEVELOPMENT, "valid_until": DAY - timedelta(1)},
            "not_allowed",
            "shoe_expired",
        ),
    ],
)
def test_each_check_decides(changed: dict[str, Any], state: str, code: str) -> None:
    found = judged(replace(SPIKE, **changed))
    assert (found.state, found.code) == (state, code)


def test_what_forbids_outweighs_what_is_not_known_and_every_reason_is_told() -> None:
    found = judged(replace(SPIKE, stack_height_mm=Decimal(45), events_allowed=frozenset({"road"}), list_status=""))
    assert found.state == "not_allowed"
    assert [reason.code for reason in found.reasons] == ["shoe_too_thick", "shoe_not_for_event"]
    assert said(found).why == "靴底が45mmで、上限の20mmを超えています。トラックでは使用できないシューズです。"
    with translation.override("en"):
        assert ". " in said(found).why


def test_everything_that_is_missing_is_named() -> None:
    found = judged(ShoeFacts())
    assert [reason.code for reason in found.reasons] == [
        "shoe_stack_missing",
        "shoe_status_missing",
        "shoe_events_missing",
    ]


def test_where_no_list_is_asked_for_only_days_and_height_count() -> None:
    assert judged(ShoeFacts(), "mountain").code == "shoe_allowed_any_height"
    assert judged(ShoeFacts(valid_until=DAY - timedelta(1)), "mountain").code == "shoe_expired"
    own = Limit("mountain", Decimal(40), list_needed=False)
    assert judged(ShoeFacts(stack_height_mm=Decimal(40)), "mountain", limit=own).state == "allowed"
    assert judged(ShoeFacts(), "mountain", limit=own).code == "shoe_stack_missing"


def test_without_any_limit_nothing_is_promised() -> None:
    assert judged(SPIKE, limit=None).code == "shoe_no_limit_known"


@pytest.mark.parametrize(
    ("course", "listed", "judged_as"),
    [
        ("cross", {"cross_spikes", "track"}, "cross_spikes"),
        ("cross_spikes", {"cross"}, "cross"),
        ("cross", {"cross", "cross_spikes"}, "cross"),
        ("cross", {"track"}, "cross"),
        ("track", {"cross"}, "track"),
    ],
)
def test_in_cross_country_a_shoe_is_judged_as_what_it_is(course: str, listed: set[str], judged_as: str) -> None:
    assert worn_as(replace(SPIKE, events_allowed=frozenset(listed)), course) == judged_as


shoes = st.builds(
    ShoeFacts,
    st.booleans(),
    st.none() | st.decimals(1, 60, places=1),
    st.frozensets(st.sampled_from(ShoeEvent.values)),
    st.sampled_from([*ListStatus.values, "bespoke"]),
    st.none() | st.dates(),
    st.none() | st.dates(),
)


@given(shoes, st.sampled_from(ShoeEvent.values), st.dates())
def test_every_verdict_has_words_and_nothing_is_allowed_that_breaks_a_check(
    facts: ShoeFacts, event: str, on: date
) -> None:
    limit = limit_for(event, on, (), 5000)
    assert limit is not None
    found = verdict(facts, event=event, on=on, limit=limit)
    assert {reason.state for reason in found.reasons} == {found.state}
    assert "%" not in said(found).why
    if found.state == "allowed":
        assert (facts.valid_from or on) <= on <= (facts.valid_until or on)
        assert limit.most_stack_mm is None or (facts.stack_height_mm or 99) <= limit.most_stack_mm
        assert not limit.list_needed or (facts.list_status == "listed" and event in facts.events_allowed)


def test_every_state_has_a_word_and_a_shape() -> None:
    assert WORDS.keys() == CHIPS.keys() == {"allowed", "not_allowed", "unknown"}


def test_every_builtin_line_names_its_source() -> None:
    assert all(line.source for line in BUILT_IN)
    assert {line.event for line in BUILT_IN} == set(ShoeEvent)


def test_a_reason_without_words_is_an_error() -> None:
    with pytest.raises(KeyError):
        wording.pattern("shoe_of_glass")
    assert (
        sentence(judged(replace(SPIKE, valid_from=date(2027, 6, 1))).reasons[0])
        == "使用できるのは2027/6/1 (火)からです。"
    )
