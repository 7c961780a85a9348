"""Shoes on the sheet: found while typing, judged for the row's race, warned of, never refused, and written down."""

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from catalog.models import MasterProduct, ProductOverride, ShoeLimit
from entries.entry.models import Entry, SheetDraft, Submission
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.models import AuditRecord, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import athletes_of, open_meet, race_of
from tests.entries.entry.sheets import address, posted, row, send

pytestmark = pytest.mark.django_db
GOOD: dict[str, Any] = {"stack_height_mm": "19.5", "events_allowed": ["track"], "list_status": "listed"}


def shoe_of(tenant: Tenant, reference: str, brand: str = "HAYATE", **more: Any) -> MasterProduct:
    with tenant_scope(tenant.pk):
        return MasterProduct.objects.create(
            tenant=tenant, brand=brand, reference=reference, **{"category": "shoe", "name": "スパイク"} | more
        )


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def good(nittai: Tenant) -> MasterProduct:
    return shoe_of(nittai, "HY-1", **GOOD)


@pytest.fixture
def thick(nittai: Tenant) -> MasterProduct:
    return shoe_of(nittai, "HY-40", **GOOD | {"stack_height_mm": "39.5"})


def shoes(client: Client, meet: Meet, **query: Any) -> Any:
    where = f"/meets/{meet.tenant.slug}/{meet.slug}/shoes"
    return client.get(where, query, headers={"accept": "application/json"})


def items(client: Client, meet: Meet, **query: Any) -> list[tuple[str, str | None]]:
    found = shoes(client, meet, **query).json()["items"]
    return [(item["key"], item["said"] and item["said"]["word"]) for item in found]


def entry() -> Entry:
    with across_tenants():
        return Entry.objects.select_related("submission").get()


# Finding one.


def test_suggestions_say_what_the_rules_say_in_this_race(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, good: MasterProduct, thick: MasterProduct
) -> None:
    road = race_of(meet, "10km", course="road", sex="X", distance_m=10_000)
    shoe_of(nittai, "HY-0")
    assert items(coach, meet, q="hy", race=race.pk) == [
        ("HAYATE HY-0", "要確認"), ("HAYATE HY-1", "使用可"), ("HAYATE HY-40", "使用不可")
    ]  # fmt: skip
    assert dict(items(coach, meet, q="hy", race=road.pk)) == {
        "HAYATE HY-0": "要確認", "HAYATE HY-1": "使用不可", "HAYATE HY-40": "使用不可",
    }  # fmt: skip
    why = shoes(coach, meet, id=thick.pk, race=race.pk).json()["items"][0]["said"]
    assert why == {"kind": "bad", "word": "使用不可", "why": "靴底が39.5mmで、上限の20mmを超えています。"}


def test_the_day_is_the_races_own_else_the_meets_first(
    coach: Client, nittai: Tenant, good: MasterProduct, kita: Team
) -> None:
    meet = open_meet(nittai, starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 2))
    first, second = race_of(meet), race_of(meet, "男子10000m", held_on=date(2027, 5, 2))
    with tenant_scope(nittai.pk):
        MasterProduct.objects.filter(pk=good.pk).update(valid_until=date(2027, 5, 1))
    assert items(coach, meet, id=good.pk, race=first.pk) == [("HAYATE HY-1", "使用可")]
    assert items(coach, meet, id=good.pk, race=second.pk) == [("HAYATE HY-1", "使用不可")]
    assert items(coach, meet, id=good.pk) == [("HAYATE HY-1", None)]  # the races differ, and none is chosen


def test_while_no_race_is_chosen_races_of_one_kind_and_day_speak_for_all(
    coach: Client, meet: Meet, race: Race, good: MasterProduct
) -> None:
    assert items(coach, meet, q="HY") == items(coach, meet, q="HY", race="x") == [("HAYATE HY-1", "使用可")]


def test_the_hosts_own_limit_and_corrections_hold(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, good: MasterProduct, thick: MasterProduct, now: Any
) -> None:
    with tenant_scope(nittai.pk):
        ShoeLimit.objects.create(tenant=nittai, event="track", most_stack_mm=Decimal(40))
        ProductOverride.objects.create(
            tenant=nittai, product=good, field="list_status", value="not_listed", made_at=now
        )
    assert dict(items(coach, meet, q="HY", race=race.pk)) == {"HAYATE HY-1": "使用不可", "HAYATE HY-40": "使用可"}


