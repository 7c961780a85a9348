"""Home, meet list and meet page: the same for everyone, cacheable by anyone, cheap."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import trans_real
from pytest_django import DjangoAssertNumQueries

from entries.meet.models import Meet, Race, State, TimetableSlot
from entries.news.models import Notice
from entries.news.page_cache import PAGES
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.conftest import open_meet, race_of

pytestmark = pytest.mark.django_db
MEET = "/meets/nittai/ld326/"


def slots(race: Race, how_many: int) -> None:
    at = timezone.now() + timedelta(days=30)
    with tenant_scope(race.tenant_id):
        TimetableSlot.objects.bulk_create(
            TimetableSlot(tenant_id=race.tenant_id, race=race, number=n, starts_at=at + timedelta(minutes=20 * n))
            for n in range(1, how_many + 1)
        )


def notice(meet: Meet, title: str, **fields: object) -> Notice:
    values = {"published_at": timezone.now(), **fields}
    with tenant_scope(meet.tenant_id):
        return Notice.objects.create(tenant_id=meet.tenant_id, meet=meet, title=title, **values)


@pytest.mark.parametrize("path", ["/", "/meets/", MEET])
def test_any_proxy_may_keep_it(client: Client, race: Race, baba: User, path: str) -> None:
    client.force_login(baba)
    response = client.get(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=1, stale-while-revalidate=5"
    assert "Cookie" not in response["Vary"]
    assert not response.cookies


@pytest.mark.parametrize("path", ["/", "/meets/", MEET])
def test_it_is_the_same_for_everyone(client: Client, race: Race, baba: User, path: str) -> None:
    stranger = client.get(path).content
    PAGES.clear()
    client.force_login(baba)
    assert client.get(path)["ETag"]
    assert "baba" not in client.get(path).content.decode()
    assert len(client.get(path).content) == len(stranger)


@pytest.mark.parametrize("path", ["/", "/meets/", MEET])
def test_it_asks_three_queries_at_most(
    client: Client, nittai: Tenant, meet: Meet, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (1, 5):
        for number in range(rows):
            slots(race_of(meet, name=f"{rows}/{number}"), 3)
            open_meet(nittai, slug=f"m-{rows}-{number}")
            notice(meet, f"{rows}/{number}")
        PAGES.clear()
        with django_assert_max_num_queries(3):
            assert client.get(path).status_code == 200


def test_within_a_second_it_asks_none(
    client: Client, race: Race, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = client.get(MEET)
    with django_assert_num_queries(0):
        assert client.get(MEET + "?utm_source=x&anything=1").content == first.content


def test_parameters_that_mean_nothing_take_no_memory(client: Client, race: Race) -> None:
    for number in range(20):
        client.get(f"{MEET}?nonsense={number}")
    assert len(PAGES._pages) == 1


def test_an_unchanged_page_is_304(client: Client, race: Race) -> None:
    tag = client.get(MEET)["ETag"]
    response = client.get(MEET, headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"].startswith("public")


def test_it_is_sent_compressed_to_whoever_takes_it(client: Client, race: Race) -> None:
    response = client.get(MEET, headers={"Accept-Encoding": "br, gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert response["Vary"] == "Accept-Encoding"
    assert len(response.content) < len(client.get(MEET).content)


def test_english_is_a_page_of_its_own_and_keeps_its_links(client: Client, race: Race) -> None:
    client.get(MEET)
    page = client.get(MEET + "?lang=en")
    assert page["Content-Language"] == "en"
    assert '<html lang="en">' in page.content.decode()
    assert "/meets/nittai/ld326/enter?lang=en" in page.content.decode()
    assert "enter?lang" not in client.get(MEET).content.decode()


@pytest.mark.parametrize("path", ["/", "/meets/", MEET, MEET + "entries/"])
def test_a_form_cannot_be_posted_to_it(client: Client, race: Race, path: str) -> None:
    assert client.post(path).status_code in (403, 405)


@pytest.mark.parametrize("state", [State.DRAFT])
def test_a_draft_is_as_unknown_as_no_meet(client: Client, nittai: Tenant, state: State) -> None:
    open_meet(nittai, slug="draft", state=state, name="秘密の大会")
    assert client.get("/meets/nittai/draft/").status_code == 404
    assert client.get("/meets/nittai/none/").status_code == 404
    assert "秘密の大会" not in client.get("/meets/").content.decode() + client.get("/").content.decode()


def test_a_meet_has_one_address_under_its_own_host(client: Client, meet: Meet, chuo: Tenant) -> None:
    assert client.get("/meets/chuo/ld326/").status_code == 404


def test_the_meets_of_a_closed_host_are_gone(client: Client, nittai: Tenant, meet: Meet) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(is_active=False)
    assert client.get(MEET).status_code == 404
    assert meet.name not in client.get("/meets/").content.decode()


@pytest.mark.parametrize("rest", ["start-lists/", "results/", "entries/"])
def test_lists_that_are_not_out_are_unknown(client: Client, race: Race, rest: str) -> None:
    assert client.get(MEET + rest).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["page=9e99", "page=-1", "page=99999999999999999999", "q=%F0%A0%AE%B7", "q=%ED%A0%80", "show=x", "host=%27"],
)
def test_the_list_takes_any_query(client: Client, meet: Meet, query: str) -> None:
    assert client.get(f"/meets/?{query}").status_code == 200


def test_an_unknown_state_of_meets_means_all_of_them(client: Client, meet: Meet) -> None:
    text = client.get("/meets/?show=x").content.decode()
    assert '<a href="/meets/" aria-current="page">' in " ".join(text.split())
    assert 'name="show"' not in text


def test_nul_is_refused(client: Client, meet: Meet) -> None:
    assert client.get("/meets/?q=%00").status_code == 400


def test_the_list_is_searched_and_narrowed(client: Client, nittai: Tenant, chuo: Tenant) -> None:
    now = timezone.now()
    open_meet(nittai, slug="a", name="横浜記録会")
    open_meet(chuo, slug="b", name="八王子記録会", entries_open_at=now + timedelta(days=1))
    open_meet(chuo, slug="c", name="昔の記録会", state=State.ARCHIVED)

    def found(query: str) -> list[str]:
        page = client.get(f"/meets/?{query}").content.decode()
        return [name for name in ("横浜記録会", "八王子記録会", "昔の記録会") if name in page]

    assert found("") == ["横浜記録会", "八王子記録会", "昔の記録会"]
    assert found("show=open") == ["横浜記録会"]
    assert found("show=coming") == ["八王子記録会"]
    assert found("show=past") == ["昔の記録会"]
    assert found("host=chuo") == ["八王子記録会", "昔の記録会"]
    assert found("q=中央 昔") == ["昔の記録会"]
    assert found("q=無い大会") == []


def test_the_list_has_pages(client: Client, nittai: Tenant) -> None:
    for number in range(21):
        open_meet(nittai, slug=f"m{number}", entries_close_at=timezone.now() + timedelta(days=1 + number))
    first, second = client.get("/meets/").content.decode(), client.get("/meets/?page=2").content.decode()
    assert "/meets/nittai/m0/" in first
    assert "/meets/nittai/m20/" not in first
    assert "/meets/nittai/m20/" in second
    assert "?page=2" in first


def test_open_meets_come_first_by_their_closing(client: Client, nittai: Tenant) -> None:
    now = timezone.now()
    open_meet(nittai, slug="late", entries_close_at=now + timedelta(days=9))
    open_meet(nittai, slug="soon", entries_close_at=now + timedelta(days=1))
    open_meet(nittai, slug="coming", entries_open_at=now + timedelta(days=1))
    open_meet(nittai, slug="over", state=State.RESULTS_OUT)
    page = client.get("/meets/").content.decode()
    places = [page.index(f"/meets/nittai/{slug}/") for slug in ("soon", "late", "coming", "over")]
    assert places == sorted(places)


def test_important_notices_come_first_and_unpublished_ones_never(client: Client, race: Race, meet: Meet) -> None:
    notice(meet, "駐車場", published_at=timezone.now())
    notice(meet, "時刻変更", is_important=True, published_at=timezone.now() - timedelta(days=3))
    notice(meet, "下書き", published_at=None)
    page = client.get(MEET).content.decode()
    assert page.index("時刻変更") < page.index("駐車場")
    assert "下書き" not in page


def test_what_people_write_cannot_become_markup(client: Client, nittai: Tenant) -> None:
    meet = open_meet(nittai, name="<script>alert(1)</script>", summary="<b>x</b> https://example.com/")
    race_of(meet, name="<i>5000</i>")
    notice(meet, "<u>n</u>", body="<img src=x>")
    page = client.get(MEET).content.decode()
    for markup in ("<script>alert", "<b>x", "<i>5000", "<u>n", "<img"):
        assert markup not in page
    assert 'href="https://example.com/" rel="nofollow"' in page


def test_the_way_in_is_the_one_red_button_and_only_while_open(client: Client, nittai: Tenant) -> None:
    for slug, fields, red in (
        ("open", {}, "/meets/nittai/open/enter"),
        ("coming", {"entries_open_at": timezone.now() + timedelta(days=1)}, "/teams/"),
        ("closed", {"state": State.ENTRIES_CLOSED}, None),
    ):
        open_meet(nittai, slug=slug, **fields)
        page = client.get(f"/meets/nittai/{slug}/").content.decode()
        assert page.count("button--next") == (1 if red else 0)
        assert red is None or f'href="{red}"' in page


def test_the_hosts_contact_stands_on_the_page(client: Client, nittai: Tenant, race: Race) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(contact_email="desk@nittai.example", contact_phone="045-000-0000")
    page = client.get(MEET).content.decode()
    assert "mailto:desk@nittai.example" in page
    assert "tel:045-000-0000" in page


def test_the_menu_is_of_whoever_asks_and_nobody_keeps_it(client: Client, baba: User, aoki: User, race: Race) -> None:
    assert client.get("/auth/menu").status_code == 204
    for user, other in ((baba, aoki), (aoki, baba)):
        client.force_login(user)
        answer = client.get("/auth/menu")
        assert answer["Cache-Control"] == "private, no-store"
        assert f">{user.name}<" in answer.content.decode()
        assert "Account" in client.get("/auth/menu?in=en").content.decode()
        assert "nitsys_lang" not in client.cookies
        assert other.name not in answer.content.decode()
        page = client.get(MEET).content.decode()
        assert 'data-menu="/auth/menu?in=ja"' in page
        assert user.name not in page


def test_the_menu_speaks_no_language_that_somebody_makes_up(client: Client, baba: User) -> None:
    """Django keeps a catalogue of each language that it was ever asked for."""
    client.force_login(baba)
    assert "アカウント" in client.get("/auth/menu?in=xx").content.decode()
    assert "xx" not in vars(trans_real)["_translations"]
