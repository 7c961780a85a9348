"""The "302" accident (seed 000_352228edfa213c32 section 6-2): a session outlives its process, the server, and a deploy."""

from collections import Counter
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command

from config.ops.smoke.http import Answer, Visitor, read_place
from config.ops.smoke.signin import try_password
from tests.site import Site

REFERENCES = "/staff/references?brand=TESTBRAND"
KEYS = [f"key-{letter}-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLM" for letter in "ab"]


@pytest.fixture
def two_processes() -> Iterator[Site]:
    call_command("seed_staging_min", stdout=StringIO())
    with Site(workers=2, SECRET_KEY=KEYS[0]) as site:
        yield site


def staff(site: Site) -> Visitor:
    visitor = Visitor(read_place(site.address), timeout=20)
    assert try_password(visitor, "staff-a@example.com", "StaffAPass123!").status == 302
    return visitor


def reload(visitor: Visitor, times: int = 10) -> Counter[int]:
    """Each on a connection of its own, so that either process may answer."""
    return Counter(visitor.get(REFERENCES).status for _ in range(times))


def restart(site: Site, **env: str) -> None:
    site.stop()
    site.env.update(env)
    site.start()


def test_ten_reloads_are_200_on_two_processes_and_after_a_restart(two_processes: Site) -> None:
    """seed 000_352228edfa213c32 section 5: 10回リロードして全部 200; section 6-2: 再起動ごとにセッション署名が変わる事故."""
    visitor = staff(two_processes)
    assert reload(visitor) == {200: 10}
    restart(two_processes)
    assert reload(visitor) == {200: 10}
    two_processes.kill()
    two_processes.start()
    assert reload(visitor) == {200: 10}
    found: Answer = visitor.get(REFERENCES)
    assert found.json() == {"brand": "TESTBRAND", "count": 1, "items": ["REF001"]}


def test_a_new_key_signs_out_unless_the_older_one_is_kept(two_processes: Site) -> None:
    """seed 000_352228edfa213c32 section 6-2, the other way round: what the accident looks like, and its remedy."""
    visitor = staff(two_processes)
    restart(two_processes, SECRET_KEY=KEYS[1])
    assert reload(visitor) == {302: 10}
    restart(two_processes, SECRET_KEY_FALLBACKS=KEYS[0])
    assert reload(staff(two_processes)) == {200: 10}
    visitor = staff(two_processes)
    restart(two_processes, SECRET_KEY=KEYS[0], SECRET_KEY_FALLBACKS=KEYS[1])
    assert reload(visitor) == {200: 10}
