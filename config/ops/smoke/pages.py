"""What a page says, read with the standard library: its text, its forms, the rows of a list in the admin."""

from html.parser import HTMLParser
from typing import NamedTuple

UNSEEN = frozenset({"script", "style", "template"})
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Row(NamedTuple):
    """A row of a list in the admin: where its name leads, and the text of each cell by `field-…`."""

    link: str
    cells: dict[str, str]


class Page(HTMLParser):
    """An HTML page of which forms, links and visible text are read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[list[tuple[str, str]]] = []
        self.rows: list[Row] = []
        self.refresh = ""
        self.once = ""
        self._open: list[str] = []
        self._cell = ""
        self._select = ""
        self._in_once = self._in_form = False
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        """All that can be read, in one line."""
        return " ".join(" ".join(self.words).split())

    def form(self, having: str) -> list[tuple[str, str]]:
        """What a browser would send of the form with this input; empty when there is none."""
        return next((form for form in self.forms if having in dict(form) or (having, "") in form), [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            self.forms.append([])
            self._in_form = True
        elif tag == "meta" and found.get("http-equiv", "").lower() == "refresh":
            self.refresh = found.get("content", "")
        elif tag == "code" and found.get("class") == "once":
            self._in_once = True
        elif tag == "tr":
            self.rows.append(Row("", {}))
        elif tag in ("td", "th"):
            self._cell = next((name for name in found.get("class", "").split() if name.startswith("field-")), "")
        elif tag == "a" and self.rows and self._cell and not self.rows[-1].link:
            self.rows[-1] = self.rows[-1]._replace(link=found.get("href", ""))
        if self._in_form:
            self._note_input(tag, found)

    def _note_input(self, tag: str, found: dict[str, str]) -> None:
        name, form = found.get("name", ""), self.forms[-1]
        if tag == "input" and name and found.get("type") not in ("submit", "button"):
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                form.append((name, found.get("value", "on" if found.get("type") == "checkbox" else "")))
        elif tag == "textarea" and name:
            form.append((name, ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in dict(form)):
            form[:] = [(other, value) for other, value in form if other != self._select]
            form.append((self._select, found.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Close up to the tag; a page may leave a paragraph open."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag in ("td", "th"):
            self._cell = ""
        elif tag == "select":
            self._select = ""
        elif tag == "code":
            self._in_once = False
        elif tag == "form":
            self._in_form = False
        elif tag == "textarea" and self._in_form and self.forms[-1]:
            name, value = self.forms[-1][-1]
            self.forms[-1][-1] = (name, value.removeprefix("\n"))  # a browser drops it too

    def handle_data(self, data: str) -> None:
        if "textarea" in self._open and self._in_form and self.forms[-1]:
            name, value = self.forms[-1][-1]
            self.forms[-1][-1] = (name, value + data)
        if UNSEEN & set(self._open):
            return
        self.words.append(data)
        if self._in_once:
            self.once += data.strip()
        if self._cell and self.rows:
            cells = self.rows[-1].cells
            cells[self._cell] = f"{cells.get(self._cell, '')} {data}".strip()
