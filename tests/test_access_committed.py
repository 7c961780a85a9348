"""Every address once more with each statement committed at once, as on the site.

A test's own transaction hides what only autocommit shows: a lock that is asked for outside a transaction, for one.
"""

from urllib.parse import urlencode

import pytest

from tests.every_page import FORM, build

pytestmark = pytest.mark.django_db(transaction=True)
CONFIRMED = urlencode({"confirm": "1", "post": "yes"})
VISITS = (("GET", ""), ("POST", ""), ("POST", CONFIRMED))


@pytest.mark.parametrize("who", ["doi", "owner"])
def test_no_page_breaks_outside_a_transaction(who: str) -> None:
    """Tried by a stranger, and on each page by one who may open it; deleting comes last."""
    world, broken = build(), []
    clients = {one: world.client(one) for one in ("baba", "aoki", "doi")}
    pages = sorted(world.pages, key=lambda page: "delete" in page.pattern)
    for method, body in VISITS:
        for page in pages:
            one = page.tried_by(who)
            if "logout" not in page.pattern:
                answer = clients[one].generic(method, page.address, body, content_type=FORM)
                broken += [f"{method} {page.address} as {one}"] if answer.status_code >= 500 else []
    assert broken == []
