"""docs/requirements.md and who cites it: what is cited stands there, what stands there is cited, and no other paper is."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = "docs/requirements.md"
WRITTEN = (".py", ".md", ".html", ".txt", ".css", ".js", ".yaml", ".toml", "Makefile", ".ci/run", ".env.example")
NOT_OURS = ("docs/seeds/", "requirements", "tests/test_requirements.py")
MADE_UP = {("tests/test_runbook.py", "docs/no.md")}
CITED = re.compile(
    r"\b(?:(?P<kind>requirement|fact|limit)s?\s+(?P<ids>[A-Z]\d{1,2}\b(?:(?:, | and | to )[A-Z]\d{1,2}\b)*)"
    r"|contract (?P<section>\d+))",
    re.IGNORECASE,
)
BARE = re.compile(
    r'(?<![\w"\'=>&(,.-])(?:\(|"""|, |and |, section |no\. )?[TAICDGPOSMFL][1-9]\d?(?=[),:;]|\."""| and )'
)
"""An id without the word that says in which table it stands."""
DOCUMENT = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)*[\w.-]+\.md\b")
ELSEWHERE = re.compile(r"\b[Tt]he contract\b|\bcontract(?:,|'s)? section|\bdefects? (?:no\. )?\d|\breliability[,)]")
"""How papers were cited that do not ship: by no id of ours."""


@cache
def texts() -> dict[str, str]:
    """What was written for the repository, by its path; the seeds are others' words."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {
        path: (ROOT / path).read_text()
        for path in listed.splitlines()
        if path.endswith(WRITTEN) and not path.startswith(NOT_OURS) and (ROOT / path).is_file()
    }


def ids(text: str) -> Iterator[str]:
    """Each id that a text cites, with its kind; "requirements A1 to A3" are three."""
    for found in CITED.finditer(text):
        if found["section"]:
            yield f"contract {found['section']}"
            continue
        for part in re.split(", | and ", found["ids"]):
            first, last = part.split(" to ") if " to " in part else (part, part)
            for number in range(int(first[1:]), int(last[1:]) + 1):
                yield f"{found['kind'].lower()} {first[0]}{number}"


def cited() -> dict[str, str]:
    """Each cited id, and one place that cites it."""
    return {one: path for path, text in texts().items() if path != PAGE for one in ids(text)}


def rows() -> dict[str, str]:
    """The sentence of each id of the page; the kind stands in the heading over its table."""
    parts = re.split(r"^## .*（(\w+)）$", texts()[PAGE], flags=re.MULTILINE)[1:]
    return {
        f"{kind} {row[1]}": row[2]
        for kind, part in zip(parts[::2], parts[1::2], strict=True)
        for row in re.finditer(r"^\| ([A-Z]?\d{1,2}) \| (.*?) \|", part, re.MULTILINE)
    }


def test_every_cited_id_stands_on_the_page() -> None:
    known = rows()
    assert {one: path for one, path in cited().items() if one not in known} == {}


def test_every_id_of_the_page_is_cited_and_has_one_sentence() -> None:
    known = rows()
    assert len(known) == len(re.findall(r"^\| [A-Z]?\d{1,2} \|", texts()[PAGE], re.MULTILINE)) > 70
    assert sorted(set(known) - set(cited())) == []
    assert [one for one, row in known.items() if row.count("。") != 1 or not row.endswith("。")] == []


def test_no_id_is_cited_without_its_kind() -> None:
    bare = {path: BARE.findall(CITED.sub("", text)) for path, text in texts().items() if path != PAGE}
    assert {path: found for path, found in bare.items() if found} == {}


def test_every_document_that_is_named_ships() -> None:
    missing = [
        (path, name)
        for path, text in texts().items()
        for name in DOCUMENT.findall(text)
        if not (ROOT / name).is_file() and not ((ROOT / path).parent / name).is_file() and (path, name) not in MADE_UP
    ]
    assert missing == []


def test_no_paper_is_cited_that_does_not_ship() -> None:
    assert {path: ELSEWHERE.findall(text) for path, text in texts().items() if ELSEWHERE.search(text)} == {}


@pytest.mark.parametrize(
    "text", ["(reliability O4)", "(D9)", '"""M6: one clock', "defects, no. M1:", "bounded (P1, O3)"]
)
def test_a_bare_id_is_found(text: str) -> None:
    assert BARE.search(CITED.sub("", text))
