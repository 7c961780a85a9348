"""The form on a page, as a browser would send it back: every input with the value that the page gave it."""

from html.parser import HTMLParser
from typing import Any

Values = dict[str, Any]


class _Forms(HTMLParser):
    """Collects the inputs of each form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, Values]] = []
        self.select: tuple[str, bool] | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form":
            self.forms.append((found.get("id") or "", {}))
        elif not self.forms:
            return
        elif tag == "input" and name and found.get("type") != "submit":
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self.values[name] = found.get("value") or ("on" if found.get("type") == "checkbox" else "")
        elif tag == "select":
            self.select = (name, False)
        elif tag == "option" and self.select and (not self.select[1] or "selected" in found):
            self.values[self.select[0]] = found.get("value") or ""
            self.select = (self.select[0], True)
        elif tag == "textarea":
            self.area, self.values[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.values[self.area] += data

    @property
    def values(self) -> Values:
        return self.forms[-1][1]


def form_on(page: Any, having: str) -> Values:
    """The values of the form that has an input of this name. A browser sends texts with CR LF."""
    parser = _Forms()
    parser.feed(page.content.decode())
    found = [values for _name, values in parser.forms if having in values]
    assert found, f"no form with {having}: {[list(values) for _name, values in parser.forms]}"
    values = {
        name: value.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n") for name, value in found[-1].items()
    }
    return {name: value for name, value in values.items() if "__prefix__" not in name}


def errors_on(page: Any) -> list[str]:
    """What the form on the page says is wrong."""
    form = page.context["adminform"].form
    sets = [formset.formset for formset in page.context["inline_admin_formsets"]]
    return [
        *(str(message) for found in form.errors.values() for message in found),
        *(str(message) for rows in sets for row in rows.errors for found in row.values() for message in found),
    ]
