"""The right of one person to be erased (requirement P3), and that a restore does not bring them back
(requirement D9)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection

from entries.archive import erasing
from entries.archive.models import ArchivePiece, MeetArchive
from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Entry, EntryUpload, SheetDraft
from entries.meet.models import Race
from entries.roster.models import Athlete, Membership, RosterUpload, Team, TeamKind
from tenants.models import AuditRecord, Erasure, OutboxMail, Tenant, User
from tenants.privacy.replay import replay
from tenants.refusal import Refused
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import athletes_of, race_of, states, team_of
from tests.entries.archive.canaries import CANARIES, address_everywhere, child_of, columns_of_postgres, found

pytestmark = pytest.mark.django_db


def totals(race: Race) -> Any:
    with across_tenants():
        rows = Entry.objects.filter(race=race).order_by("pk")
        return states(race), list(rows.values_list("pk", "athlete", "seed_time", "fee", "submission"))


def test_erasing_an_athlete_leaves_no_trace_and_all_totals(
    kita: Team, baba: User, race: Race, runners: list[Athlete], now: datetime
) -> None:
    child = child_of(kita, baba, race, now)
    before = totals(race)
    assert {hit.rpartition(": ")[2] for hit in found()} >= set(CANARIES) - {"tsuru@canary.example", "080-9999-1234"}
    with pytest.raises(Refused) as refused:
        erasing.erase(child.athlete, by=baba, at=now)
    assert refused.value.code == "erase_entered"
    erasing.erase(child.athlete, by=baba, at=now, why="本人の依頼", withdraw=True)
    assert found() == []
    assert totals(race)[1] == before[1]
    assert [state for _ticket, state in totals(race)[0]] == ["withdrawn"]


def test_dry_run_counts_what_the_erasure_changes_and_writes_nothing(
    kita: Team, baba: User, race: Race, now: datetime
) -> None:
    child = child_of(kita, baba, race, now)
    with tenant_scope(race.tenant_id):
        Entry.objects.update(withdrawn_at=now)
    before = serializers.serialize("json", AuditRecord.objects.all())
    said = erasing.preview(child.athlete).changed
    assert serializers.serialize("json", AuditRecord.objects.all()) == before
    assert said == erasing.erase(child.athlete, by=baba, at=now)
    assert said["athlete"] == 1
    assert {"sheetdraft", "entryupload", "rosterupload", "auditrecord", "notice", "outboxmail", "incident"} <= set(said)


def test_what_is_of_others_in_the_same_files_stays(kita: Team, baba: User, race: Race, now: datetime) -> None:
    child = child_of(kita, baba, race, now)
    erasing.erase(child.athlete, by=baba, at=now, withdraw=True)
    with across_tenants():
        assert SheetDraft.objects.get().rows == [{"athlete": "0", "race": "1", "seed_time": "15:00.00"}]
        assert EntryUpload.objects.get().rows == [{"x": ["他 人"]}]
    assert RosterUpload.objects.get().rows == [{"n": 3, "v": {"family_name": "他"}}]


def test_a_withdrawn_place_goes_to_the_next_who_waits(kita: Team, baba: User, meet: Any, now: datetime) -> None:
    race = race_of(meet, places=1)
    first, second = athletes_of(kita, 2)
    with tenant_scope(meet.tenant_id):
        lines = [Line(0, first.pk, race.pk, 90_000), Line(1, second.pk, race.pk, 90_000)]
        actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=now)
    erasing.erase(first, by=baba, at=now, withdraw=True)
    assert [state for _ticket, state in totals(race)[0]] == ["withdrawn", "accepted"]


def test_who_shares_a_name_keeps_it_in_what_people_wrote(
    kita: Team, minami: Team, baba: User, race: Race, now: datetime
) -> None:
    child = child_of(kita, baba, race, now)
    twin = Athlete.objects.create(
        team=minami,
        family_name="早乙女丸",
        given_name="鶴之助",
        family_kana="ア",
        given_kana="イ",
        sex="M",
        birth_date=child.athlete.birth_date,
    )
    erasing.erase(child.athlete, by=baba, at=now, withdraw=True)
    twin.refresh_from_db()
    assert twin.full_name == "早乙女丸 鶴之助"
    with across_tenants():
        assert apps.get_model("entries", "Notice").objects.get().title == "早乙女丸 鶴之助選手の欠場"


def test_one_who_enters_alone_goes_with_team_and_account(
    make_user: Callable[..., User], race: Race, now: datetime
) -> None:
    me = make_user("tsuru@canary.example", name="早乙女丸 鶴之助", phone="080-9999-1234")
    team = team_of(me, "早乙女丸鶴之助", TeamKind.INDIVIDUAL)
    Team.objects.filter(pk=team.pk).update(
        contact_name="早乙女丸 鶴之助", contact_email=me.email, contact_phone=me.phone
    )
    team.refresh_from_db()
    child = child_of(team, me, race, now)
    address_everywhere(me, now)
    erasing.erase(child.athlete, by=me, at=now, withdraw=True)
    assert found() == []
    me.refresh_from_db()
    assert (me.is_active, me.check_password("Correct-Horse-12")) == (False, False)
    assert not Membership.objects.filter(user=me).exists()
    assert not OutboxMail.objects.filter(to="tsuru@canary.example").exists()


def test_erasing_an_account_keeps_its_team_and_what_it_sent(
    make_user: Callable[..., User], kita: Team, race: Race, runners: list[Athlete], now: datetime
) -> None:
    coach = make_user("tsuru@canary.example", name="早乙女丸 鶴之助", phone="080-9999-1234")
    Membership.objects.create(team=kita, user=coach)
    Team.objects.filter(pk=kita.pk).update(contact_name="早乙女丸 鶴之助", contact_email=coach.email)
    address_everywhere(coach, now)
    with tenant_scope(race.tenant_id):
        line = Line(0, runners[0].pk, race.pk, 90_000)
        submission = actions.submit(meet=race.meet, team=kita, lines=[line], key="k", by=coach, at=now)
    counts = erasing.erase(coach, by=None, at=now, why="退職")
    assert found() == []
    submission.refresh_from_db()
    assert submission.submitted_by_id == coach.pk
    assert submission.submitted_by is not None
    assert submission.submitted_by.name == "（削除済み）"
    assert counts["session"] == 2  # one of them in the table of the version before
    with pytest.raises(Refused, match="erased_already"):
        erasing.erase(coach, by=None, at=now)


def test_the_last_member_stays_until_the_meet_is_over(baba: User, kita: Team, race: Race, now: datetime) -> None:
    child_of(kita, baba, race, now)
    with pytest.raises(Refused, match="erase_last_member"):
        erasing.erase(baba, by=None, at=now)


def test_who_works_for_a_host_is_made_inactive_first(aoki: User, now: datetime) -> None:
    with pytest.raises(Refused, match="erase_host_person"):
        erasing.erase(aoki, by=None, at=now)
    User.objects.filter(pk=aoki.pk).update(is_active=False)
    erasing.erase(aoki, by=None, at=now)
    aoki.refresh_from_db()
    assert (aoki.role, aoki.email) == ("organizer", f"erased-user-{aoki.pk}@erased.invalid")


def test_an_erasure_is_noted_without_a_word_about_the_person(kita: Team, baba: User, race: Race, now: datetime) -> None:
    child = child_of(kita, baba, race, now)
    erasing.erase(child.athlete, by=baba, at=now, why="早乙女丸鶴之助から電話", withdraw=True)
    row = Erasure.objects.get()
    assert (row.subject, row.by) == (f"athlete:{child.athlete.pk}", baba)
    trail = AuditRecord.objects.get(verb="athlete.erased")
    assert (trail.target_name, trail.actor) == (f"（削除済み） {child.athlete.pk}", baba)
    child.athlete.refresh_from_db()
    assert child.athlete.erased_at == now


def test_a_second_time_is_refused_and_a_replay_changes_nothing(
    kita: Team, baba: User, race: Race, now: datetime
) -> None:
    child = child_of(kita, baba, race, now)
    erasing.erase(child.athlete, by=baba, at=now, withdraw=True)
    child.athlete.refresh_from_db()
    with pytest.raises(Refused, match="erased_already"):
        erasing.erase(child.athlete, by=baba, at=now)
    assert replay(f"athlete:{child.athlete.pk}", at=now) == {}
    assert Erasure.objects.count() == 1


def test_after_a_restore_the_replay_erases_again(make_user: Callable[..., User], race: Race, now: datetime) -> None:
    me = make_user("tsuru@canary.example", name="早乙女丸 鶴之助", phone="080-9999-1234")
    child = child_of(team_of(me, "早乙女丸", TeamKind.INDIVIDUAL), me, race, now)
    address_everywhere(me, now)
    backup = {model: list(model._base_manager.all()) for model in apps.get_models() if model._meta.managed}
    erasing.erase(child.athlete, by=me, at=now, withdraw=True)
    assert found() == []
    _restore(backup)
    assert found() != []
    replay(f"athlete:{child.athlete.pk}", at=now)
    assert found() == []
    assert replay("athlete:999999", at=now) == {}


def _restore(backup: dict[Any, list[Any]]) -> None:
    """The rows as they were, over those that are there: what a restored dump holds."""
    with across_tenants():
        for model, rows in backup.items():
            if model._meta.label_lower in ("contenttypes.contenttype", "entries.race"):
                continue
            for row in rows:
                fields = {field.attname: field.value_from_object(row) for field in model._meta.concrete_fields}
                changed = {name: value for name, value in fields.items() if name not in ("id", "tenant_id")}
                known = model._default_manager.filter(pk=row.pk)
                if changed and not (known.update(**changed) if known.exists() else False):
                    model._default_manager.bulk_create([model(**fields)])


def test_an_archive_that_holds_the_person_is_taken_out(kita: Team, baba: User, race: Race, now: datetime) -> None:
    child = child_of(kita, baba, race, now)
    with tenant_scope(race.tenant_id):
        archive = MeetArchive.objects.create(tenant_id=race.tenant_id, meet=race.meet)
        ArchivePiece.objects.create(tenant_id=race.tenant_id, archive=archive, number=0, content=b"x")
    erasing.erase(child.athlete, by=baba, at=now, withdraw=True)
    with across_tenants():
        assert not ArchivePiece.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite does not say which columns hold text")
def test_the_search_looks_into_every_column_that_can_hold_text() -> None:
    known = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }
    assert columns_of_postgres() - known - {("django_migrations", "app"), ("django_migrations", "name")} == set()


def test_nothing_of_a_tenant_is_needed_to_be_in_scope(
    chuo: Tenant, kita: Team, baba: User, race: Race, now: datetime
) -> None:
    child = child_of(kita, baba, race, now)
    with tenant_scope(chuo.pk):
        erasing.erase(child.athlete, by=baba, at=now, withdraw=True)
    assert found() == []