def test_only_shoes_of_the_meets_host_are_found(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, chuo: Tenant, good: MasterProduct
) -> None:
    theirs, watch = shoe_of(chuo, "HY-9", **GOOD), shoe_of(nittai, "HY-8", category="watch")
    assert items(coach, meet, q="HY", race=race.pk) == [("HAYATE HY-1", "使用可")]
    assert items(coach, meet, id=theirs.pk, race=race.pk) == []
    assert items(coach, meet, id=watch.pk, race=race.pk) == [("HAYATE HY-8", "要確認")]


def test_who_enters_nobody_asks_in_vain(client: Client, meet: Meet, good: MasterProduct, aoki: User, doi: User) -> None:
    assert shoes(client, meet, q="HY").status_code == 302
    for user in (aoki, doi):
        client.force_login(user)
        assert shoes(client, meet, q="HY").status_code == 404


def test_a_meet_that_is_not_out_has_no_shoes(coach: Client, nittai: Tenant, good: MasterProduct) -> None:
    assert shoes(coach, open_meet(nittai, "hidden", state="draft"), q="HY").status_code == 404


@pytest.mark.parametrize(
    "query", [{"q": "x" * 101}, {"q": "\x00"}, {"race": "9" * 40}, {"id": "-1"}, {"id": "1e9"}, {"q": "%' OR 1=1"}, {}]
)
def test_odd_questions_are_answered(
    coach: Client, meet: Meet, race: Race, good: MasterProduct, query: dict[str, str]
) -> None:
    where = f"/meets/nittai/{meet.slug}/shoes"
    assert shoes(coach, meet, **query).status_code == coach.get(where, query).status_code
    assert shoes(coach, meet, **query).status_code in (200, 400)


def test_suggestions_cost_the_same_queries_for_any_number(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, now: Any
) -> None:
    counts = []
    for n in range(30):
        made = shoe_of(nittai, f"HY-{n:02}", **GOOD)
        with tenant_scope(nittai.pk):
            ProductOverride.objects.create(
                tenant=nittai, product=made, field="stack_height_mm", value="30.0", made_at=now
            )
        if n in (0, 29):
            with CaptureQueriesContext(connection) as caught:
                assert len(shoes(coach, meet, q="HY", race=race.pk).json()["items"]) == min(n + 1, 20)
            counts.append(len(caught))
    assert counts[0] == counts[1] <= 8


def test_the_page_does_the_same_without_a_script(
    coach: Client, meet: Meet, race: Race, good: MasterProduct, thick: MasterProduct
) -> None:
    page = coach.get(f"/meets/nittai/{meet.slug}/shoes", {"q": "HY", "race": str(race.pk)}).content.decode()
    assert page.index("HAYATE HY-1<") < page.index("使用可") < page.index("HAYATE HY-40<") < page.index("使用不可")
    nothing = coach.get(f"/meets/nittai/{meet.slug}/shoes", {"q": "zzz"}).content.decode()
    assert "空欄のままでも申し込めます" in nothing


def test_names_are_text_wherever_they_stand(coach: Client, meet: Meet, race: Race, nittai: Tenant, kita: Team) -> None:
    evil = shoe_of(nittai, '"><SCRIPT>X</SCRIPT>', '"><IMG SRC=X>', name="<script>alert(1)</script>")
    runner = athletes_of(kita, 1)[0]
    listed = coach.get(f"/meets/nittai/{meet.slug}/shoes").content.decode()
    again = send(coach, meet, None, [row(runner, race, "x", shoe=evil.pk)]).content.decode()
    receipt = coach.get(send(coach, meet, None, [row(runner, race, shoe=evil.pk)])["Location"]).content.decode()
    for page in (listed, again, receipt):
        assert "<IMG" not in page
        assert "<SCRIPT>X" not in page
        assert "<script>alert" not in page
        assert "&lt;IMG SRC=X&gt;" in page


# On the sheet.


def test_the_sheet_reads_no_shoes_but_those_that_are_chosen(
    coach: Client, meet: Meet, race: Race, nittai: Tenant, kita: Team, baba: User
) -> None:
    runners, counts = athletes_of(kita, 5), []
    for n in range(5):
        shoe_of(nittai, f"HY-{n}", **GOOD)
    for chosen in (0, 1, 5):
        with tenant_scope(nittai.pk):
            ids = list(MasterProduct.objects.order_by("pk").values_list("pk", flat=True))[:chosen]
            rows = [{"athlete": str(one.pk), "race": str(race.pk), "shoe": str(pk)} for one, pk in zip(runners, ids)]  # noqa: B905
            SheetDraft.objects.update_or_create(
                tenant=nittai, meet=meet, team=kita, updated_by=baba, defaults={"rows": rows}
            )
        with CaptureQueriesContext(connection) as caught:
            page = coach.get(address(meet)).content.decode()
        counts.append(len(caught))
        assert page.count("data-id=") == page.count(">使用可<") == chosen
        assert len(re.findall(r'name="rows-\d+-shoe"', page)) == 10
    assert counts == [counts[0], counts[0] + 2, counts[0] + 2]
    assert counts[0] <= 9


