"""Whom to call: the installation's contacts, and those of each host (seed 002 「連絡先」)."""

import pytest

from tenants.incidents.models import IncidentContact
from tenants.models import AuditRecord, Tenant, User
from tests.pageform import form_on
from tests.tenants.incident_cast import ROLES, contact, page_for
from tests.visitor import client_of

pytestmark = pytest.mark.django_db
ADD = "/admin/tenants/incidentcontact/add/"


def test_a_hosts_contacts_are_its_own(aoki: User, doi: User, admin: User, nittai: Tenant) -> None:
    contact()
    contact("運営責任者", tenant=nittai, name="日体の青木", email="canary@example.com")
    assert "日体の青木" in page_for(aoki)
    assert "日体の青木" not in page_for(doi)
    assert "日体の青木" in page_for(admin)


def test_an_organizer_looks_after_the_own_contacts_alone(aoki: User, nittai: Tenant, chuo: Tenant) -> None:
    client = client_of(aoki)
    shared, others = contact(), contact(tenant=chuo)
    values = form_on(client.get(ADD), "role") | {
        "position": "1",
        "role": "運営責任者",
        "name": "青木",
        "phone": "090-1234-5678",
        "tenant": str(chuo.pk),
    }
    assert client.post(ADD, values).status_code == 302
    made = IncidentContact.objects.get(name="青木")
    assert made.tenant == nittai
    assert client.get(f"/admin/tenants/incidentcontact/{others.pk}/change/").status_code == 404
    assert client.post(f"/admin/tenants/incidentcontact/{others.pk}/delete/", {"post": "yes"}).status_code == 404
    assert client.get(f"/admin/tenants/incidentcontact/{shared.pk}/change/").status_code == 200
    assert client.post(f"/admin/tenants/incidentcontact/{shared.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post(f"/admin/tenants/incidentcontact/{shared.pk}/delete/", {"post": "yes"}).status_code == 403
    own = f"/admin/tenants/incidentcontact/{made.pk}/change/"
    assert client.post(own, form_on(client.get(own), "role") | {"name": "新しい青木"}).status_code == 302
    assert IncidentContact.objects.get(pk=made.pk).name == "新しい青木"
    assert AuditRecord.objects.filter(target_type="incidentcontact", tenant=nittai).count() == 2


def test_a_platform_admin_adds_contacts_of_the_installation(admin: User) -> None:
    client = client_of(admin)
    for place, role in enumerate(ROLES, 1):
        values = form_on(client.get(ADD), "role") | {
            "position": place,
            "role": role,
            "name": "𠮷田",
            "email": f"{place}@example.com",
            "tenant": "",
        }
        assert client.post(ADD, values).status_code == 302
    assert list(IncidentContact.objects.filter(tenant=None).values_list("role", flat=True)) == ROLES


@pytest.mark.parametrize(
    "typed", [{"phone": "", "email": ""}, {"phone": "電話"}, {"phone": "javascript:x"}, {"name": "a\x00"}]
)
def test_a_contact_that_cannot_be_reached_is_refused(admin: User, typed: dict[str, str]) -> None:
    client = client_of(admin)
    values = form_on(client.get(ADD), "role") | {
        "position": "1",
        "role": "主担当",
        "name": "残る名前",
        "phone": "1",
        **typed,
    }
    answer = client.post(ADD, values)
    assert answer.status_code == 422
    assert "主担当" in answer.content.decode()
    assert IncidentContact.objects.count() == 0
