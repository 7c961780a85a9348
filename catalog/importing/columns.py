"""Which column of a CSV is what, and what the export calls it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.fields import FIELDS, MOST_SPEC_NAME, SPECS
from catalog.importing.rejected_csv import OWN_TITLES
from catalog.keys import plain
from tenants.files.grid import Titles
from tenants.refusal import Refused

KEYS: dict[str, tuple[str | Promise, ...]] = {
    "brand": (_("ブランド"), "ブランド", "メーカー", "brand", "maker"),
    "reference": (_("型番"), "型番", "品番", "reference", "ref"),
}


class Columns(NamedTuple):
    """What stands where, by place in a row. `specs` are the columns without a field of their own, by their title."""

    titles: list[str]
    brand: int
    reference: int
    fields: dict[str, int]
    specs: dict[str, int]
    untitled: list[int]

    @property
    def places(self) -> dict[str, int]:
        """Where the key and the fields stand, by name."""
        return {"brand": self.brand, "reference": self.reference} | self.fields

    def title(self, place: int) -> str:
        """What the file calls the column."""
        return self.titles[place]


def same(title: str | Promise) -> str:
    """Titles that differ in width, case or spaces are the same."""
    return "".join(plain(str(title)).casefold().split())


@cache
def known_titles() -> dict[str, str]:
    """Every title that is understood, in the form of `same`, and what it stands for; "" is for what is left alone."""
    known: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known |= {same(title): "" for title in OWN_TITLES}
            for name, field in FIELDS.items():
                known |= {same(title): name for title in (name, field.label, *field.titles)}
            for name, titles in KEYS.items():
                known |= {same(title): name for title in titles}
    return known


def is_header(cells: Sequence[str]) -> bool:
    """Whether this row names the two columns of the key."""
    known = known_titles()
    named = {known.get(same(cell)) for cell in cells if len(cell) <= MOST_SPEC_NAME}
    return {"brand", "reference"} <= named


def columns_of(titles: Sequence[str]) -> Columns:
    """The columns of a header. Raises Refused: "import_no_keys", "import_column_twice", "import_title_too_long"."""
    known = known_titles()
    titles = [title if title.startswith(SPECS) else title.strip() for title in titles]
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        if len(title) > MOST_SPEC_NAME + len(SPECS):
            raise Refused("import_title_too_long", limit=MOST_SPEC_NAME, title=title[:40])
        name = _name(title, known)
        if not name:
            continue
        if name in found:
            raise Refused("import_column_twice", first=titles[found[name]][:40], second=title[:40])
        found[name] = place
    if not {"brand", "reference"} <= found.keys():
        raise Refused("import_no_keys")
    return Columns(
        titles,
        found.pop("brand"),
        found.pop("reference"),
        {name: place for name, place in found.items() if name in FIELDS},
        {name.removeprefix(SPECS): place for name, place in found.items() if name not in FIELDS},
        [place for place, title in enumerate(titles) if not title],
    )


def _name(title: str, known: dict[str, str]) -> str:
    """What a title stands for: a key, a field, `specs.` and a name, or nothing."""
    if not title:
        return ""
    if title.startswith(SPECS):
        if len(title) > len(SPECS) + MOST_SPEC_NAME:
            raise Refused("import_title_too_long", limit=MOST_SPEC_NAME, title=title[:40])
        return title
    found = known.get(same(title))
    if found is None and len(title) > MOST_SPEC_NAME:
        raise Refused("import_title_too_long", limit=MOST_SPEC_NAME, title=title[:40])
    return f"{SPECS}{title}" if found is None else found


def titles_for(specs: Iterable[str]) -> list[str]:
    """Titles of columns for these names of `specs`: such that reading them back gives the names."""
    known = known_titles()
    return [f"{SPECS}{name}" if _needs_prefix(name, known) else name for name in specs]


def _needs_prefix(name: str, known: dict[str, str]) -> bool:
    return same(name) in known or name.startswith(SPECS) or name != name.strip() or not name


def named_titles(titles: Sequence[str], named: Mapping[int, str]) -> list[str]:
    """A header with the columns called what was chosen by hand for them; the others are kept as further facts."""
    known = known_titles()
    return [
        named[place] if place in named else f"{SPECS}{title}" if title and _needs_prefix(title, known) else title
        for place, title in enumerate(titles)
    ]


TITLES = Titles(
    {name: titles[0] for name, titles in KEYS.items()} | {name: field.label for name, field in FIELDS.items()},
    lambda title: known_titles().get(same(title)) or None,
    lambda fields: {"brand", "reference"} <= fields,
)
