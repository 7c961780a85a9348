"""The desk's pages of one model, put together from what rooms add to them.

A model admin that later rooms complete derives from `ComposedAdmin` and has a `Desk`. While the site starts, each room
registers there what it adds; nobody derives from the model admin or registers another one in its place. What stands on a
page stands in the order in which it was registered, which is the order of the rooms.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise

from tenants.audit.actions import Values
from tenants.desk.base import DeskAdmin, user_of
from tenants.models import User


class Link(NamedTuple):
    """A way from a row's page to what hangs on it."""

    label: str | Promise
    address: str


class Save(Protocol):
    """Saves the changed `fields` of a row that is there already; `before` are their values until now."""

    def __call__(self, row: Any, /, *, fields: list[str], before: Values, by: User, at: datetime) -> None: ...


Links = Callable[[HttpRequest, Any], Iterable[Link]]
Panel = Callable[[HttpRequest, Any], object]
Page = Callable[["ComposedAdmin", HttpRequest, str], HttpResponse]
Hold = Callable[[Any], None]


class Desk:
    """What rooms add to the pages of one model. Whatever is registered twice raises ValueError."""

    def __init__(self, name: str, *buttons: str) -> None:
        """`buttons` are the model admin's own actions, by the names of their methods."""
        self.name = name
        self.buttons: list[Any] = list(buttons)
        self.links: dict[str, Links] = {}
        self.tools: list[str] = []
        self.panels: dict[str, tuple[str, Panel]] = {}
        self.sections: dict[str, tuple[str, Panel]] = {}
        self.pages: dict[str, tuple[str, Page]] = {}
        self.holds: dict[str, Hold] = {}
        self.saves: dict[type[models.Model], Save] = {}

    def button(self, *, before: str = "") -> Callable[[Any], Any]:
        """Decorator: one more `confirmed` action, a function of (model admin, request, rows, form).

        It stands last, or in front of the button `before`; raises ValueError when there is none of that name.
        """

        def add(action: Any) -> Any:
            names = [getattr(button, "__name__", button) for button in self.buttons]
            self._once("button", action.__name__, names)
            if before and before not in names:
                raise ValueError(f"{self.name}: no button {before}")
            self.buttons.insert(names.index(before) if before else len(names), action)
            return action

        return add

    def link(self, function: Links) -> Links:
        """Decorator: more ways from a row's page, in front of its history."""
        self._once("link", function.__name__, self.links)
        self.links[function.__name__] = function
        return function

    def tool(self, template: str) -> None:
        """One more form beside a row's buttons, which does at once what it says. The template finds the row as `original`."""
        self._once("tool", template, self.tools)
        self.tools.append(template)

    def panel(self, name: str, template: str) -> Callable[[Panel], Panel]:
        """Decorator: one more panel on top of a row's page. The template finds what the function returns as `name`."""

        def add(function: Panel) -> Panel:
            self._once("panel", name, self.panels)
            self.panels[name] = (template, function)
            return function

        return add

    def section(self, name: str, template: str) -> Callable[[Panel], Panel]:
        """Decorator: one more section under the form of a row's page, with forms of its own. The template finds what the
        function returns as `name`."""

        def add(function: Panel) -> Panel:
            self._once("section", name, [*self.panels, *self.sections])
            self.sections[name] = (template, function)
            return function

        return add

    def page(self, name: str, route: str, view: Page) -> None:
        """One more address, `admin:<app>_<model>_<name>`, beside those that Django's model admin has."""
        self._once("page", name, self.pages)
        self.pages[name] = (route, view)

    def hold(self, function: Hold) -> Hold:
        """Decorator: what has to be held before the row is, when somebody is about to save it."""
        self._once("hold", function.__name__, self.holds)
        self.holds[function.__name__] = function
        return function

    def save_with(self, model: type[models.Model], function: Save) -> None:
        """How a change of a row of `model` is saved on these pages, the inlines' rows too."""
        self._once("save", model.__name__, [known.__name__ for known in self.saves])
        self.saves[model] = function

    def _once(self, kind: str, name: str, known: Iterable[str]) -> None:
        if name in known:
            raise ValueError(f"{self.name}: {kind} registered twice: {name}")


class ComposedAdmin(DeskAdmin):
    """A model admin that asks its desk for what rooms add, and knows no room."""

    desk: Desk

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Its actions are the desk's own list of buttons, so that rooms may add to it later."""
        super().__init_subclass__(**kwargs)
        cls.actions = cls.desk.buttons

    def get_urls(self) -> list[Any]:
        """With the rooms' pages."""
        wrap, base = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            path(route, wrap(partial(view, self)), name=f"{base}_{name}")
            for name, (route, view) in self.desk.pages.items()
        ]
        return [*pages, *super().get_urls()]

    def lock(self, obj: models.Model) -> None:
        """What rooms hold comes first, then the row: everybody locks in this order."""
        for hold in self.desk.holds.values():
            hold(obj)
        super().lock(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A change through the action that a room registered for such rows."""
        save = self.desk.saves.get(type(obj)) if change else None
        if save is None:
            super().save_model(request, obj, form, change)
            return
        fields = form.saved_fields()
        before = {name: form[name].initial for name in fields}
        save(obj, fields=fields, before=before, by=user_of(request), at=timezone.now())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """With the rooms' panels and links, once the row is there."""
        obj = kwargs.get("obj")
        if obj is not None:
            context["links"] = [link for links in self.desk.links.values() for link in links(request, obj)]
            context["tools"] = self.desk.tools
            context["panels"] = [template for template, _panel in self.desk.panels.values()]
            context["sections"] = [template for template, _section in self.desk.sections.values()]
            pieces = self.desk.panels | self.desk.sections
            context.update({name: piece(request, obj) for name, (_template, piece) in pieces.items()})
        return super().render_change_form(request, context, *args, **kwargs)
