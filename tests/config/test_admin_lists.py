"""The lists of the desk: what they cost, and that no other host's rows are shown, found or changed by them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from entries.meet.models import Meet, Race
from tenants.desk.base import DeskAdmin
from tenants.models import Role, Tenant, User
from tests.conftest import PASSWORD, race_of
from tests.pageform import form_on
from tests.visitor import cost
from tests.world import Own, own


class Cast(NamedTuple):
    """Nittai has an organizer and nothing else; Chuo has one of everything."""

    nittai: Tenant
    aoki: User
    baba: User
    theirs: Own


@pytest.fixture(scope="module")
def cast(once: Callable[[Callable[[], Any]], Any]) -> Cast:
    def build() -> Cast:
        nittai = Tenant.objects.create(slug="nittai", name="日本体育大学")
        chuo = Tenant.objects.create(slug="chuo", name="中央大学")
        aoki = User.objects.create_user("aoki@example.com", PASSWORD, name="aoki", role=Role.ORGANIZER, tenant=nittai)
        doi = User.objects.create_user("doi@example.com", PASSWORD, name="doi", role=Role.ORGANIZER, tenant=chuo)
        baba = User.objects.create_user("baba@example.com", PASSWORD, name="baba")
        return Cast(nittai, aoki, baba, own(chuo, baba, doi, "strangecanary"))

    cast: Cast = once(build)
    return cast


@pytest.fixture
def nittai(cast: Cast, db: None) -> Tenant:
    return cast.nittai


@pytest.fixture
def theirs(cast: Cast, db: None) -> Own:
    return cast.theirs


@pytest.fixture
def desk(client: Client, cast: Cast, db: None) -> Client:
    client.force_login(cast.aoki)
    return client


MODELS = sorted((model._meta.app_label, model._meta.model_name or "", model) for model in admin.site._registry)
PLATFORM_ONLY = {"athlete", "deadaddress", "incident", "retentionrule", "switch"}
LISTS = [(app, name) for app, name, _model in MODELS if name not in PLATFORM_ONLY]


def test_lists_cost_the_same_with_5_rows_as_with_1(desk: Client, cast: Cast) -> None:
    lists = [f"/admin/{app}/{name}/" for app, name in LISTS]
    own(cast.nittai, cast.baba, cast.aoki, "canary0")
    with_one = {address: cost(desk, address) for address in lists}
    for number in range(1, 5):
        more(cast.nittai, cast.baba, cast.aoki, number)
    assert {address: cost(desk, address) for address in lists} == with_one
    assert max(with_one.values()) <= 7


def more(host: Tenant, coach: User, staff: User, number: int) -> None:
    """One more of everything; staff beyond five are inactive."""
    User.objects.create_user(f"more{number}@example.com", role=Role.STAFF, tenant=host, name="x", is_active=number < 5)
    Meet._base_manager.filter(slug="ld326").update(slug=f"old{number}")  # `own` makes another of this name
    own(host, coach, staff, f"canary{number}")


def test_everything_on_the_desk_stands_behind_the_wall() -> None:
    assert all(isinstance(page, DeskAdmin) for page in admin.site._registry.values())
    assert len(MODELS) >= 10


@pytest.mark.parametrize("name", sorted(PLATFORM_ONLY))
def test_what_is_about_the_whole_installation_is_shown_to_platform_admins_alone(
    desk: Client, admin: User, name: str
) -> None:
    address = f"/admin/{'entries' if name == 'athlete' else 'tenants'}/{name}/"
    assert desk.get(address).status_code == 403
    desk.force_login(admin)
    assert desk.get(address).status_code == 200


ORACLES = [
    "athlete__team__contact_email__startswith=a", "submission__team__contact_email__startswith=a", "tenant=1",
    "tenant__people__password__startswith=a", "race__meet__tenant__contact_email__startswith=a", "password__startswith=m",
    "context__token__startswith=a", "meet__tenant__people__email__contains=a", "pk__gt=0&tenant__id=2",
]  # fmt: skip


@pytest.mark.parametrize(("app", "name"), LISTS)
def test_no_list_answers_questions_about_what_it_does_not_show(desk: Client, theirs: Own, app: str, name: str) -> None:
    for oracle in ORACLES:
        page = desk.get(f"/admin/{app}/{name}/?{oracle}")
        assert page.status_code in (302, 400), oracle
        assert page.status_code == 400 or page["Location"].endswith("?e=1"), oracle


@pytest.mark.parametrize(("app", "name"), LISTS)
def test_searching_for_another_hosts_words_finds_nothing(desk: Client, theirs: Own, app: str, name: str) -> None:
    for words in ("strangecanary", "中央", "doi", theirs.submission.reference):
        assert len(desk.get(f"/admin/{app}/{name}/", {"q": words}).context["cl"].result_list) == 0


@pytest.mark.parametrize(
    "question",
    [
        "app_label=entries&model_name=race&field_name=meet",
        "app_label=entries&model_name=entry&field_name=athlete",
        "app_label=tenants&model_name=user&field_name=tenant",
        "app_label=entries&model_name=race&field_name=fallback_race",
    ],
)
def test_autocomplete_gives_nothing_away(desk: Client, theirs: Own, question: str) -> None:
    page = desk.get(f"/admin/autocomplete/?{question}&term=")
    assert page.status_code in (200, 403)
    assert "strangecanary" not in page.content.decode()
    assert "中央" not in page.content.decode()


@pytest.mark.parametrize("action", ["advance", "undo", "copy"])
def test_no_action_reaches_another_hosts_meet(desk: Client, theirs: Own, action: str) -> None:
    before = Meet._base_manager.filter(pk=theirs.meet.pk).values().get()
    values = {"to": "entries_closed", "why": "x", "name": "x", "slug": "x", "starts_on": "2027-01-01", "confirmed": "1"}
    desk.post("/admin/entries/meet/", {"action": action, "_selected_action": [theirs.meet.pk], **values})
    assert Meet._base_manager.filter(pk=theirs.meet.pk).values().get() == before
    assert Meet._base_manager.count() == 1


def test_another_hosts_rows_in_the_table_of_a_meet_are_not_taken(desk: Client, meet: Meet, theirs: Own) -> None:
    address = f"/admin/entries/meet/{meet.pk}/change/"
    race_of(meet)
    values = form_on(desk.get(address), "races-0-id") | {"races-0-id": str(theirs.race.pk), "races-0-name": "盗った"}
    desk.post(address, values)
    assert not Race._base_manager.filter(name="盗った").exists()


ODD = [
    text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for text in ("x", "", "-1", "0", "9" * 19, "9" * 400, "1e9", "\x00", "٣", "1 OR 1=1", "𠮷", "\ud800", "None", "1.5")
]


def odd_posts(page: Any, meet: Meet, race: Race) -> Iterator[dict[str, Any]]:
    """Every value as a row, as an action, and as what an action reads. An action is asked for where there is one of this
    name: elsewhere it is as unknown as any odd value."""
    yield {"action": "withdraw", "_selected_action": ODD}
    for odd in ODD:
        yield {"action": odd, "_selected_action": [meet.pk, odd], "confirmed": odd, "select_across": odd}
        if "pause" in page.actions:
            yield {"action": "pause", "_selected_action": [odd, race.pk], "confirmed": odd, "select_across": odd}
        if "copy" in page.actions:
            yield {"action": "copy", "_selected_action": [meet.pk, odd], "index": odd}


def test_odd_rows_and_actions_are_answered(desk: Client, theirs: Own, meet: Meet, race: Race) -> None:
    """Never a server error, and no meet is made. A race is paused: what was done is taken back before the next is posted."""
    known = {action for _app, _name, model in MODELS for action in admin.site._registry[model].actions or ()}
    assert known > {"withdraw", "pause", "copy"}
    wrong = []
    for app, name, model in MODELS:
        for values in odd_posts(admin.site._registry[model], meet, race):
            with transaction.atomic():
                status = desk.post(f"/admin/{app}/{name}/", values).status_code
                if status >= 500 or Meet._base_manager.count() != 2:
                    wrong.append(f"{name} {values}: {status}")
                transaction.set_rollback(True)
    assert wrong == []
