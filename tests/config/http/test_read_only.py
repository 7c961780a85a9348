"""The site that only reads (contract 6, requirement M7)."""

import pytest

from entries.entry.models import SheetDraft
from entries.meet.models import Meet
from entries.roster.models import Team
from tenants.models import User
from tenants.scope import across_tenants
from tenants.switches import queries
from tenants.switches.models import Function
from tests.closed_site import SHEET, close
from tests.conftest import PASSWORD
from tests.visitor import client_of

pytestmark = pytest.mark.django_db


def test_reading_goes_on_while_nothing_can_be_changed(meet: Meet, baba: User, kita: Team, aoki: User) -> None:
    close(Function.READ_ONLY, message="移行中")
    client = client_of(baba)
    for address in ("/", "/meets/", "/meets/nittai/ld326/", "/teams/", f"/teams/{kita.pk}/athletes/", SHEET):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "現在は閲覧のみできます" in answer.content.decode(), address
    assert client_of(aoki).get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("who", ["baba", "aoki", "admin"])
def test_every_way_of_changing_is_refused_also_to_the_platform_admin(
    meet: Meet, who: str, method: str, baba: User, aoki: User, admin: User
) -> None:
    close(Function.READ_ONLY)
    client = client_of({"baba": baba, "aoki": aoki, "admin": admin}[who])
    for address in (SHEET, "/teams/new", "/admin/entries/meet/add/", f"/admin/entries/meet/{meet.pk}/change/"):
        answer = getattr(client, method)(address)
        assert (answer.status_code, answer["Retry-After"]) == (503, "300"), address


def test_the_sheets_draft_is_refused_in_json_and_stays_as_it_was(meet: Meet, baba: User, kita: Team) -> None:
    with across_tenants():
        SheetDraft.objects.create(tenant_id=meet.tenant_id, meet=meet, team=kita, rows=[], updated_by=baba)
        before = SheetDraft.objects.values().get()
    close(Function.READ_ONLY)
    answer = client_of(baba).post(f"{SHEET}/draft", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "read_only")
    assert client_of(baba).get(SHEET).status_code == 200
    with across_tenants():
        assert SheetDraft.objects.values().get() == before


def test_while_nothing_can_be_changed_one_signs_in_and_out_and_the_switches_work(admin: User, aoki: User) -> None:
    close(Function.READ_ONLY)
    client = client_of(None)
    assert client.post("/auth/login", {"email": admin.email, "password": PASSWORD}).status_code == 302
    assert client.post("/admin/tenants/switch/read_only/resume").status_code == 303
    assert queries.stopped(Function.READ_ONLY) is None
    close(Function.READ_ONLY)
    assert client_of(aoki).post("/admin/tenants/switch/read_only/resume").status_code == 503
    assert client.post("/auth/logout").status_code == 302
