"""Asking for a text: counted once, written once, given back when the service fails."""

import logging
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog.drafting import actions, jobs, quota
from catalog.drafting import service as drafting_service
from catalog.drafting.models import DraftMonth, DraftState, ProductDraft
from catalog.drafting.plans import DRAFTS_A_MONTH, SMALLEST, drafts_a_month
from catalog.models import MasterProduct, ProductOverride
from tenants.audit.models import AuditRecord
from tenants.jobs.models import Job
from tenants.jobs.work import MOST_ATTEMPTS, claim, run
from tenants.models import Tenant, User
from tenants.refusal import Refused
from tenants.scope import tenant_scope
from tests.anthropic_stand_in import TEXT, StandIn, error, text, texts
from tests.catalog.draft_cast import again, ask, rewrite, service, shoe, shoe_of, work

__all__ = ["service", "shoe"]
pytestmark = pytest.mark.django_db


def used(tenant: Tenant) -> int:
    with tenant_scope(tenant.pk):
        return sum(DraftMonth.objects.values_list("used", flat=True))


def fill(tenant: Tenant, left: int = 0, **fields: int) -> None:
    with tenant_scope(tenant.pk):
        month, limit = quota.month_of(timezone.now()), drafts_a_month(tenant.plan)
        DraftMonth.objects.create(tenant=tenant, month=month, used=limit - left, **fields)


