"""Templates can be read: lines of 160 columns, files of 60 lines. What a formatter can keep, djade keeps (`make lint`)."""

import re
import unicodedata
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[1] / "templates"
MOST_COLUMNS, MOST_LINES = 160, 60
BESIDE_A_MESSAGE = 80
MESSAGE = re.compile(r"{% blocktranslate\b.*?{% endblocktranslate %}|{% translate .*?%}")
"""Cannot be broken: a line feed would be part of what is translated."""


def columns(text: str) -> int:
    """As a terminal counts: Japanese takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def is_too_long(line: str) -> bool:
    """A line may be as long as the one message in it, when there is little beside it."""
    message = max(map(columns, MESSAGE.findall(line)), default=0)
    return columns(line) > MOST_COLUMNS and columns(line) - message > BESIDE_A_MESSAGE


def test_no_page_has_a_long_line() -> None:
    """A mail's text keeps its lines: each is one in the mail too."""
    wrong = [
        f"{page.relative_to(TEMPLATES)}:{number}"
        for page in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(page.read_text().splitlines(), 1)
        if is_too_long(line)
    ]
    assert wrong == []


def test_no_template_is_long() -> None:
    lines = {page: len(page.read_text().splitlines()) for page in TEMPLATES.rglob("*.*")}
    assert [str(page) for page, count in lines.items() if count > MOST_LINES] == []


@pytest.mark.parametrize(
    ("line", "too_long"),
    [
        ("<p>" + "x" * 157, False),
        ("<p>" + "x" * 158, True),
        ("<p>" + "あ" * 79, True),
        ('<p>{% translate "' + "あ" * 100 + '" %}</p>', False),
        ('<p class="' + "x" * 90 + '">{% translate "' + "あ" * 100 + '" %}</p>', True),
    ],
)
def test_what_is_long(line: str, too_long: bool) -> None:
    assert is_too_long(line) is too_long
