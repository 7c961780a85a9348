"""Jobs: one worker at a time, again when a worker died, never for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.jobs.work import LEASE, MOST_ATTEMPTS, Report, claim, enqueue, hand_back, run
from tenants.models import Tenant, User

pytestmark = pytest.mark.django_db
done: list[dict[str, int]] = []


def count(job: Job, report: Report) -> None:
    report(3, 10)
    done.append(job.args)


def stumble(job: Job, report: Report) -> None:
    raise ZeroDivisionError("the function's own fault")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_functions", {})
    work.register("count", count)
    work.register("stumble", stumble)
    done.clear()


def put(kind: str = "count", **args: int) -> Job:
    return enqueue(kind, tenant=None, by=None, **args)


def test_a_job_is_done_with_its_arguments_and_stays_done(nittai: Tenant, aoki: User) -> None:
    job = enqueue("count", tenant=nittai, by=aoki, run=7)
    mine = claim(at=timezone.now())
    assert mine == job
    run(mine)
    job.refresh_from_db()
    assert (done, job.is_over, job.tenant, job.by, job.leased_until) == ([{"run": 7}], True, nittai, aoki, None)
    assert claim(at=timezone.now() + timedelta(days=1)) is None


@pytest.mark.django_db(transaction=True)
def test_progress_is_a_percentage_once_the_whole_is_known() -> None:
    job = put()
    assert job.percent is None
    job.done, job.total = 3, 10
    assert job.percent == 30
    mine = claim(at=timezone.now())
    assert mine is not None
    run(mine)
    job = Job.objects.get(pk=job.pk)
    assert (job.done, job.total, job.percent) == (10, 10, 100)


def test_the_oldest_comes_first_and_each_goes_to_one_worker() -> None:
    first, second, at = put(), put(), timezone.now()
    assert [claim(at=at), claim(at=at), claim(at=at)] == [first, second, None]


def test_a_named_job_is_claimed_alone() -> None:
    put()
    second = put()
    assert claim(at=timezone.now(), only=second.pk) == second
    assert claim(at=timezone.now(), only=second.pk) is None


def test_a_dead_workers_job_comes_back_after_its_lease_and_is_given_up_in_the_end() -> None:
    job, at = put(), timezone.now()
    for attempt in range(MOST_ATTEMPTS):
        assert claim(at=at + attempt * 2 * LEASE) == job
        assert claim(at=at + attempt * 2 * LEASE + LEASE) is None
    assert claim(at=at + MOST_ATTEMPTS * 2 * LEASE) is None
    job.refresh_from_db()
    assert (job.failed_at is not None, done) == (True, [])


def test_what_a_function_raises_fails_the_job_under_an_id_that_the_log_carries(
    caplog: pytest.LogCaptureFixture,
) -> None:
    put("stumble")
    mine = claim(at=timezone.now())
    assert mine is not None
    with pytest.raises(ZeroDivisionError):
        run(mine)
    mine.refresh_from_db()
    assert mine.failed_at is not None
    assert len(mine.error_id) == 12
    assert "(stumble) failed" in caplog.text
    assert claim(at=timezone.now() + timedelta(days=1)) is None


def test_a_job_that_is_handed_back_is_free_at_once_and_has_lost_no_attempt() -> None:
    job, at = put(), timezone.now()
    assert claim(at=at) == job
    hand_back(job)
    assert claim(at=at) == job
    job.refresh_from_db()
    assert job.attempts == 1


def test_an_unknown_kind_is_refused_before_it_is_stored() -> None:
    with pytest.raises(KeyError):
        put("nothing")
    with pytest.raises(ValueError, match="count"):
        work.register("count", stumble)
    assert not Job.objects.exists()