def test_a_host_without_shoes_asks_for_none(coach: Client, meet: Meet, nittai: Tenant, runners: list[Athlete]) -> None:
    shoe_of(nittai, "W-1", category="watch")
    assert 'name="rows-0-shoe"' not in coach.get(address(meet)).content.decode()


def test_a_shoe_that_is_not_allowed_is_warned_of_and_entered(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], thick: MasterProduct
) -> None:
    rows = [row(runners[0], race, "x", shoe=thick.pk)]
    page = send(coach, meet, None, rows).content.decode()
    said = re.search(r'id="rows-0-shoe-said">(.*?)</p>', page, re.S)
    assert said
    assert ">使用不可<" in said[1]
    assert "39.5mm" in said[1]
    assert 'value="HAYATE HY-40" data-id="' in page
    answer = send(coach, meet, None, [row(runners[0], race, shoe=thick.pk)])
    assert answer.status_code == 303
    receipt = coach.get(answer["Location"]).content.decode()
    assert "HAYATE HY-40 スパイク" in receipt
    assert ">使用不可<" in receipt
    assert "靴底が39.5mmで、上限の20mmを超えています。" in receipt


def test_what_was_declared_and_judged_is_written_down(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct, thick: MasterProduct
) -> None:
    rows = [row(runners[0], race, shoe=good.pk), row(runners[1], race, shoe=thick.pk), row(runners[2], race)]
    send(coach, meet, None, rows)
    with across_tenants():
        declared = list(Entry.objects.order_by("pk").values_list("shoe_id", "shoe_declared"))
        trail = AuditRecord.objects.get(verb="entry.submitted").after
        MasterProduct.objects.filter(pk=thick.pk).update(name="新しい名前", stack_height_mm="10.0")
        assert declared == [
            (good.pk, "HAYATE HY-1 スパイク"), (thick.pk, "HAYATE HY-40 スパイク"), (None, "")
        ]  # fmt: skip
        assert trail["shoes"] == [
            "男子5000m: HAYATE HY-1: allowed (shoe_allowed)",
            "男子5000m: HAYATE HY-40: not_allowed (shoe_too_thick)",
        ]
        order = Submission.objects.get()
    page = coach.get(f"/orders/{order.reference}/").content.decode()
    assert "HAYATE HY-40 スパイク" in page  # as declared
    assert "使用不可" not in page  # as things are today


def test_without_shoes_the_trail_says_nothing_of_them(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete]
) -> None:
    send(coach, meet, None, [row(runners[0], race)])
    with across_tenants():
        assert "shoes" not in AuditRecord.objects.get(verb="entry.submitted").after


def test_a_shoe_that_is_gone_from_the_catalogue_stays_declared(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct
) -> None:
    answer = send(coach, meet, None, [row(runners[0], race, shoe=good.pk)])
    with across_tenants():
        MasterProduct.objects.filter(pk=good.pk).delete()
    page = coach.get(answer["Location"]).content.decode()
    assert "HAYATE HY-1 スパイク" in page
    assert "商品マスターから削除された" in page


def test_a_product_that_is_no_shoe_is_taken_and_marked(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], nittai: Tenant
) -> None:
    """Contract 5 asks for "a catalogue product of the meet's tenant"."""
    watch = shoe_of(nittai, "W-1", category="watch")
    answer = send(coach, meet, None, [row(runners[0], race, shoe=watch.pk)])
    assert answer.status_code == 303
    assert "シューズとして登録されていない" in coach.get(answer["Location"]).content.decode()


def test_the_longest_names_are_entered(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], nittai: Tenant
) -> None:
    longest = shoe_of(nittai, "R" * 100, "B" * 100, name="名" * 200)
    assert send(coach, meet, None, [row(runners[0], race, shoe=longest.pk)]).status_code == 303
    assert len(entry().shoe_declared) == 300


