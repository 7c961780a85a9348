"""Templates can be read: lines of 160 columns, files of 60 lines. What a formatter can keep, djade keeps (`make lint`)."""

import re
import unicodedata
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[1] / "templates"
MOST_COLUMNS, MOST_LINES = 160, 60
MESSAGE_ALONE = re.compile(r"{% blocktranslate trimmed[^\n]*%}\n([^\n]*)\n\s*{% (?:plural|endblocktranslate) %}")
"""A message on a line of its own cannot be broken: a line feed would be part of what is translated."""


def columns(text: str) -> int:
    """As a terminal counts: Japanese takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def long_lines(text: str) -> list[int]:
    """The numbers of the lines that are too long, from 1."""
    alone = set(MESSAGE_ALONE.findall(text))
    lines = enumerate(text.splitlines(), 1)
    return [number for number, line in lines if columns(line) > MOST_COLUMNS and line not in alone]


def test_no_page_has_a_long_line() -> None:
    """A mail's text keeps its lines: each is one in the mail too."""
    found = {page: long_lines(page.read_text()) for page in sorted(TEMPLATES.rglob("*.html"))}
    assert {str(page.relative_to(TEMPLATES)): numbers for page, numbers in found.items() if numbers} == {}


def test_no_template_is_long() -> None:
    lines = {page: len(page.read_text().splitlines()) for page in TEMPLATES.rglob("*.*")}
    assert [str(page) for page, count in lines.items() if count > MOST_LINES] == []


@pytest.mark.parametrize(
    ("text", "too_long"),
    [
        ("<p>" + "x" * 157, []),
        ("<p>" + "x" * 158, [1]),
        ("<p>" + "あ" * 79, [1]),
        ('<p>{% translate "' + "あ" * 100 + '" %}</p>', [1]),
        ("{% blocktranslate trimmed %}\n" + "あ" * 100 + "\n{% endblocktranslate %}", []),
        ("{% blocktranslate %}\n" + "あ" * 100 + "\n{% endblocktranslate %}", [2]),
        ("{% blocktranslate trimmed %}\nあ\n" + "い" * 100 + "\n{% endblocktranslate %}", [3]),
    ],
)
def test_what_is_long(text: str, too_long: list[int]) -> None:
    assert long_lines(text) == too_long


def test_no_comment_goes_over_lines() -> None:
    """Such a comment is none to Django: it would stand on the page."""
    found = [path for path in TEMPLATES.rglob("*.*") if re.search(r"{#(?:(?!#}).)*$", path.read_text(), re.MULTILINE)]
    assert found == []
