"""The receipt: who is in, who waits at which position, and what may still be changed by whom."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entries.entry.models import Entry, Submission
from entries.meet.models import Meet, Race, State
from entries.roster.models import Athlete, Team
from tenants.models import OutboxMail, Tenant, User
from tenants.scope import across_tenants
from tests.conftest import athletes_of, open_meet, race_of
from tests.entries.entry.sheets import row, send

pytestmark = pytest.mark.django_db
ENTRY = re.compile(r'<li data-entry="(\d+)" data-state="(\w+)"(?: data-position="(\d+)")?')


@pytest.fixture
def coach(client: Client, baba: User, kita: Team) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def small(meet: Meet) -> Race:
    return race_of(meet, places=2)


@pytest.fixture
def receipt(coach: Client, meet: Meet, small: Race, runners: list[Athlete]) -> str:
    """The address of a receipt with two accepted and two waiting entries."""
    return str(send(coach, meet, None, [row(one, small) for one in runners[:4]])["Location"])


def found(page: str) -> list[tuple[str, str]]:
    return [(state, position) for _, state, position in ENTRY.findall(page)]


def first_entry(page: str) -> str:
    return ENTRY.findall(page)[0][0]


def test_it_says_who_is_in_and_who_waits_at_which_position(coach: Client, receipt: str) -> None:
    page = coach.get(receipt).content.decode()
    assert found(page) == [("accepted", ""), ("accepted", ""), ("waitlisted", "1"), ("waitlisted", "2")]


def test_its_number_may_be_typed_in_lower_case(coach: Client, receipt: str) -> None:
    assert coach.get(receipt.lower()).status_code == 200


def test_it_says_what_to_pay_how_and_by_when(coach: Client, receipt: str, nittai: Tenant, meet: Meet) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(payment_note="みずほ銀行 1234567")
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(payment_due_on="2027-04-20")
    page = coach.get(receipt).content.decode()
    assert "2,000円" in page
    assert "みずほ銀行 1234567" in page
    assert "2027/4/20" in page
    assert page.count(receipt.split("/")[2]) > 2


def test_who_only_waits_is_asked_for_no_money(
    coach: Client, meet: Meet, small: Race, runners: list[Athlete], nittai: Tenant
) -> None:
    Tenant.objects.filter(pk=nittai.pk).update(payment_note="みずほ銀行 1234567")
    send(coach, meet, None, [row(one, small) for one in runners[:2]])
    waiting = coach.get(send(coach, meet, None, [row(runners[2], small)], key="key-2")["Location"]).content.decode()
    assert "いまお支払いいただく参加料はありません" in waiting
    assert "補欠待ちの参加料（1,000円）は" in waiting
    assert [word for word in ("みずほ銀行", "振込依頼人名に付ける番号", "お支払い期限") if word in waiting] == []


def test_withdrawing_promotes_the_first_who_waits(coach: Client, receipt: str) -> None:
    page = coach.get(receipt).content.decode()
    form = re.search(
        r'<li data-entry.*?<form method="post" action="([^"]+)".*?<button[^>]*name="withdraw"', page, re.DOTALL
    )
    assert form is not None
    response = coach.post(form[1], {"withdraw": "1"})
    assert (response.status_code, response["Location"].split("#")[0]) == (303, receipt)
    page = coach.get(receipt).content.decode()
    assert "空いた枠は補欠待ちの次の選手に移りました" in page
    assert found(page) == [("withdrawn", ""), ("accepted", ""), ("accepted", ""), ("waitlisted", "1")]
    assert OutboxMail.objects.filter(kind="entry.promoted").count() == 1


def test_withdrawing_twice_withdraws_once(coach: Client, receipt: str) -> None:
    address = f"{receipt}entries/{first_entry(coach.get(receipt).content.decode())}/withdraw"
    assert [coach.post(address).status_code for _ in "12"] == [303, 303]
    assert OutboxMail.objects.filter(kind="entry.withdrawn").count() == 1


def test_a_get_withdraws_nothing(coach: Client, receipt: str) -> None:
    entry = first_entry(coach.get(receipt).content.decode())
    assert coach.get(f"{receipt}entries/{entry}/withdraw").status_code == 405
    assert found(coach.get(receipt).content.decode())[0][0] == "accepted"


def test_once_start_lists_are_out_the_team_no_longer_withdraws_but_the_host_does(
    coach: Client, receipt: str, meet: Meet, aoki: User
) -> None:
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(state=State.START_LISTS_OUT)
    page = coach.get(receipt).content.decode()
    entry = first_entry(page)
    assert 'name="withdraw"' not in page
    refused = coach.post(f"{receipt}entries/{entry}/withdraw")
    assert refused.status_code == 422
    assert "スタートリスト公開後は" in refused.content.decode()
    coach.force_login(aoki)
    assert coach.post(f"{receipt}entries/{entry}/withdraw").status_code == 303


def test_a_time_is_corrected_and_the_order_stays(coach: Client, receipt: str) -> None:
    entry = first_entry(coach.get(receipt).content.decode())
    body = {"seed_time": "14分01秒23", "personal_best": "13:59"}
    assert coach.post(f"{receipt}entries/{entry}/time", body).status_code == 303
    with across_tenants():
        assert Entry.objects.values_list("seed_time", "personal_best", "ticket").get(pk=entry) == (84_123, 83_900, 1)


@pytest.mark.parametrize("typed", ["abc", "14:75", "1:00", "99:99:99.99", "\x00", "9" * 50])
def test_a_wrong_time_is_refused_beside_the_field_and_kept(coach: Client, receipt: str, typed: str) -> None:
    entry = first_entry(coach.get(receipt).content.decode())
    response = coach.post(f"{receipt}entries/{entry}/time", {"seed_time": typed})
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{entry}_seed_time_error"' in page
    assert "<details open>" in page
    assert 'name="entry-menu" open' in page
    assert f'value="{typed}"' in page
    with across_tenants():
        assert Entry.objects.get(pk=entry).seed_time == 87_000


def test_a_best_that_cannot_be_is_refused_beside_its_field(coach: Client, receipt: str) -> None:
    entry = first_entry(coach.get(receipt).content.decode())
    body = {"seed_time": "14:00", "personal_best": "1:00"}
    response = coach.post(f"{receipt}entries/{entry}/time", body)
    assert response.status_code == 422
    assert f'id="id_{entry}_personal_best_error"' in response.content.decode()
    assert f'id="id_{entry}_seed_time_error"' not in response.content.decode()


def test_after_the_close_a_time_stays(coach: Client, receipt: str, meet: Meet) -> None:
    entry = first_entry(coach.get(receipt).content.decode())
    with across_tenants():
        Meet.objects.filter(pk=meet.pk).update(entries_close_at=meet.created_at)
    assert "申告タイムを変更する" not in coach.get(receipt).content.decode()
    assert coach.post(f"{receipt}entries/{entry}/time", {"seed_time": "14:00"}).status_code == 422
    with across_tenants():
        assert Entry.objects.get(pk=entry).seed_time == 87_000


def test_members_and_the_host_read_it_and_to_all_others_it_is_unknown(
    client: Client, receipt: str, baba: User, chiba: User, minami: Team, aoki: User, endo: User, doi: User, admin: User
) -> None:
    def answer(user: User, address: str) -> tuple[int, bytes]:
        client.force_login(user)
        response = client.get(address)
        return response.status_code, re.sub(rb"<code>\w+</code>", b"", response.content)

    assert [answer(user, receipt)[0] for user in (baba, aoki, endo, admin)] == [200] * 4
    assert answer(chiba, receipt) == answer(chiba, "/orders/AAAAAAAAAA/")
    assert answer(doi, receipt)[0] == 404


def test_who_only_reads_changes_nothing(client: Client, receipt: str, endo: User, chiba: User, minami: Team) -> None:
    with across_tenants():
        entry = Entry.objects.order_by("pk").values_list("pk", flat=True)[0]
    for user, expected in ((endo, 403), (chiba, 404)):
        client.force_login(user)
        for what in ("withdraw", "time"):
            assert client.post(f"{receipt}entries/{entry}/{what}", {"seed_time": "14:00"}).status_code == expected
    client.force_login(endo)
    assert 'name="withdraw"' not in client.get(receipt).content.decode()
    with across_tenants():
        assert Entry.objects.filter(withdrawn_at=None, seed_time=87_000).count() == 4


def test_an_entry_of_another_receipt_is_unknown_here(
    coach: Client, receipt: str, meet: Meet, runners: list[Athlete], small: Race
) -> None:
    send(coach, meet, None, [row(runners[4], small)], key="other")
    with across_tenants():
        other = Entry.objects.get(athlete=runners[4])
    for entry in (other.pk, 10**30):
        assert coach.post(f"{receipt}entries/{entry}/withdraw").status_code == 404
    with across_tenants():
        assert Entry.objects.get(pk=other.pk).withdrawn_at is None


def test_the_receipt_costs_the_same_for_any_number_of_entries(coach: Client, meet: Meet, kita: Team) -> None:
    race, counts = race_of(meet, places=5), []
    for more in (1, 5):
        address = send(coach, meet, None, [row(one, race) for one in athletes_of(kita, more)], key=str(more))[
            "Location"
        ]
        with CaptureQueriesContext(connection) as caught:
            assert coach.get(address).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 5


def test_a_team_sees_its_receipts_of_all_hosts(
    coach: Client, receipt: str, chuo: Tenant, runners: list[Athlete], kita: Team
) -> None:
    spring = open_meet(chuo, "spring", name="春季記録会")
    send(coach, spring, None, [row(runners[0], race_of(spring))], key="two")
    with CaptureQueriesContext(connection) as caught:
        page = coach.get(f"/teams/{kita.pk}/orders/").content.decode()
    assert len(caught) <= 5
    assert receipt in page
    assert "春季記録会" in page
    assert "補欠待ち 2" in page


def test_another_teams_receipts_are_unknown(
    client: Client, receipt: str, kita: Team, minami: Team, chiba: User
) -> None:
    client.force_login(chiba)
    assert client.get(f"/teams/{kita.pk}/orders/").status_code == 404
    assert receipt not in client.get(f"/teams/{minami.pk}/orders/").content.decode()


def test_an_organizers_entry_shows_on_the_teams_receipt(
    coach: Client, race: Race, runners: list[Athlete], aoki: User, meet: Meet
) -> None:
    from entries.entry import entry_actions
    from tenants.scope import tenant_scope

    with tenant_scope(meet.tenant_id):
        entry_actions.invite(race=race, athlete=runners[0], seed_time=None, by=aoki, at=meet.created_at)
        order = Submission.objects.get()
    page = coach.get(f"/orders/{order.reference}/").content.decode()
    assert "主催者枠" in page
    assert "主催者による申込です" in page