@pytest.mark.parametrize("typed", ["HAYATE HY-1", " hayate　ｈｙ-1 ", "HY-1"])
def test_without_a_script_the_key_is_typed(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct, typed: str
) -> None:
    assert send(coach, meet, None, [row(runners[0], race, shoe=typed)]).status_code == 303
    assert entry().shoe_id == good.pk


@pytest.mark.parametrize(
    "typed", ["HAYATE", "HAYATE HY-2", "SECRET X-1", '"1"', "x" * 300, "\x00", "9" * 18, "𠮷", "0"]
)
def test_what_is_no_shoe_of_the_host_is_refused_and_kept(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct, chuo: Tenant, typed: str
) -> None:
    shoe_of(chuo, "X-1", "SECRET", **GOOD)
    answer = send(coach, meet, None, [row(runners[0], race, shoe=typed)])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "主催者の商品マスターにないシューズです" in page
    assert 'id="id_rows-0-shoe_error"' in page
    assert f'id="id_rows-0-shoe" value="{typed.replace(chr(34), "&quot;")}"' in page


def test_the_same_sheet_by_key_and_by_id_is_one_submission(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct
) -> None:
    first, second = (send(coach, meet, None, [row(runners[0], race, shoe=shoe)]) for shoe in (good.pk, "HAYATE HY-1"))
    assert (second.status_code, second["Location"]) == (303, first["Location"])


def test_a_draft_keeps_the_shoe_as_it_was_typed(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct
) -> None:
    body = posted(None, [row(runners[0], race, shoe="HAYATE HY-1"), row(runners[1], race, shoe="HAYATE")])
    assert coach.post(address(meet), body | {"save_draft": "1"}).status_code == 303
    page = coach.get(address(meet)).content.decode()
    assert f'value="HAYATE HY-1" data-id="{good.pk}"' in page
    assert 'value="HAYATE" aria' in page


