"""The same table through paste, CSV, Excel and the sheet's form: the same entries, and the same rows refused for the same reasons."""

import csv
import io
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import User
from tests.conftest import race_of
from tests.entries.entry.sheets import address, entries, row, send

pytestmark = pytest.mark.django_db
HEADER = ["氏名", "種目", "申告タイム", "自己ベスト"]
RACES = [
    "男子5000m", "5000m", "５０００", "5km", "男10000", "女子5000m", "3000m", "男子3000mSC", "男子10000m NCG", "10000m", "マラソン", "=1", "",
]  # fmt: skip
TIMES = [
    "15:00", "15分30秒20", "14.05.32", "１４：０５．３２", "14'30\"5", "140532", " 14:50 ", "30:12.34", "約15分", "1:60:00", "3:00", "99:00", "=B2", "",
]  # fmt: skip
WHO = [*range(5), "誰か", ""]
ROWS = st.lists(
    st.tuples(st.sampled_from(WHO), st.sampled_from(RACES), st.sampled_from(TIMES), st.sampled_from(TIMES)),
    min_size=1,
    max_size=8,
)
slow = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Cells = list[list[str]]


class Outcome(NamedTuple):
    """Who is entered where and with which time, and why each refused row is, by its number."""

    entered: list[tuple[int, int, int | None]]
    refused: dict[int, set[str]]


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def races(meet: Meet) -> list[Race]:
    kinds = [
        ("男子5000m", 5_000, "M"),
        ("男子10000m", 10_000, "M"),
        ("女子5000m", 5_000, "F"),
        ("男子3000mSC", 3_000, "M"),
    ]
    found = [race_of(meet, name, distance_m=metres, sex=sex) for name, metres, sex in kinds]
    return [*found, race_of(meet, "男子10000m NCG", distance_m=10_000, standard=180_000)]


def as_csv(table: Cells, delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue().encode()


def as_excel(table: Cells) -> bytes:
    """Every cell a text, as in the other files: `=B2` is no formula here."""
    book = Workbook()
    for cells in table:
        book.worksheets[0].append(cells)
    for line in book.worksheets[0].iter_rows():
        for cell in line:
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_file(client: Client, meet: Meet, body: dict[str, Any]) -> Outcome:
    """As a file, or as a block on the page for files."""
    there = client.post(address(meet, "/upload"), body)["Location"]
    shown = client.get(there).context["preview"]
    client.post(there)
    return Outcome(sorted(entries()), {line.file_row.number: set(line.reasons) for line in shown.refused_lines})


def by_form(client: Client, meet: Meet, table: Cells) -> Outcome:
    """As the sheet's script does it: the block is read, its rows are sent as the form's; what is refused is left out."""
    block = "\n".join("\t".join(cells) for cells in table)
    found = client.post(address(meet, "/paste"), {"pasted": block}).json()
    refused = {one["number"]: {one["reason"]} for one in (*found["left"], *found["rows"]) if one["reason"]}
    rows = [one for one in found["rows"] if not one["reason"]]
    while rows:
        typed = [row(one["athlete"], one["race"], one["seed_time"], personal_best=one["personal_best"]) for one in rows]
        answer = send(client, meet, None, typed)
        if answer.status_code == 303:
            break
        wrong = {number: set(errors.values()) for number, errors in errors_on(answer).items()}
        assert wrong
        refused |= {rows[number]["number"]: reasons for number, reasons in wrong.items()}
        rows = [one for number, one in enumerate(rows) if number not in wrong]
    return Outcome(sorted(entries()), refused)


def errors_on(answer: Any) -> dict[int, dict[str, str]]:
    """What the refused sheet says beside its fields, by row."""
    return {number: one.errors for number, one in enumerate(answer.context["view"].rows) if one.errors}


def undone(door: Callable[[], Outcome]) -> Outcome:
    """What a door does; the next one finds nothing of it."""
    with transaction.atomic():
        found = door()
        transaction.set_rollback(True)
    return found


@slow
@given(rows=ROWS, delimiter=st.sampled_from(",;\t"))
def test_the_same_table_is_read_alike_at_every_door(
    coach: Client, meet: Meet, races: list[Race], runners: list[Athlete], rows: list[Any], delimiter: str
) -> None:
    assume(any(race or seed or best for _, race, seed, best in rows))
    table = [HEADER, *[[runners[who].full_name if isinstance(who, int) else who, *more] for who, *more in rows]]
    block = "\n".join("\t".join(cells) for cells in table)
    csv_file = SimpleUploadedFile("a.csv", as_csv(table, delimiter))
    first = undone(lambda: by_file(coach, meet, {"file": csv_file}))
    assert undone(lambda: by_file(coach, meet, {"file": SimpleUploadedFile("a.xlsx", as_excel(table))})) == first
    assert undone(lambda: by_file(coach, meet, {"pasted": block})) == first
    form = undone(lambda: by_form(coach, meet, table))
    assert (form.entered, set(form.refused)) == (first.entered, set(first.refused))
    for number, reasons in form.refused.items():
        assert {part for said in reasons for part in said.split("。") if part} & {
            part for said in first.refused[number] for part in said.split("。") if part
        }
