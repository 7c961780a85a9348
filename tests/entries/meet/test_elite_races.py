"""The races in which the fastest run bear the name that their host gives them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from entries.meet.models import Meet
from tenants.models import Tenant
from tests.conftest import open_meet, race_of


@pytest.fixture
def elite(meet: Meet) -> Meet:
    race_of(meet, "男子5000m A", is_ncg=True, fallback_race=race_of(meet))
    return meet


def page_of(client: Client, meet: Meet, language: str = "ja") -> str:
    return client.get(f"/meets/nittai/{meet.slug}/", {"lang": language}).content.decode()


def test_the_public_page_calls_them_as_the_host_does(client: Client, nittai: Tenant, elite: Meet) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(elite_name="春の挑戦会", elite_short="SC")
    page = page_of(client, elite)
    assert "<strong>SC</strong>" in page
    assert "春の挑戦会の種目です。申告タイムの上位が出場し、ほかの選手は「男子5000m」に回ります。" in page


def test_without_a_name_they_are_called_what_they_are(client: Client, elite: Meet) -> None:
    assert "選抜の種目です。" in page_of(client, elite)
    assert "Elite race. The fastest" in page_of(client, elite, "en")


def test_hosts_that_had_such_races_keep_the_name_that_stood_in_the_code(
    nittai: Tenant, chuo: Tenant, elite: Meet
) -> None:
    Tenant.objects.filter(pk=chuo.pk).update(elite_name="別の名称")
    race_of(open_meet(chuo, "c"), is_ncg=True)
    plain = Tenant.objects.create(slug="plain", name="plain")
    import_module("entries.migrations.0007_elite_races").name_them(apps, None)
    for host, name in ((nittai, "NITTAI CHALLENGE GAMES"), (chuo, "別の名称"), (plain, "")):
        host.refresh_from_db()
        assert host.elite_name == name
