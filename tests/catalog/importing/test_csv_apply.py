"""A CSV against the catalogue: preview, writing, overrides, export and the way round."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog.importing import actions, jobs, staging
from catalog.importing.export import export_csv
from catalog.importing.models import ImportFile, ImportRun
from catalog.importing.sqlite.sqlite_import import import_old_file
from catalog.models import BrandCount, MasterProduct
from catalog.overrides.actions import override_field
from tenants.jobs import work
from tenants.models import AuditRecord, Job, Tenant, User
from tenants.refusal import Refused
from tenants.scope import ScopeError, across_tenants, tenant_scope
from tests.catalog.importing.csvfiles import exported, preview, product, rejected_of, stored, take_in, work_off
from tests.catalog.importing.oldfiles import REF001, old_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]
SHOES = (
    "ブランド,型番,商品名,分類,価格,靴底の厚さ,使用できる種目,WAリスト区分,使用開始日,使用終了日,色\n"
    "asics,m-1,メタ,shoe,24200,39.5,road track,listed,2026-04-01,2027-03-31,赤\n"
    "asics,m-2,メタ2,shoe,,40,,,,,\n"
)


def put(nittai: Tenant, brand: str = "A", reference: str = "1", **fields: Any) -> MasterProduct:
    return MasterProduct.objects.create(tenant=nittai, brand=brand, reference=reference, **fields)


def rows_of(run: ImportRun) -> list[dict[str, Any]]:
    """The rows that the preview keeps."""
    return ImportFile.objects.get(run=run).rows or []


def test_new_products_get_every_field(nittai: Tenant, aoki: User) -> None:
    run = take_in(nittai, SHOES, aoki)
    assert run.counts == {"read": 2, "new": 2, "changed": 0, "unchanged": 0, "rejected": 0, "conflicts": 0}
    one, two = stored()
    assert {**one, "tenant_id": 0} == {
        "tenant_id": 0, "brand": "ASICS", "reference": "M-1", "name": "メタ", "category": "shoe", "price_jpy": 24200,
        "specs": {"色": "赤"}, "stack_height_mm": one["stack_height_mm"], "events_allowed": ["track", "road"],
        "list_status": "listed", "valid_from": one["valid_from"], "valid_until": one["valid_until"],
    }  # fmt: skip
    dates = (one["valid_from"].isoformat(), one["valid_until"].isoformat())
    assert (str(one["stack_height_mm"]), *dates) == ("39.5", "2026-04-01", "2027-03-31")
    assert (two["price_jpy"], two["events_allowed"], two["valid_from"], two["specs"]) == (None, [], None, {})
    assert BrandCount.objects.get(brand="ASICS").products == 2


def test_nothing_is_written_before_it_is_confirmed(nittai: Tenant, aoki: User) -> None:
    run = preview(nittai, SHOES, aoki)
    assert (run.state, run.counts["new"], stored()) == ("previewed", 2, [])


def test_the_same_file_twice_changes_nothing(nittai: Tenant, aoki: User) -> None:
    take_in(nittai, SHOES, aoki)
    before = stored()
    run = take_in(nittai, SHOES, aoki)
    assert run.counts == {"read": 2, "new": 0, "changed": 0, "unchanged": 2, "rejected": 0, "conflicts": 0}
    assert (stored(), run.sample) == (before, [])


def test_an_absent_column_is_left_alone_and_a_blank_cell_empties_the_value(nittai: Tenant, aoki: User) -> None:
    take_in(nittai, SHOES, aoki)
    take_in(nittai, "brand,reference,price,色,素材\nASICS,M-1,,,綿\n", aoki)
    shoe = product("ASICS", "M-1")
    assert (shoe.name, shoe.events_allowed, shoe.price_jpy, shoe.specs) == (
        "メタ",
        ["track", "road"],
        None,
        {"素材": "綿"},
    )
    blank = (
        "brand,reference,商品名,分類,靴底の厚さ,使用できる種目,WAリスト区分,使用開始日,使用終了日\nasics,m-1,,,,,,,\n"
    )
    assert take_in(nittai, blank, aoki).counts["changed"] == 1
    shoe = product("ASICS", "M-1")
    assert (shoe.name, shoe.category, shoe.stack_height_mm, shoe.events_allowed) == ("", "", None, [])
    assert (shoe.list_status, shoe.valid_from, shoe.valid_until) == ("", None, None)


@pytest.mark.parametrize(
    ("title", "before", "after", "shown"),
    [
        ("商品名", "x", "y", ["name", "x", "y"]),
        ("分類", "", "shoe", ["category", "", "shoe"]),
        ("価格", "0", "", ["price_jpy", 0, None]),
        ("靴底の厚さ", "39.5", "40", ["stack_height_mm", "39.5", "40.0"]),
        ("使用できる種目", "road", "競歩、ロード", ["events_allowed", ["road"], ["road", "race_walk"]]),
        ("WAリスト区分", "", "development", ["list_status", "", "development"]),
        ("使用開始日", "", "2026/4/1", ["valid_from", None, "2026-04-01"]),
        ("使用終了日", "2026-04-01", "2026-04-02", ["valid_until", "2026-04-01", "2026-04-02"]),
        ("色", "赤", "", ["specs.色", "赤", ""]),
        ('a"b.c$[0]', "", "é", ['specs.a"b.c$[0]', None, "é"]),
    ],
)
def test_each_change_is_found_counted_and_shown(
    nittai: Tenant, aoki: User, title: str, before: str, after: str, shown: list[Any]
) -> None:
    title = '"' + title.replace('"', '""') + '"'
    take_in(nittai, f"brand,reference,{title}\nA,1,{before}\nA,2,{before}\n", aoki)
    run = preview(nittai, f"brand,reference,{title}\nA,1,{after}\nA,2,{before}\n", aoki)
    assert (run.counts["changed"], run.counts["unchanged"]) == (1, 1)
    assert [row.get("c") for row in rows_of(run)] == [[shown], None]


def test_a_large_file_keeps_a_sample_changes_first_and_what_new_products_hold(
    nittai: Tenant, aoki: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.importing.csv_rows.MAX_ROWS", 50)
    put(nittai, name="old")
    rows = "".join(f"A,{number},name {number},\n" for number in range(1, 100))
    run = preview(nittai, f"brand,reference,name,色\n{rows}", aoki)
    assert len(run.sample) == 50
    assert run.sample[0]["changes"] == [["name", "old", "name 1"]]
    assert rows_of(run) == []
    assert run.sample[1] == {"brand": "A", "reference": "2", "is_new": True, "changes": [["name", None, "name 2"]]}


@pytest.mark.parametrize("typed", ["ガード ２", "カ\u3099ード 2", "ｶﾞｰﾄﾞ 2"])
@pytest.mark.parametrize("most", [50, 1])
def test_another_width_or_form_of_a_name_is_no_change(
    nittai: Tenant, aoki: User, monkeypatch: pytest.MonkeyPatch, typed: str, most: int
) -> None:
    """In a grid and in a file that is streamed; nor is it written with what does change."""
    monkeypatch.setattr("catalog.importing.csv_rows.MAX_ROWS", most)
    put(nittai, name="ガード 2", category="shoe")
    run = take_in(nittai, f"brand,reference,name,category\nA,1,{typed},ｓｈｏｅ\nA,2,x,\n", aoki)
    assert (run.counts["new"], run.counts["changed"], run.counts["unchanged"]) == (1, 0, 1)
    run = preview(nittai, f"brand,reference,name,price\nA,1,{typed},5\nA,3,x,\n", aoki)
    assert run.counts["changed"] == 1
    assert [row.get("c") for row in rows_of(run)] in ([], [[["price_jpy", None, 5]], None])
    work_off(actions.confirm(run, by=aoki))
    assert (product("A", "1").name, product("A", "1").price_jpy) == ("ガード 2", 5)


def test_a_file_of_keys_alone_adds_what_is_missing(nittai: Tenant, aoki: User) -> None:
    put(nittai, name="x")
    assert take_in(nittai, "brand,reference\na,1\na,2\n", aoki).counts["unchanged"] == 1
    assert [(row["reference"], row["name"]) for row in stored()] == [("1", "x"), ("2", "")]


def test_bad_rows_stay_out_and_the_good_ones_are_taken(nittai: Tenant, aoki: User) -> None:
    run = take_in(nittai, "brand,reference,price\nA,1,100\nA,2,x\nA,1,200\n,3,1\n", aoki)
    assert (run.counts["read"], run.counts["new"], run.counts["rejected"]) == (4, 1, 3)
    assert [line.split(",")[0] for line in rejected_of(run).splitlines()[1:]] == ["3", "4", "5"]
    assert product("A", "1").price_jpy == 100


def test_reasons_are_in_the_language_of_who_asked(nittai: Tenant, aoki: User) -> None:
    from django.utils import translation

    with translation.override("en"):
        run = actions.start_csv(nittai, b"brand,reference\n,1\n", file_name="x.csv", by=aoki)
    assert run.job is not None
    assert run.job.args["language"] == "en"


def test_a_file_that_is_no_csv_of_products_fails_with_its_reason(nittai: Tenant, aoki: User) -> None:
    run = preview(nittai, f"brand,reference,{'x' * 200}\n", aoki)
    assert (run.state, run.refused["code"], run.refused["limit"]) == ("failed", "import_title_too_long", 100)
    assert run.finished_at is not None
    assert bytes(ImportFile.objects.get(run=run).content) == b""


def test_a_broken_row_far_down_leaves_nothing_behind(nittai: Tenant, aoki: User) -> None:
    run = preview(nittai, "brand,reference\n" + "A,1\n" * 5_000 + '"A"x,1\n', aoki)
    assert (run.state, run.refused) == ("failed", {"code": "csv_broken_row", "row": 5_002})
    assert stored() == []


def test_what_can_be_refused_at_once_makes_no_run(nittai: Tenant, aoki: User) -> None:
    for content, code in ((b"", "import_empty"), (b"x" * 20_971_521, "import_too_big")):
        with pytest.raises(Refused) as refused:
            actions.start_csv(nittai, content, file_name="x.csv", by=aoki)
        assert refused.value.code == code
    assert not ImportRun.objects.exists()
    assert not Job.objects.exists()


def test_a_confirmed_file_is_compared_with_the_catalogue_as_it_is_then(nittai: Tenant, aoki: User) -> None:
    put(nittai, reference="1", name="same")
    put(nittai, reference="2", name="old")
    run = preview(nittai, "brand,reference,name\nA,1,same\nA,2,new\nA,3,third\n", aoki)
    assert (run.counts["new"], run.counts["changed"]) == (1, 1)
    MasterProduct.objects.filter(reference="1").update(name="typed since")
    MasterProduct.objects.filter(reference="2").delete()
    put(nittai, reference="3", name="added since")
    run = work_off(actions.confirm(run, by=aoki))
    assert (run.counts["new"], run.counts["changed"], run.counts["unchanged"]) == (1, 2, 0)
    assert [row["name"] for row in stored()] == ["same", "new", "third"]


def test_products_of_another_host_are_neither_seen_nor_touched(nittai: Tenant, chuo: Tenant, aoki: User) -> None:
    with tenant_scope(chuo.pk):
        put(chuo, name="theirs")
    run = take_in(nittai, "brand,reference,name\nA,1,ours\n", aoki)
    assert run.counts["new"] == 1
    with tenant_scope(chuo.pk):
        assert stored()[0]["name"] == "theirs"


def test_the_run_keeps_the_trail_and_lets_go_of_the_file(nittai: Tenant, aoki: User) -> None:
    run = take_in(nittai, SHOES, aoki)
    entry = AuditRecord.objects.get(verb="catalog.imported")
    assert (entry.after, entry.actor, entry.target_id) == (run.counts, aoki, str(run.pk))
    assert (run.state, bytes(ImportFile.objects.get(run=run).content)) == ("done", b"")


def test_a_run_is_decided_once(nittai: Tenant, aoki: User) -> None:
    run = preview(nittai, SHOES, aoki)
    actions.confirm(run, by=aoki)
    for decide in (actions.confirm, actions.discard):
        with pytest.raises(Refused) as refused:
            decide(run, by=aoki)
        assert refused.value.code == "import_decided"
    dropped = preview(nittai, SHOES, aoki)
    actions.discard(dropped, by=aoki)
    assert bytes(ImportFile.objects.get(run=dropped).content) == b""
    with pytest.raises(Refused):
        actions.confirm(dropped, by=aoki)


def test_a_file_that_is_dropped_while_it_is_read_stays_dropped(nittai: Tenant, aoki: User) -> None:
    run = actions.start_csv(nittai, SHOES.encode(), file_name="x.csv", by=aoki)
    actions.discard(run, by=aoki)
    assert work_off(run).state == "discarded"


def test_jobs_bear_being_done_again(nittai: Tenant, aoki: User) -> None:
    run = take_in(nittai, SHOES, aoki)
    for job in Job.objects.order_by("pk"):
        (jobs.read if job.kind == actions.READ else jobs.write)(job, lambda done, total: None)
    run.refresh_from_db()
    assert (run.state, AuditRecord.objects.filter(verb="catalog.imported").count()) == ("done", 1)


def test_progress_is_reported_while_it_reads(nittai: Tenant, aoki: User) -> None:
    run = actions.start_csv(nittai, ("brand,reference\n" + "".join(f"A,{n}\n" for n in range(4_500))).encode(),
                            file_name="x.csv", by=aoki)  # fmt: skip
    said: list[tuple[int, int]] = []
    assert run.job is not None
    jobs.read(run.job, lambda done, total: said.append((done, total)))
    assert said == [(2_000, 4_500), (4_000, 4_500), (4_500, 4_500)]


def test_corrections_are_never_touched_and_conflicts_counted_before_and_after(nittai: Tenant, aoki: User) -> None:
    now = timezone.now()
    one, two, three = (put(nittai, reference=str(n), name="old", specs={"色": "赤"}) for n in (1, 2, 3))
    override_field(one, "name", "fixed", by=aoki, at=now)
    override_field(two, "name", "new", by=aoki, at=now)
    override_field(three, "specs.色", "青", by=aoki, at=now)
    content = "brand,reference,name,色\nA,1,new,赤\nA,2,new,赤\nA,3,old,緑\n"
    assert preview(nittai, content, aoki).counts["conflicts"] == 2
    run = take_in(nittai, content, aoki)
    assert (run.counts["changed"], run.counts["conflicts"]) == (3, 2)
    overrides = {row.product_id: row for row in one.overrides.model.objects.all()}
    assert [overrides[row.pk].value for row in (one, two, three)] == ["fixed", "new", "青"]
    assert [overrides[row.pk].conflict_at is not None for row in (one, two, three)] == [True, False, True]
    assert take_in(nittai, content, aoki).counts["conflicts"] == 0


def test_whoever_is_faster_makes_the_import_look_again(
    nittai: Tenant, aoki: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.importing.merging import Merge

    run = preview(nittai, "brand,reference,name\nA,1,mine\nA,2,mine\n", aoki)
    look, times = Merge.look, iter(range(9))

    def look_then_type(merge: Merge) -> dict[str, int]:
        found = look(merge)
        if next(times) == 0:
            put(nittai, name="typed meanwhile")
        return found

    monkeypatch.setattr(Merge, "look", look_then_type)
    monkeypatch.setattr(staging, "TRIES", 2)
    run = work_off(actions.confirm(run, by=aoki))
    assert (run.state, [row["name"] for row in stored()]) == ("done", ["mine", "mine"])


def test_two_jobs_of_a_size_cost_the_same_queries(
    nittai: Tenant, aoki: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (1, 300):
        content = "brand,reference,name\n" + "".join(f"A,{n},x\n" for n in range(rows))
        run = preview(nittai, content, aoki)
        with django_assert_max_num_queries(45):
            work_off(actions.confirm(run, by=aoki))


def test_an_export_outside_of_one_hosts_scope_is_refused() -> None:
    with across_tenants(), pytest.raises(ScopeError):
        export_csv()


def test_an_empty_catalogue_exports_its_titles(nittai: Tenant) -> None:
    assert exported(nittai).decode("utf-8-sig").startswith("ブランド,型番,商品名,分類,価格（円）,")


def test_old_products_and_shoes_go_out_and_come_back_equal(
    nittai: Tenant, chuo: Tenant, aoki: User, tmp_path: Path
) -> None:
    import_old_file(nittai, old_file(tmp_path / "old.db", [REF001, {"brand": "=1+1", "reference": "-2"}]), batch_size=9)
    take_in(nittai, SHOES, aoki)
    content, before = exported(nittai), stored()
    run = take_in(nittai, content, aoki)
    assert run.counts == {"read": 4, "new": 0, "changed": 0, "unchanged": 4, "rejected": 0, "conflicts": 0}
    assert stored() == before
    take_in(chuo, content, aoki)
    assert take_in(nittai, exported(chuo), aoki).counts["unchanged"] == 4


@pytest.mark.parametrize("page", [1, 2, 3, 2_000])
def test_pages_neither_lose_nor_repeat_a_product(nittai: Tenant, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    monkeypatch.setattr("catalog.importing.export.PAGE", page)
    for brand, reference in (("A", "1"), ("A", "2"), ("B", "1"), ("B-", "0"), ("Ａ", "1"), ("𠮷", "1")):
        put(nittai, brand, reference)
    lines = exported(nittai).decode("utf-8-sig").splitlines()[1:]
    assert [tuple(line.split(",")[:2]) for line in lines] == [
        ("A", "1"), ("A", "2"), ("B", "1"), ("B-", "0"), ("Ａ", "1"), ("𠮷", "1")
    ]  # fmt: skip


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXT, st.dictionaries(TEXT, TEXT, max_size=4)), max_size=5))
def test_any_text_goes_out_and_comes_back_equal(
    nittai: Tenant, aoki: User, rows: list[tuple[str, dict[str, str]]]
) -> None:
    MasterProduct.objects.all().delete()
    for number, (name, specs) in enumerate(rows):
        put(nittai, "=B", f"'{number}", name=name.strip(), specs=json.loads(json.dumps(specs)))
    before = stored()
    if rows:
        run = take_in(nittai, exported(nittai), aoki)
        assert (run.counts["unchanged"], stored()) == (len(rows), before)


def test_a_job_whose_worker_died_is_done_again(nittai: Tenant, aoki: User) -> None:
    run = actions.confirm(preview(nittai, SHOES, aoki), by=aoki)
    now = timezone.now()
    assert work.claim(at=now - work.LEASE - timedelta(seconds=1), only=run.job_id) is not None
    assert work_off(run).state == "done"
