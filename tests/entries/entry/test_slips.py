"""The lines of a receipt are poured from moulds: what stands there is what the template says of each entry."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from entries.entry.receipt.slips import TEMPLATE, Slip, printed
from entries.entry.receipt.views import times_of

SLIP = Slip(
    pk="7", state="accepted", position="", kana="スズキ イチロウ", name="鈴木 一郎", race="男子5000m", seed="14:05.32",
    best="13:59.00", order="12", fee="1,000円", url="/orders/ABC/entries/7/",
)  # fmt: skip
WAITS = replace(SLIP, pk="8", state="waitlisted", position="3", order="43")
LINES = [
    SLIP,
    replace(SLIP, pk="70", name="田中 二郎", may_withdraw=True, may_correct=True, may_change_race=True),
    WAITS,
    replace(WAITS, may_withdraw=True, may_correct=True),
    replace(SLIP, state="withdrawn", fee="", may_undo=True, happened="取り消しました。"),
    replace(SLIP, seed="", best="", order="", pacemaker=True, may_correct=True),
    replace(SLIP, name="<b>&'\"", race="<script>", happened="<i>", may_withdraw=True, may_correct=True),
    replace(SLIP, name="\ue000kana\ue001", may_withdraw=True),
]


def by_the_template(slip: Slip) -> str:
    return render_to_string(TEMPLATE, {"slip": slip, "form": times_of(slip), "csrf_token": "secret"})


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("slip", LINES)
def test_a_poured_line_is_the_templates_line(slip: Slip, language: str) -> None:
    with translation.override(language):
        for _ in range(2):  # the second comes from the mould that the first one made
            assert printed([slip], times=times_of, csrf_token="secret") == by_the_template(slip)


def test_no_line_has_another_ones_values() -> None:
    one = replace(LINES[1], url="/orders/ABC/entries/70/")
    both = printed(
        [one, replace(one, pk="71", name="佐藤 三郎", url="/orders/ABC/entries/71/")], times=times_of, csrf_token="x"
    )
    first, second = both.split("<li ")[1:]
    assert "田中 二郎" in first
    assert "/entries/70/withdraw" in first
    assert "佐藤 三郎" in second
    assert "/entries/71/withdraw" in second
    assert "田中" not in second
