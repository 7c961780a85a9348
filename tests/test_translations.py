"""Japanese first, English complete.

After a change of texts: `manage.py makemessages -l en --no-location --no-obsolete --ignore .venv --ignore var --ignore tests`,
write the English (nothing fuzzy may stay), `manage.py compilemessages --ignore .venv`. Contexts: `one` and `many` name a
model in running text, `heading` stands alone, `state` is what a meet is in, `athlete` is a person's sex, `in a time` is
said between seconds and hundredths.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

import django
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[1]
DJANGO = Path(django.__file__).parent
PO = ROOT / "locale/en/LC_MESSAGES/django.po"
OURS = ROOT / "locale/ja/LC_MESSAGES/django.po"
"""What Django itself says, said as this site speaks."""
IN_CONTEXT = ((1, "c"), 2)
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": IN_CONTEXT, "pgettext_lazy": IN_CONTEXT, "npgettext": (*IN_CONTEXT, 3),
}  # fmt: skip
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠、。「」（）]")
SAMPLES = ROOT / "templates/styleguide/samples"
"""Sample data of a page for developers."""


def templates() -> list[Path]:
    found = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    return sorted(path for path in found if SAMPLES not in path.parents)


def sources() -> Iterator[tuple[Path, str]]:
    """All that can hold a text, as Python. Templatized templates are indented at will, which Python is not."""
    for app in ("config", "tenants", "catalog", "entries"):
        yield from ((path, path.read_text()) for path in sorted((ROOT / app).rglob("*.py")))
    for path in templates():
        yield path, "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())


def texts() -> Iterator[tuple[str | None, str | tuple[str, ...], str]]:
    """Context, text (singular and plural, where it counts) and place."""
    for path, source in sources():
        for line, text, _comments, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
            yield context, text, f"{path.relative_to(ROOT)}:{line}"


def catalogue(path: Path = PO) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    assert text is not None
    return [text] if isinstance(text, str) else list(text)


def test_every_text_has_its_english() -> None:
    english = catalogue()
    missing = []
    for context, text, where in texts():
        message = english.get(text, context)
        if message is None or message.fuzzy or forms(message.id) != forms(text) or not all(forms(message.string)):
            missing.append(f"{where}: {context or ''} {text!r}")
    assert missing == []


def test_no_english_is_left_over_from_a_text_that_is_gone() -> None:
    said = {(context, forms(text)[0]) for context, text, _where in texts()}
    assert [
        message.id for message in catalogue() if message.id and (message.context, forms(message.id)[0]) not in said
    ] == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    holes = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
    wrong = []
    for message in [*catalogue(), *catalogue(OURS)]:
        wanted = sorted(holes.findall(forms(message.id)[-1]))
        if message.id and any(sorted(holes.findall(form)) != wanted for form in forms(message.string)):
            wrong.append(message.id)
    assert wrong == []


def test_english_counts_one_and_many() -> None:
    english = catalogue()
    assert english.plural_forms == "nplurals=2; plural=(n != 1);"
    assert [message.id for message in english if message.pluralizable and len(forms(message.string)) != 2] == []


def test_no_japanese_stands_in_a_template_outside_a_translation() -> None:
    wrong = []
    for path in templates():
        text = re.sub(r"(?s){% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text())
        text = re.sub(r"(?s){% blocktrans(late)?\b.*?{% endblocktrans(late)? %}", "", text)
        text = re.sub(r"{[%{].*?[%}]}|日本語", "", text)
        if JAPANESE.search(text):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_a_script_says_only_what_its_page_gives_it() -> None:
    """A text in a script could not be translated. marks.js reads Japanese: what it shows comes from its page."""
    wrong = []
    for path in sorted((ROOT / "static/js").glob("*.js")):
        code = re.sub(r"(?m)^\s*//.*$|/\[[^/\n]*\]/[a-z]+", "", path.read_text())
        if path.name != "marks.js" and JAPANESE.search(code):
            wrong.append(path.name)
    assert wrong == []


def test_what_django_says_is_said_otherwise_only_where_django_says_it() -> None:
    """A text that Django changes would be said its way again."""
    known: dict[str, object] = {}
    for part in ("conf", "contrib/admin"):
        known |= {forms(one.id)[0]: one.string for one in catalogue(DJANGO / part / "locale/ja/LC_MESSAGES/django.po")}
    ours = {forms(message.id)[0]: message.string for message in catalogue(OURS) if message.id}
    assert ours.keys() <= known.keys()
    assert [text for text, said in ours.items() if said == known[text]] == []


@pytest.mark.parametrize("path", [PO, OURS], ids=["en", "ja"])
def test_the_compiled_catalogue_is_the_written_one(path: Path) -> None:
    with path.open("rb") as file:
        written = read_po(file, locale=path.parts[-3])
    fresh = BytesIO()
    write_mo(fresh, written)
    fresh.seek(0)

    def content(file: IO[bytes]) -> dict[tuple[str | None, str], object]:
        return {(message.context, forms(message.id)[0]): message.string for message in read_mo(file) if message.id}

    with path.with_suffix(".mo").open("rb") as file:
        assert content(file) == content(fresh)
