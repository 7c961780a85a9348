"""A browser for the tests: pages that remember what went wrong in their console, and axe."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis  # noqa: F401 - its plugin would import it after the last test, which crashes beside greenlets (Python 3.11)
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tenants.models import User
from tests.conftest import PASSWORD
from tests.emptying import only_what_has_rows
from tests.rush import session_of
from tests.site import Site

__all__ = ["only_what_has_rows"]

# Playwright's event loop runs in this thread, beside the fixtures that write rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=20_000)  # a machine that is full answers in its own time
DESKTOP, PHONE = 1280, 360
SCREENS = [(DESKTOP, False), (PHONE, True)]
"""Width, and whether dark: colours do not depend on the width, nor widths on the colour. The first is a page's own unless it
asks for another."""
OpenPage = Callable[..., Page]
AXE = Axe().axe_script
RUN_AXE = (Path(__file__).parent / "run_axe.js").read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the run: the shell, which draws no windows of a desktop's browser beside each page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    """One server for all tests of a file. The rows are each test's own; what a process keeps for a second (public pages,
    switches) it keeps from one test to the next."""
    with Site(workers=1) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, transactional_db: None) -> Iterator[OpenPage]:
    """Makes pages. When the test ends none of them may have had an error: no exception, no refusal by the policy."""
    wrong: list[str] = []
    with ExitStack() as contexts:

        def make(
            *, width: int = DESKTOP, dark: bool = False, script: bool = True, meant: tuple[int, ...] = (422,)
        ) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if dark else "light",
                java_script_enabled=script,
                locale="ja-JP",
            )
            contexts.callback(context.close)
            page = context.new_page()
            page.on("console", lambda message: wrong.append(message.text) if is_wrong(message, meant) else None)
            page.on("pageerror", lambda error: wrong.append(str(error)))
            return page

        yield make
        assert wrong == []


def is_wrong(message: ConsoleMessage, meant: tuple[int, ...]) -> bool:
    """Errors, but for the notes that are made of an answer that is meant, a form that came back with 422, and of a search
    that is called off because more was typed."""
    fine = ["AbortError", *(f"status of {status}" for status in meant)]
    return message.type == "error" and not any(text in message.text for text in fine)


def sign_in(page: Page, address: str, email: str) -> None:
    """With the cookie of a session that was made beside it; the form itself is tried in `test_public.py`."""
    key = session_of(User.objects.get(email=email))
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])


def sign_in_by_form(page: Page, address: str, email: str) -> None:
    """As a person does."""
    page.goto(f"{address}/auth/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/auth/login" not in url)


def violations(page: Page) -> list[str]:
    """What axe finds: rule and the elements that break it. Contrast, most of its time on a long page, is looked at in four
    of each look; all else in every row."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']][:3]}" for rule in page.evaluate(RUN_AXE)]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def red_buttons(page: Page) -> int:
    """How many buttons of the next step are seen."""
    return page.locator(".button--next:visible").count()


def faults(page: Page, what: str = "", *, most_red: int = 1) -> list[str]:
    """What axe, a ruler, red buttons and the outline of headings show on both screens, of a page that is loaded once: only the
    style knows of them. It is left on the other screen, so that pages are loaded on either in turns."""
    found = []
    assert page.viewport_size is not None
    now = page.viewport_size["width"]
    for width, dark in sorted(SCREENS, key=lambda screen: screen[0] != now):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if dark else "light")
        found += [f"{what} at {width}: {rule}" for rule in violations(page)]
        found += [f"{what} at {width}: {overflow(page)} px too wide"] if overflow(page) else []
        found += [f"{what} at {width}: {red} red buttons"] if (red := red_buttons(page)) > most_red else []
    if page.locator("h1").count() != 1:
        found.append(f"{what}: {page.locator('h1').count()} headings of the first level")
    return found
