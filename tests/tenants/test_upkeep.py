"""Signs of life, runs and alarms."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.models import Alarm, Heartbeat, OpsRun
from tenants.upkeep.actions import beat, clear_alarm, noted, raise_alarm

pytestmark = pytest.mark.django_db


def test_a_beat_replaces_the_one_before() -> None:
    now = timezone.now()
    beat("worker", at=now - timedelta(minutes=1), mails=3)
    beat("worker", at=now, mails=4)
    row = Heartbeat.objects.get()
    assert (row.beat_at, row.facts) == (now, {"mails": 4})


def test_a_run_that_raises_is_noted_as_failed_and_comes_through() -> None:
    def fail() -> None:
        with noted("backup") as run:
            run.facts = {"tables": 3}
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    row = OpsRun.objects.get()
    assert row.succeeded is False
    assert row.finished_at is not None
    assert row.facts == {"tables": 3}


def test_a_run_may_call_itself_failed() -> None:
    with noted("weekly_check") as run:
        run.succeeded = False
    assert OpsRun.objects.get().succeeded is False


def test_a_run_that_ends_well_says_so() -> None:
    with noted("weekly_check"):
        pass
    assert OpsRun.objects.get().succeeded is True


def test_an_alarm_is_new_once_until_it_is_cleared() -> None:
    now = timezone.now()
    assert raise_alarm("mail", at=now, oldest=600)
    assert not raise_alarm("mail", at=now, oldest=700)
    assert Alarm.objects.get().facts == {"oldest": 700}
    assert clear_alarm("mail", at=now)
    assert not clear_alarm("mail", at=now)
    assert raise_alarm("mail", at=now, oldest=5)