def queries_of(client: Client, meet: Meet, rows: list[dict[str, Any]], key: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert send(client, meet, None, rows, key=key).status_code == 303
    return len([query for query in caught if not re.match("BEGIN|COMMIT|SAVEPOINT|RELEASE", query["sql"])])


def test_shoes_cost_a_submission_two_queries_however_many_they_are(
    coach: Client, meet: Meet, race: Race, kita: Team, nittai: Tenant
) -> None:
    runners = athletes_of(kita, 7)
    made = [shoe_of(nittai, f"HY-{n}", **GOOD) for n in range(5)]
    none = queries_of(coach, meet, [row(runners[0], race)], "none")
    one = queries_of(coach, meet, [row(runners[1], race, shoe=made[0].pk)], "one")
    many = queries_of(
        coach, meet, [row(runner, race, shoe=shoe.pk) for runner, shoe in zip(runners[2:], made, strict=True)], "many"
    )
    assert (one - none, many - one) == (2, 0)


def test_a_receipt_costs_the_same_queries_for_any_number_of_shoes(
    coach: Client, meet: Meet, race: Race, kita: Team, nittai: Tenant
) -> None:
    runners, counts = athletes_of(kita, 6), []
    made = [shoe_of(nittai, f"HY-{n}", **GOOD) for n in range(5)]
    for some, shoes_ in ((runners[:1], made[:1]), (runners[1:], made)):
        rows = [row(runner, race, shoe=shoe.pk) for runner, shoe in zip(some, shoes_, strict=True)]
        receipt = send(coach, meet, None, rows, key=f"key-{len(some)}")["Location"]
        with CaptureQueriesContext(connection) as caught:
            assert coach.get(receipt).content.decode().count(">使用可<") == len(some)
        counts.append(len(caught))
    assert counts[0] == counts[1]


# From a file.


def preview(client: Client, meet: Meet, rows: list[str]) -> tuple[str, str]:
    """(address, page) of the preview of a CSV with name, race, time and shoe."""
    body = "\n".join(["氏名,種目,申告タイム,シューズ", *rows]).encode()
    answer = client.post(address(meet, "/upload"), {"file": SimpleUploadedFile("entries.csv", body)})
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"], client.get(answer["Location"]).content.decode()


def test_a_file_names_shoes_by_brand_and_reference_or_by_reference(
    coach: Client,
    meet: Meet,
    race: Race,
    runners: list[Athlete],
    nittai: Tenant,
    good: MasterProduct,
    thick: MasterProduct,
) -> None:
    number = shoe_of(nittai, str(good.pk), "TSUBAME", **GOOD)  # a reference that looks like an id
    named = ["hayate hy-1", "HY-40", str(good.pk), ""]
    where, page = preview(
        coach, meet, [f"{one.full_name},{race.name},14:30,{shoe}" for one, shoe in zip(runners, named, strict=False)]
    )
    assert page.count(">使用可<") == 2
    assert page.count(">使用不可<") == 1
    assert coach.post(where).status_code == 303
    with across_tenants():
        worn = list(Entry.objects.order_by("pk").values_list("shoe_id", flat=True))
    assert worn == [good.pk, thick.pk, number.pk, None]


def test_a_file_with_an_unknown_shoe_has_that_row_refused_with_what_it_said(
    coach: Client, meet: Meet, race: Race, runners: list[Athlete], good: MasterProduct, chuo: Tenant
) -> None:
    shoe_of(chuo, "X-1", "SECRET", **GOOD)
    rows = [f"{one.full_name},{race.name},14:30,{shoe}" for one, shoe in zip(runners, ["X-1", "HY-1"], strict=False)]
    where, page = preview(coach, meet, rows)
    assert "主催者の商品マスターにないシューズです" in page
    assert "1件を申し込む" in page
    book = load_workbook(io.BytesIO(coach.get(f"{where}/refused.xlsx").content))
    assert [cell.value for cell in book.worksheets[0][2]][-2] == "X-1"


def test_shoes_of_a_file_cost_a_preview_the_same_queries_however_many(
    coach: Client, meet: Meet, race: Race, kita: Team, nittai: Tenant
) -> None:
    counts, runners = [], athletes_of(kita, 5)
    for n in range(5):
        shoe_of(nittai, f"HY-{n}", **GOOD)
    for some in (1, 5):
        where, _ = preview(
            coach, meet, [f"{one.full_name},{race.name},14:30,HY-{n}" for n, one in enumerate(runners[:some])]
        )
        with CaptureQueriesContext(connection) as caught:
            assert coach.get(where).content.decode().count(">使用可<") == some
        counts.append(len(caught))
    assert counts[0] == counts[1]


# On the organizer's desk.


@pytest.fixture
def three(
    coach: Client,
    meet: Meet,
    race: Race,
    runners: list[Athlete],
    nittai: Tenant,
    good: MasterProduct,
    thick: MasterProduct,
) -> None:
    bare = shoe_of(nittai, "HY-0")
    rows = [row(one, race, shoe=shoe.pk) for one, shoe in zip(runners, (good, thick, bare), strict=False)]
    assert send(coach, meet, None, [*rows, row(runners[3], race)]).status_code == 303


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("state", "key"), [("allowed", "HY-1"), ("not_allowed", "HY-40"), ("unknown", "HY-0")])
def test_the_desk_lists_entries_by_verdict(client: Client, meet: Meet, aoki: User, state: str, key: str) -> None:
    client.force_login(aoki)
    page = client.get("/admin/entries/entry/", {"meet": str(meet.pk), "shoe": state})
    declared = [one.shoe_declared for one in page.context["cl"].result_list]
    assert declared == [f"HAYATE {key} スパイク"]


@pytest.mark.usefixtures("three")
def test_the_desk_shows_what_was_declared_with_its_mark(client: Client, meet: Meet, aoki: User) -> None:
    client.force_login(aoki)
    page = client.get("/admin/entries/entry/").content.decode()
    for word in ("使用可", "使用不可", "要確認"):
        assert f">{word}<" in page
    assert client.get("/admin/entries/entry/", {"shoe": "allowed"}).status_code == 200  # no meet, no filter
    with across_tenants():
        worn = Entry.objects.get(shoe_declared__contains="HY-40")
    assert "上限の20mmを超えています" in client.get(f"/admin/entries/entry/{worn.pk}/change/").content.decode()
    file = client.get("/admin/entries/entry/export", {"meet": meet.pk}).content.decode("utf-8-sig")
    assert "HAYATE HY-40 スパイク,使用不可" in file.replace('"', "")


@pytest.mark.usefixtures("three")
def test_the_desks_list_costs_the_same_for_any_number_of_shoes(
    client: Client, meet: Meet, race: Race, kita: Team, baba: User, aoki: User, nittai: Tenant
) -> None:
    counts = []
    for extra in (0, 5):
        client.force_login(baba)
        rows = [row(one, race, shoe=shoe_of(nittai, f"Z-{n}").pk) for n, one in enumerate(athletes_of(kita, extra))]
        assert not rows or send(client, meet, None, rows, key="more").status_code == 303
        client.force_login(aoki)
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/admin/entries/entry/", {"meet": str(meet.pk), "shoe": "unknown"}).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
