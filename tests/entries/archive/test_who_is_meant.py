"""An erasure takes all that is one person's, and nothing that only looks like it (requirement P3)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from entries.archive import erasing
from entries.archive.models import MeetArchive
from entries.archive.subject_access import hand_out
from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import EntryUpload, SheetDraft
from entries.entry.upload.newcomers import PROVISIONAL
from entries.meet.models import Meet, Race
from entries.news.models import Notice
from entries.roster.actions import change_team
from entries.roster.models import Athlete, Membership, RosterUpload, Team, TeamKind
from tenants.audit.actions import record
from tenants.models import (
    AuditRecord,
    DeadAddress,
    Erasure,
    Incident,
    IncidentContact,
    OneTimeLink,
    OutboxMail,
    Tenant,
    User,
)
from tenants.outbox.events import Told, take
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import team_of
from tests.entries.archive.canaries import found

pytestmark = pytest.mark.django_db


def runner(team: Team, family: str, given: str, **fields: Any) -> Athlete:
    values = {"family_kana": f"{family}カナ", "given_kana": f"{given}カナ", "sex": "M", "birth_date": date(2004, 4, 2)}
    return Athlete.objects.create(team=team, family_name=family, given_name=given, **(values | fields))


def notice(meet: Meet, title: str) -> Notice:
    with tenant_scope(meet.tenant_id):
        return Notice.objects.create(tenant=meet.tenant, meet=meet, title=title)


def title_of(row: Notice) -> str:
    with across_tenants():
        return Notice.objects.get(pk=row.pk).title


@pytest.mark.parametrize("other", [("小林", "太郎"), ("林", "太郎丸"), ("小林", "太郎丸")])
def test_a_name_within_a_longer_name_is_somebody_else(
    kita: Team, minami: Team, meet: Meet, baba: User, now: datetime, other: tuple[str, str]
) -> None:
    hayashi, longer = runner(kita, "林", "太郎"), runner(minami, *other)
    whole = "".join(other)
    record("athlete.changed", longer, by=baba, after={"grade": "2"})
    said = notice(meet, f"{whole}と林太郎、{' '.join(other)}")
    erasing.erase(hayashi, by=baba, at=now)
    assert title_of(said) == f"{whole}と（削除済み）、{' '.join(other)}"
    assert AuditRecord.objects.get(verb="athlete.changed").target_name == " ".join(other)


def test_an_account_with_a_longer_name_keeps_it(
    kita: Team, make_user: Callable[..., User], meet: Meet, now: datetime
) -> None:
    hayashi, coach = runner(kita, "林", "太郎"), make_user("x@example.com", name="小林太郎")
    said = notice(meet, "監督 小林太郎、選手 林太郎")
    erasing.erase(hayashi, by=coach, at=now)
    assert title_of(said) == "監督 小林太郎、選手 （削除済み）"


def test_an_address_within_a_longer_address_is_somebody_else(
    make_user: Callable[..., User], baba: User, now: datetime
) -> None:
    ken, other = make_user("ken@example.com"), make_user("uken@example.com")
    record("account.changed", other, by=other, after={"email": other.email})
    link = OneTimeLink.objects.create(
        purpose="register", token_hash="h", email=other.email, expires_at=now, payload={"email": other.email}
    )
    erasing.erase(ken, by=None, at=now)
    assert AuditRecord.objects.get(verb="account.changed").after == {"email": "uken@example.com"}
    assert OneTimeLink.objects.filter(pk=link.pk).exists()
    assert found(["uken@example.com"]) != []


def test_a_registration_of_somebody_with_the_same_name_stays(kita: Team, baba: User, now: datetime) -> None:
    link = OneTimeLink.objects.create(
        purpose="register", token_hash="h", email="new@example.com", expires_at=now, payload={"name": "早乙女丸 鶴之助"}
    )
    erasing.erase(runner(kita, "早乙女丸", "鶴之助"), by=baba, at=now)
    assert OneTimeLink.objects.filter(pk=link.pk).exists()


def test_the_address_from_before_the_account_moved_goes_too(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user("new@canary.example")
    record(
        "account.address_changed", user, by=user, before={"email": "old@canary.example"}, after={"email": user.email}
    )
    OutboxMail.objects.create(key="k", kind="x", to="old@canary.example", next_attempt_at=now, sent_at=now)
    DeadAddress.objects.create(address="old@canary.example", since_at=now)
    erasing.erase(user, by=None, at=now)
    assert found(["canary.example"]) == []


def test_an_address_counts_in_whatever_case_it_was_typed(
    make_user: Callable[..., User], minami: Team, now: datetime
) -> None:
    user = make_user("tsuru@canary.example")
    Team.objects.filter(pk=minami.pk).update(contact_email="Tsuru@Canary.example", contact_name="x")
    OutboxMail.objects.create(
        key="k", kind="x", to="Tsuru@Canary.example", next_attempt_at=now, last_error="550 TSURU@CANARY.EXAMPLE"
    )
    OutboxMail.objects.create(
        key="k2", kind="x", to="x@example.com", next_attempt_at=now, last_error="550 <TSURU@CANARY.EXAMPLE>"
    )
    erasing.erase(user, by=None, at=now)
    assert found(["canary", "Canary", "CANARY"]) == []


def test_a_name_in_latin_letters_goes_as_jaaf_prints_it(kita: Team, meet: Meet, baba: User, now: datetime) -> None:
    ito = runner(kita, "伊藤", "健", family_romaji="Ito", given_romaji="Ken")
    said = notice(meet, "Ken ITO, Kento Ito, Saito Ken, ITO KEN")
    erasing.erase(ito, by=baba, at=now)
    assert title_of(said) == "（削除済み）, Kento Ito, Saito Ken, （削除済み）"


def test_teammates_with_alike_names_keep_their_lines(kita: Team, meet: Meet, baba: User, now: datetime) -> None:
    hayashi, kobayashi = runner(kita, "林", "太郎"), runner(kita, "小林", "太郎")
    rows = [
        {"number": 2, "who": "林 太郎", "row": {"athlete": ""}},
        {"number": 3, "who": "小林 太郎", "row": {"athlete": ""}},
        {"number": 4, "who": "ハヤシ", "row": {"athlete": str(hayashi.pk)}},
        {"number": 5, "who": "林 太郎", "row": {"athlete": str(kobayashi.pk)}},
    ]
    upload = RosterUpload.objects.create(team=kita, by=baba, file_name="x.xlsx", rows=rows)
    with tenant_scope(meet.tenant_id):
        SheetDraft.objects.create(tenant=meet.tenant, meet=meet, team=kita, rows=[{"athlete": str(kobayashi.pk)}])
    erasing.erase(hayashi, by=baba, at=now)
    upload.refresh_from_db()
    assert [(line["number"], line["who"]) for line in upload.rows] == [(3, "小林 太郎"), (5, "（削除済み）")]
    with across_tenants():
        assert SheetDraft.objects.get().rows == [{"athlete": str(kobayashi.pk)}]


def test_a_line_of_somebody_who_was_on_no_roster_goes_by_name(
    kita: Team, meet: Meet, baba: User, now: datetime
) -> None:
    rows = [
        {"number": 2, "who": "早乙女丸 鶴之助", "row": {"athlete": str(PROVISIONAL + 2)}},
        {"number": 3, "who": "別 人", "row": {"athlete": str(PROVISIONAL + 3)}},
    ]
    with tenant_scope(meet.tenant_id):
        EntryUpload.objects.create(tenant=meet.tenant, meet=meet, team=kita, rows=rows, content=b"x")
    erasing.erase(runner(kita, "早乙女丸", "鶴之助"), by=baba, at=now)
    with across_tenants():
        upload = EntryUpload.objects.get()
    assert [line["who"] for line in upload.rows] == ["別 人"]
    assert upload.content is None


def test_a_line_that_warns_of_the_person_stays_without_the_name(kita: Team, baba: User, now: datetime) -> None:
    line = {
        "n": 2,
        "v": {"family_name": "別"},
        "w": [["family_kana", "athlete_same_kana", {"name": "早乙女丸 鶴之助"}]],
    }
    upload = RosterUpload.objects.create(team=kita, by=baba, file_name="x.xlsx", rows=[line])
    erasing.erase(runner(kita, "早乙女丸", "鶴之助"), by=baba, at=now)
    upload.refresh_from_db()
    assert upload.rows[0]["v"] == {"family_name": "別"}
    assert found(["早乙女丸"]) == []


def test_what_proves_a_request_names_nobody_also_when_the_name_is_shared(
    kita: Team, minami: Team, baba: User, now: datetime
) -> None:
    twin = runner(minami, "早乙女丸", "鶴之助")
    person = runner(kita, "早乙女丸", "鶴之助")
    hand_out(person, by=baba, at=now, why="早乙女丸 鶴之助さんの求め")
    erasing.erase(person, by=baba, at=now, why="早乙女丸鶴之助から電話")
    assert AuditRecord.objects.get(verb="athlete.exported").after["athlete"] == 1
    assert Erasure.objects.get().why == "（削除済み）から電話"
    assert {hit.split(":")[0] for hit in found(["早乙女丸"])} <= {
        "entries.Athlete.family_name",
        "entries.Athlete.family_kana",
    }
    twin.refresh_from_db()
    assert twin.full_name == "早乙女丸 鶴之助"


@pytest.mark.parametrize("name", ["鶴之助監督", "早乙女丸 鶴之助"])
def test_the_contact_in_a_teams_trail_goes_under_a_shared_or_single_name_too(
    make_user: Callable[..., User], minami: Team, now: datetime, name: str
) -> None:
    runner(minami, "早乙女丸", "鶴之助")
    coach = make_user("tsuru@canary.example", name=name)
    team = team_of(coach, "北")
    values = {
        field: getattr(team, field) for field in ("kind", "name", "name_kana", "short_name", "prefecture", "team_code")
    }
    contact = {"contact_name": name, "contact_email": "office@example.com", "contact_phone": ""}
    change_team(team, by=coach, values=values | contact)
    erasing.erase(coach, by=None, at=now)
    trail = AuditRecord.objects.get(verb="team.changed")
    assert trail.after == {"contact_name": "（削除済み）", "contact_email": "office@example.com"}


def test_a_hosts_contact_and_who_is_called_go_with_the_person(
    make_user: Callable[..., User], nittai: Tenant, now: datetime
) -> None:
    person = make_user("tsuru@canary.example", phone="080-9999-1234", role="organizer", tenant=nittai, is_active=False)
    Tenant.objects.filter(pk=nittai.pk).update(contact_email="tsuru@canary.example", contact_phone="03-1111-2222")
    IncidentContact.objects.create(tenant=nittai, role="x", name="鶴", phone="080-9999-1234")
    erasing.erase(person, by=None, at=now)
    nittai.refresh_from_db()
    assert (nittai.contact_email, nittai.contact_phone) == ("", "03-1111-2222")
    assert not IncidentContact.objects.exists()


def test_an_archive_that_names_who_sent_a_sheet_is_taken_out(
    make_user: Callable[..., User], kita: Team, race: Race, runners: list[Athlete], now: datetime
) -> None:
    coach = make_user("tsuru@canary.example", name="早乙女丸 鶴之助")
    Membership.objects.create(team=kita, user=coach)
    with tenant_scope(race.tenant_id):
        line = Line(0, runners[0].pk, race.pk, 90_000)
        actions.submit(meet=race.meet, team=kita, lines=[line], key="k", by=coach, at=now)
        MeetArchive.objects.create(tenant_id=race.tenant_id, meet=race.meet)
    erasing.erase(coach, by=None, at=now)
    with across_tenants():
        assert not MeetArchive.objects.exists()


def test_what_a_provider_tells_after_the_erasure_brings_no_address_back(
    make_user: Callable[..., User], now: datetime
) -> None:
    user = make_user("tsuru@canary.example")
    OutboxMail.objects.create(key="k", kind="x", to=user.email, next_attempt_at=now, sent_at=now, provider_id="m1")
    erasing.erase(user, by=None, at=now)
    reason = "550 <tsuru@canary.example> unknown"
    assert take([Told("sendgrid", "e1", "bounced", "m1", "", at=now, reason=reason, is_dead=True)]) == 0
    assert found(["canary.example"]) == []


def test_one_who_enters_alone_and_is_erased_as_an_account(make_user: Callable[..., User], now: datetime) -> None:
    me = make_user("tsuru@canary.example", name="早乙女丸 鶴之助")
    runner(team_of(me, "早乙女丸鶴之助", TeamKind.INDIVIDUAL), "早乙女丸", "鶴之助")
    erasing.erase(me, by=None, at=now)
    assert found(["早乙女丸", "鶴之助", "canary.example"]) == []


def test_what_others_wrote_is_handed_out_line_by_line(kita: Team, baba: User, now: datetime) -> None:
    person = runner(kita, "早乙女丸", "鶴之助")
    Incident.objects.create(level=1, title="x", note="早乙女丸鶴之助が二重\n別人の電話 090-0000-1111", opened_at=now)
    content = handed(person, baba, now)
    assert "早乙女丸鶴之助が二重" in content
    assert "090-0000-1111" not in content


def test_no_key_of_a_link_is_handed_out(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user("tsuru@canary.example")
    OutboxMail.objects.create(
        key="k", kind="auth.reset", to=user.email, next_attempt_at=now, context={"link": 1, "seed": "SECRETSEED"}
    )
    content = handed(user, user, now)
    assert "auth.reset" in content
    assert "SECRETSEED" not in content


def handed(subject: Athlete | User, by: User, at: datetime) -> str:
    """All JSON of a copy. No name of a member stands twice in it, as JSON's readers differ in which of them counts."""
    import io
    import json
    from zipfile import ZipFile

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    with ZipFile(io.BytesIO(hand_out(subject, by=by, at=at + timedelta(0)))) as bundle:
        text = bundle.read("data.json").decode()
    json.loads(text, object_pairs_hook=once)
    return text
