"""The page of pieces, and the tokens that hold light and dark together."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from config.demo.styleguide import PIECES

ROOT = Path(__file__).parents[1]
TOKENS = (ROOT / "static/css/tokens.css").read_text()


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]{6})", block))


def blocks() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    light, rest = TOKENS.split("@media (prefers-color-scheme: dark)")
    by_setting, by_class = rest.split(".theme-dark")
    return colours(light), colours(by_setting), colours(by_class)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_dark_is_the_same_by_setting_and_by_class_and_leaves_no_colour_out() -> None:
    light, by_setting, by_class = blocks()
    assert by_setting == by_class
    assert by_setting.keys() == light.keys()


@pytest.mark.parametrize("theme", [0, 1])
def test_text_can_be_read_on_every_paper(theme: int) -> None:
    tokens = blocks()[theme]
    pairs = [(ink, paper) for ink in ("ink", "ink-2", "ink-3", "link") for paper in ("paper", "paper-2", "card")]
    pairs += [(state, f"{state}-paper") for state in ("ok", "wait", "off", "bad")]
    pairs += [(state, paper) for state in ("ok", "wait", "bad") for paper in ("paper", "card")]
    pairs += [("on-track", "track"), ("on-track", "track-dark"), ("ink", "wait-paper"), ("ink-2", "wait-paper")]
    low = {pair: contrast(tokens[f"--{pair[0]}"], tokens[f"--{pair[1]}"]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in low.items() if value < 4.5} == {}


def test_stylesheets_use_tokens_only() -> None:
    wrong = [
        (path.name, colour)
        for path in (ROOT / "static/css").glob("*.css")
        if path.name != "tokens.css"
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", path.read_text().split("@media print")[0])
    ]
    assert wrong == []


@pytest.mark.django_db
def test_each_piece_is_drawn_in_both_themes(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        page = client.get("/styleguide/").content.decode()
    assert page.count("guide__one") == 2 * len(PIECES)
    for piece in PIECES:
        assert f'id="guide-{piece.name}"' in page


@pytest.mark.parametrize("kind", ["staging", "prod"])
def test_it_is_unknown_outside_dev(client: Client, settings: Settings, kind: str) -> None:
    settings.APP_ENV = kind
    assert client.get("/styleguide/").status_code == 404


def test_no_template_carries_script_or_style_of_its_own() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=\"", path.read_text())
        and "mail" not in path.parts
    ]
    assert wrong == []