def test_a_text_is_written_from_the_facts_and_kept(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    draft = ask(shoe, endo, tone="guide", note="短く")
    assert (draft.state, used(shoe.tenant)) == (DraftState.WAITING, 1)
    assert service.asked == []
    assert work() == 1
    draft = again(draft)
    assert (draft.state, draft.text, draft.problems, draft.similarity) == (DraftState.DONE, TEXT, [], None)
    assert draft.facts["price_jpy"] == "24,200円"
    assert draft.finished_at is not None
    verbs = list(AuditRecord.objects.filter(target_type="productdraft").order_by("pk").values_list("verb", "actor"))
    assert verbs == [("draft.asked", endo.pk), ("draft.written", None)]


def test_the_correction_is_the_fact_not_the_master(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    with tenant_scope(shoe.tenant_id):
        ProductOverride.objects.create(
            tenant=shoe.tenant, product=shoe, field="price_jpy", value=19800, base=24200, made_at=timezone.now()
        )
    assert ask(shoe, endo).facts["price_jpy"] == "19,800円"
    work()
    assert "19,800円" in service.asked[0].raw.decode()
    assert "24,200" not in service.asked[0].raw.decode()


def test_a_text_with_problems_is_in_question_and_counts(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    service.mode = text("最高のシューズです。価格は9,800円です。")
    draft = ask(shoe, endo)
    work()
    draft = again(draft)
    assert draft.state == DraftState.REFUSED
    assert draft.problems == [["hype", "最高"], ["number", "9,800円"]]
    assert used(shoe.tenant) == 1


def test_a_failure_of_the_service_gives_the_place_back_under_an_id_of_the_log(
    service: StandIn, shoe: MasterProduct, endo: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    service.mode = error(529, "overloaded_error")
    draft = ask(shoe, endo)
    work()
    draft = again(draft)
    assert (draft.state, draft.error_code, draft.text, used(shoe.tenant)) == ("failed", "draft_overloaded", "", 0)
    assert len(draft.error_id) == 12
    assert draft.error_id in caplog.text
    assert "Traceback" not in caplog.text


def test_a_failure_is_given_back_to_the_month_it_was_counted_in(
    service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    service.mode = error(500, "api_error")
    ask(shoe, endo, at=datetime(2026, 10, 31, 14, 59, tzinfo=UTC))
    with tenant_scope(shoe.tenant_id):
        DraftMonth.objects.create(tenant=shoe.tenant, month=quota.month_of(timezone.now()), used=5)
    work()
    with tenant_scope(shoe.tenant_id):
        assert list(DraftMonth.objects.order_by("month").values_list("used", flat=True)) == [0, 5]


def test_the_month_turns_at_midnight_in_tokyo() -> None:
    assert f"{quota.month_of(datetime(2026, 10, 31, 14, 59, tzinfo=UTC))}" == "2026-10-01"
    assert f"{quota.month_of(datetime(2026, 10, 31, 15, 0, tzinfo=UTC))}" == "2026-11-01"


def test_a_job_that_is_run_twice_makes_one_text_and_counts_once(
    service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    service.mode = texts(TEXT, "別のシューズです。")
    draft = ask(shoe, endo)
    job = claim(at=timezone.now())
    assert job is not None
    run(job)
    run(job)
    assert (again(draft).text, used(shoe.tenant), len(service.asked)) == (TEXT, 1, 1)


def test_of_two_workers_at_one_draft_the_first_that_ends_is_kept(
    service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    """The other one's lease ran out while it waited for the service."""
    draft = ask(shoe, endo)
    late, quick = again(draft), again(draft)
    now, month = timezone.now(), quota.month_of(timezone.now())
    with tenant_scope(shoe.tenant_id):
        assert actions.keep_text(quick, text="一です。", problems=[], similarity=None, at=now)
        assert not actions.keep_text(late, text="二です。", problems=[], similarity=None, at=now)
        assert not actions.keep_failure(late, code="draft_busy", error_id="x", month=month, at=now)
    assert (again(draft).text, used(shoe.tenant)) == ("一です。", 1)


def test_a_worker_that_dies_midway_is_followed_by_another(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    draft = ask(shoe, endo)
    assert claim(at=timezone.now()) is not None  # and is killed here
    Job.objects.update(leased_until=timezone.now())
    assert work() == 1
    assert (again(draft).text, used(shoe.tenant)) == (TEXT, 1)


def test_a_draft_whose_job_killed_its_workers_is_given_back_by_the_next_one(
    service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    draft = ask(shoe, endo)
    Job.objects.update(attempts=MOST_ATTEMPTS)
    assert work() == 0
    other = ask(shoe, endo)
    draft = again(draft)
    assert (draft.state, draft.error_code, used(shoe.tenant)) == (DraftState.FAILED, "draft_crashed", 1)
    work()
    assert again(other).state == DraftState.DONE


def test_an_error_of_our_own_ends_the_job_and_frees_the_product(
    service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    draft = ask(shoe, endo)
    with mock.patch.object(jobs, "check", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        work()
    assert again(draft).state == DraftState.WAITING
    ask(shoe, endo)
    failed = again(draft)
    assert (failed.state, used(shoe.tenant)) == (DraftState.FAILED, 1)
    assert failed.job is not None
    assert failed.error_id == failed.job.error_id != ""


def test_a_draft_that_is_gone_is_no_work(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    draft = ask(shoe, endo)
    with tenant_scope(shoe.tenant_id):
        ProductDraft.objects.filter(pk=draft.pk).delete()
    assert work() == 1
    assert service.asked == []


def test_a_second_click_asks_for_nothing(service: StandIn, shoe: MasterProduct, endo: User, aoki: User) -> None:
    ask(shoe, endo)
    for who in (endo, aoki):
        with pytest.raises(Refused) as refused:
            ask(shoe, who)
        assert refused.value.code == "draft_waiting"
    assert (used(shoe.tenant), Job.objects.count()) == (1, 1)


def test_the_last_place_is_taken_and_no_more(service: StandIn, nittai: Tenant, endo: User) -> None:
    fill(nittai, left=1)
    ask(shoe_of(nittai, "A"), endo)
    with pytest.raises(Refused) as refused:
        ask(shoe_of(nittai, "B"), endo)
    assert refused.value.code == "draft_quota"
    assert (used(nittai), Job.objects.count()) == (drafts_a_month(nittai.plan), 1)


def test_what_is_granted_beside_the_plan_counts(service: StandIn, nittai: Tenant, endo: User) -> None:
    fill(nittai, extra=1)
    ask(shoe_of(nittai, "A"), endo)
    with pytest.raises(Refused):
        ask(shoe_of(nittai, "B"), endo)


def test_another_host_has_its_own_count(service: StandIn, nittai: Tenant, chuo: Tenant, doi: User) -> None:
    fill(nittai)
    ask(shoe_of(chuo), doi)
    assert used(chuo) == 1


def test_an_unknown_plan_is_the_smallest() -> None:
    assert drafts_a_month("no such plan") == SMALLEST == min(DRAFTS_A_MONTH.values()) > 0


def test_a_rewrite_gets_the_text_what_was_marked_and_the_instruction(
    service: StandIn, shoe: MasterProduct, endo: User
) -> None:
    service.mode = texts("最高のシューズです。", "シューズです。")
    first = ask(shoe, endo)
    work()
    second = rewrite(first, endo, note="落ち着いて")
    work()
    sent = service.asked[1].body["messages"][0]["content"]
    assert all(part in sent for part in ("最高のシューズです。", '["最高"]', "落ち着いて", "24,200円"))
    second = again(second)
    assert (second.rewrites_id, second.text, second.state) == (first.pk, "シューズです。", DraftState.DONE)
    assert second.similarity == 80
    assert used(shoe.tenant) == 2


def test_a_draft_is_rewritten_once_and_a_rewrite_never(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    first = ask(shoe, endo)
    with pytest.raises(Refused) as early:
        rewrite(first, endo)
    work()
    second = rewrite(again(first), endo)
    with pytest.raises(Refused) as again_at_once:
        rewrite(again(first), endo)
    work()
    with pytest.raises(Refused) as chained:
        rewrite(again(second), endo)
    codes = [refused.value.code for refused in (early, again_at_once, chained)]
    assert codes == ["draft_unfinished", "draft_rewritten", "draft_is_rewrite"]
    assert used(shoe.tenant) == 2


def test_a_rewrite_that_failed_may_be_asked_for_again(service: StandIn, shoe: MasterProduct, endo: User) -> None:
    first = ask(shoe, endo)
    work()
    service.mode = error(500, "api_error")
    failed = rewrite(again(first), endo)
    work()
    assert again(failed).rewrites_id is None
    service.mode = text(TEXT)
    rewrite(again(first), endo)
    assert used(shoe.tenant) == 2


def test_similarity_is_against_the_products_text_before(
    service: StandIn, shoe: MasterProduct, nittai: Tenant, endo: User
) -> None:
    service.mode = texts("あいうえお。", "まみむめも。", "あいうえお。", "まみむめも。", "")
    other = shoe_of(nittai, "OTHER")
    drafts = []
    for product in (shoe, other, shoe, shoe):
        drafts.append(ask(product, endo))
        work()
    ask(shoe, endo)
    work()
    assert [again(draft).similarity for draft in drafts] == [None, None, 100, 0]


@pytest.mark.parametrize("missing", ["key", "library"])
def test_without_key_or_library_nothing_is_counted(
    service: StandIn, shoe: MasterProduct, endo: User, settings: Settings, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    if missing == "key":
        settings.ANTHROPIC_API_KEY = ""
    else:
        monkeypatch.setitem(__import__("sys").modules, "anthropic", None)
    with pytest.raises(Refused) as refused:
        ask(shoe, endo)
    assert refused.value.code in ("draft_no_key", "draft_not_installed")
    assert used(shoe.tenant) == 0


def test_a_key_taken_away_meanwhile_is_a_failure_like_any_other(
    service: StandIn, shoe: MasterProduct, endo: User, settings: Settings
) -> None:
    draft = ask(shoe, endo)
    settings.ANTHROPIC_API_KEY = ""
    work()
    assert (again(draft).error_code, used(shoe.tenant)) == ("draft_no_key", 0)


def test_no_transaction_is_open_while_the_service_writes(
    service: StandIn, shoe: MasterProduct, endo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    depth = len(connection.savepoint_ids)
    seen: list[int] = []

    def note(prompt: object) -> str:
        seen.append(len(connection.savepoint_ids))
        return TEXT

    monkeypatch.setattr(drafting_service, "ask", note)
    ask(shoe, endo)
    work()
    assert seen == [depth]
