"""Every module of tests is decided about: on both databases, or on PostgreSQL alone and why."""

from tests.databases import LEFT_OUT, MODULES, NEEDS_POSTGRESQL, ON_BOTH, QUICK, TESTS, name_of, undecided

NOTHING: dict[str, list[str]] = {"in neither table": [], "in no folder": [], "decided twice": []}


def modules() -> list[str]:
    names = [name_of(path) for path in TESTS.rglob("test_*.py")]
    return [name for name in names if not name.startswith(NEEDS_POSTGRESQL)]


def test_every_module_is_decided_about() -> None:
    assert undecided(modules()) == NOTHING
    assert len(modules()) > 100
    assert 10 < len(QUICK) < len(MODULES)


def test_one_that_nobody_has_thought_about_is_seen_and_one_that_is_gone() -> None:
    *known, gone = modules()
    assert undecided([*known, "payment/test_new.py"]) == NOTHING | {
        "in neither table": ["payment/test_new.py"],
        "in no folder": [gone],
    }


def test_each_reason_is_said() -> None:
    assert all(reason and names for table in (ON_BOTH, LEFT_OUT) for reason, names in table.items())
