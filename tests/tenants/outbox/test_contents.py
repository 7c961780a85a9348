"""Text that a stranger typed stays text."""

import pytest

from tenants.outbox import contents
from tenants.outbox.contents import Letter, content_of, inert


@pytest.mark.parametrize(
    ("typed", "mailed"),
    [
        ("髙橋 一郎", "髙橋 一郎"),
        ("第326回 5000m (14:05.32)", "第326回 5000m (14:05.32)"),
        ("https://evil.example/a 至急", "https：／／evil．example／a 至急"),
        ("www.evil.example", "www．evil．example"),
        ("evil.jp へ", "evil．jp へ"),
        ("mailto:a@evil.jp", "mailto：a＠evil．jp"),
        ("a\r\nb\tc\x00d\u2028e", "a b c d e"),
        ("\u202eabc", "abc"),
    ],
)
def test_no_name_becomes_a_link_or_a_second_line(typed: str, mailed: str) -> None:
    assert inert(typed) == mailed


def test_a_kind_is_written_by_one_function() -> None:
    content_of("test.once")(lambda context: Letter("s", "b"))
    try:
        with pytest.raises(ValueError, match="twice"):
            content_of("test.once")(lambda context: None)
    finally:
        del contents._contents["test.once"]
