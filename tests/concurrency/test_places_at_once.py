"""Several people add a place to a race at the same instant: none is lost, and a form that is sent twice counts once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection

from entries.entry import entry_actions, places, queries
from entries.meet.models import Meet, Race
from tenants.models import User
from tenants.scope import tenant_scope
from tests.conftest import race_of

PRESSED = 8


def press_all(race: Race, keys: list[str], by: User, at: datetime) -> None:
    """All at the same instant, each on a connection of its own."""
    start = Barrier(len(keys))

    def press(key: str) -> None:
        try:
            with tenant_scope(race.tenant_id):
                start.wait()
                entry_actions.add_place(race=race, key=key, by=by, at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(press, keys))


@pytest.mark.parametrize("run", range(3))
def test_no_place_is_lost_between_people(meet: Meet, aoki: User, now: datetime, run: int) -> None:
    race = race_of(meet, places=2)
    press_all(race, [str(number) for number in range(PRESSED)], aoki, now)
    race.refresh_from_db()
    assert (race.places, race.line) == (2 + PRESSED, 2 + PRESSED)


def test_a_form_that_is_sent_eight_times_at_once_counts_once(meet: Meet, aoki: User, now: datetime) -> None:
    race = race_of(meet, places=2)
    press_all(race, ["same"] * PRESSED, aoki, now)
    race.refresh_from_db()
    assert race.places == 3


def test_without_the_lock_it_would_count_more_often(
    meet: Meet, aoki: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: all have looked before anyone has written."""
    race, looked = race_of(meet, places=2), Barrier(PRESSED)
    monkeypatch.setattr(places, "lock_races", lambda race_ids: None)
    noted = queries.is_press_noted

    def look(race: Race, key: str) -> bool:
        found = noted(race, key)
        looked.wait()
        return found

    monkeypatch.setattr(entry_actions, "is_press_noted", look)
    press_all(race, ["same"] * PRESSED, aoki, now)
    race.refresh_from_db()
    assert race.places is not None
    assert race.places > 3
