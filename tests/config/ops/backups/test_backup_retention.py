"""Which backups stay, and which one counts as the latest good one."""

from datetime import UTC, datetime, timedelta

from config.ops.backups.file.names import Named, name_at, parsed, suspect
from config.ops.backups.retention import ALWAYS_KEPT, is_shrunk, latest, outdated

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def nightly(days: range, *, is_suspect: bool = False) -> list[Named]:
    return [Named(f"{day}{'s' if is_suspect else ''}", NOW - timedelta(days=day), 100, is_suspect) for day in days]


def test_what_is_older_than_the_limit_goes_oldest_first() -> None:
    found = outdated(nightly(range(40)), at=NOW, keep_days=35)
    assert [backup.name for backup in found] == ["39", "38", "37", "36"]


def test_the_last_seven_good_ones_stay_whatever_their_age() -> None:
    old = nightly(range(100, 110))
    assert [backup.name for backup in outdated(old, at=NOW, keep_days=35)] == ["109", "108", "107"]
    assert outdated(nightly(range(100, 107)), at=NOW, keep_days=1) == []
    assert ALWAYS_KEPT == 7


def test_suspect_ones_push_no_good_one_out() -> None:
    """A week of empty dumps must not remove the last real ones."""
    found = outdated([*nightly(range(50, 57)), *nightly(range(20), is_suspect=True)], at=NOW, keep_days=10)
    assert {backup.name for backup in found} == {f"{day}s" for day in range(11, 20)}


def test_the_latest_is_a_good_one() -> None:
    found = latest([*nightly(range(2, 5)), *nightly(range(2), is_suspect=True)])
    assert found is not None
    assert found.name == "2"
    assert latest(nightly(range(2), is_suspect=True)) is None


def test_names_say_site_time_and_whether_something_is_wrong() -> None:
    name = name_at(NOW, site="prod", encrypted=True)
    assert name == "nit-sys-prod-20261123T020000Z.zip.age"
    assert parsed(name, 5, site="prod") == Named(name, NOW, 5, False)
    assert parsed(name, 5, site="staging") is None
    found = parsed(suspect(name), 5, site="prod")
    assert found is not None
    assert found.is_suspect
    for other in ("erasures/x.json", "notes.txt", f".{name}.part", f"{name}.sig"):
        assert parsed(other, 5, site="prod") is None


def test_half_of_the_last_size_is_still_good() -> None:
    assert (is_shrunk(50, 100), is_shrunk(49, 100), is_shrunk(0, 0)) == (False, True, False)
