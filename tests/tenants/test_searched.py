"""A search key is right after every way of writing a row, and every list finds a name by it."""

from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from entries.archive.erasing import erase
from entries.entry.desk.queries import athletes_known_to_host_of
from entries.meet.models import Meet, Race
from entries.news.queries import listed_entries, published_meets
from entries.roster.models import Athlete, Sex, Team
from entries.roster.queries import searched
from tenants.key_actions import fill, fill_empty
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tenants.searched import KEY, SearchKeyField, field_of, found, keyed_models
from tests.entries.entry.sheets import row, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def takahashi(kita: Team) -> Athlete:
    return Athlete.objects.create(
        team=kita, family_name="髙橋", given_name="さくら", family_kana="タカハシ", given_kana="サクラ", family_romaji="Takahashi",
        given_romaji="Sakura", sex=Sex.MALE, birth_date="2004-04-02", jaaf_id="00012345678",
    )  # fmt: skip


def key_in_database(row: models.Model) -> str:
    return str(type(row)._base_manager.values_list(KEY, flat=True).get(pk=row.pk))


def is_right(row: models.Model) -> bool:
    now = type(row)._base_manager.get(pk=row.pk)
    return key_in_database(row) == field_of(type(row)).of(now) != ""


def test_it_is_written_when_a_row_is_made(
    takahashi: Athlete, kita: Team, baba: User, nittai: Tenant, meet: Meet
) -> None:
    assert (
        key_in_database(takahashi)
        == "高高橋橋ササククララ タタカカハハシシササククララ sakuratakahashisakura 00012345678"
    )
    assert all(is_right(one) for one in (takahashi, kita, baba, nittai, meet))


def test_it_follows_what_is_saved(takahashi: Athlete) -> None:
    takahashi.family_name = "渡邊"
    takahashi.save(update_fields=["family_name"])
    assert "渡渡辺辺" in key_in_database(takahashi)
    takahashi.grade = "2"
    takahashi.save(update_fields=["grade"])
    takahashi.given_name = "翼"
    takahashi.save()
    assert is_right(takahashi)


def test_it_follows_rows_that_are_written_together(takahashi: Athlete, kita: Team) -> None:
    twin = Athlete(
        team=kita,
        family_name="邉",
        given_name="一",
        family_kana="ア",
        given_kana="イ",
        sex="M",
        birth_date="2004-04-02",
    )
    Athlete.objects.bulk_create([twin])
    assert is_right(twin)
    takahashi.family_name, twin.family_name = "渡邉", "濵"
    Athlete.objects.bulk_update([takahashi, twin], ["family_name"])
    assert is_right(takahashi)
    assert "渡渡辺辺" in key_in_database(takahashi)
    assert is_right(twin)


def test_it_follows_an_update(takahashi: Athlete, kita: Team, minami: Team, baba: User, meet: Meet) -> None:
    Athlete.objects.filter(family_name="髙橋").update(family_name="田中", grade="2")
    assert "田田中中" in key_in_database(takahashi)
    assert Team.objects.filter(pk=kita.pk).update(name="西大学") == 1
    assert User.objects.filter(pk=baba.pk).update(email="other@example.com") == 1
    with tenant_scope(meet.tenant_id):
        assert Meet.objects.update(name="大会") == 1
    assert all(is_right(one) for one in (takahashi, kita, minami, baba, meet))


def test_an_erased_person_leaves_no_key(takahashi: Athlete, baba: User, now: datetime) -> None:
    erase(takahashi, by=baba, at=now)
    assert is_right(takahashi)
    assert not Athlete.objects.filter(found("髙橋", KEY) | found("12345678", KEY) | found("sakura", KEY)).exists()


def test_rows_of_a_release_without_it_are_filled(takahashi: Athlete, kita: Team, now: datetime) -> None:
    Athlete.objects.filter(pk=takahashi.pk).update(search_key="")
    Team.objects.filter(pk=kita.pk).update(search_key="")
    assert fill_empty(at=now) == 2
    assert is_right(takahashi)
    assert fill_empty(at=now) == 0
    Athlete.objects.filter(pk=takahashi.pk).update(search_key="old")
    assert fill_empty(at=now) == 0
    assert fill(Athlete, field_of(Athlete)) == 1
    assert is_right(takahashi)


@pytest.mark.parametrize("app", ["tenants", "entries"])
def test_a_migration_fills_what_the_models_say(app: str) -> None:
    name = {"tenants": "0009_fill_search_key", "entries": "0010_fill_search_key"}[app]
    parts = import_module(f"{app}.migrations.{name}").PARTS
    ours = {model._meta.model_name: field_of(model).parts for model in keyed_models() if model._meta.app_label == app}
    assert parts == ours


@pytest.mark.parametrize(
    "typed",
    [
        "高橋",
        "髙橋",
        "たかはし",
        "ﾀｶﾊｼ",
        "タカハシ さくら",
        "髙橋さくら",
        "TAKAHASHI",
        "sakura takahashi",
        "０００１２３",
        "髙󠄀",
    ],
)
def test_every_list_finds_a_name_however_it_is_typed(
    typed: str, takahashi: Athlete, race: Race, client: Client, baba: User, meet: Meet, kita: Team
) -> None:
    client.force_login(baba)
    assert send(client, race.meet, None, [row(takahashi, race)]).status_code == 303
    assert list(searched(kita.athletes.all(), typed)) == [takahashi]
    with tenant_scope(meet.tenant_id):
        assert list(athletes_known_to_host_of(race, words=typed)) == [takahashi]
        by_jaaf_id = typed == "０００１２３"  # which the public can find nobody by
        assert [entry.athlete for entry in listed_entries(meet, words=typed)] == ([] if by_jaaf_id else [takahashi])
        assert [entry.athlete for entry in listed_entries(meet, words=f"{typed} ない")] == []


@pytest.mark.parametrize("marks", ["'", '"', "・", "  ’ "])
def test_marks_alone_find_nothing_and_an_empty_text_all(
    marks: str, takahashi: Athlete, race: Race, client: Client, baba: User, meet: Meet, kita: Team
) -> None:
    client.force_login(baba)
    assert send(client, race.meet, None, [row(takahashi, race)]).status_code == 303
    for typed, wanted in ((marks, []), ("", [takahashi]), ("  ", [takahashi])):
        assert list(searched(kita.athletes.all(), typed)) == wanted
        with tenant_scope(meet.tenant_id):
            assert [entry.athlete for entry in listed_entries(meet, words=typed)] == wanted


def test_a_team_is_found_by_its_kana_and_a_meet_by_its_venue(
    kita: Team, takahashi: Athlete, meet: Meet, race: Race, now: datetime
) -> None:
    kita.name, kita.name_kana = "澤高校", "サワコウコウ"
    kita.save()
    assert list(Team.objects.filter(found("さわ", KEY))) == [kita]
    assert list(Team.objects.filter(found("沢高", KEY))) == [kita]
    assert list(Team.objects.filter(found("100%", KEY))) == []
    meet.name, meet.venue = "第１回濵松記録会", "ｴｺﾊﾟ"
    with tenant_scope(meet.tenant_id):
        meet.save()
    assert list(published_meets(today=now.date(), words="浜松 1回 エコパ")) == [meet]
    assert list(published_meets(today=now.date(), words=meet.tenant.name.upper())) == [meet]


def test_the_desk_finds_by_key_and_by_receipt(
    client: Client, takahashi: Athlete, race: Race, baba: User, aoki: User, kita: Team
) -> None:
    client.force_login(baba)
    receipt = send(client, race.meet, None, [row(takahashi, race)]).headers["Location"].strip("/").split("/")[-1]
    client.force_login(aoki)
    for typed in ("高橋", "たかはし", receipt.lower(), f"{receipt} 髙橋"):
        page = client.get(reverse("admin:entries_entry_changelist"), {"q": typed}).content.decode()
        assert "髙橋" in page, typed
    assert "髙橋" not in client.get(reverse("admin:entries_entry_changelist"), {"q": "高橋 無"}).content.decode()


def test_the_platform_finds_people_hosts_and_athletes(client: Client, takahashi: Athlete, nittai: Tenant) -> None:
    admin = User.objects.create_user("root@example.com", "x", name="管理者", role=Role.PLATFORM_ADMIN)
    User.objects.create_user("ken.watanabe@example.com", "x", name="渡邊 謙")
    nittai.name = "日本體育大學"
    nittai.save()
    client.force_login(admin)
    for page, typed, shown in (
        ("tenants_user", "渡辺謙", "渡邊 謙"), ("tenants_user", "ＫＥＮ.Watanabe", "渡邊 謙"), ("tenants_tenant", "体育大学", "日本體育大學"),
        ("entries_athlete", "たかはし", "髙橋"),
    ):  # fmt: skip
        assert shown in client.get(reverse(f"admin:{page}_changelist"), {"q": typed}).content.decode(), typed


def test_every_key_is_of_columns_that_are_there() -> None:
    for model in keyed_models():
        assert field_of(model).sources <= {field.name for field in model._meta.concrete_fields}
    assert {model.__name__ for model in keyed_models()} == {"Tenant", "User", "Team", "Athlete", "Meet"}


def test_a_field_is_a_plain_column_to_a_migration() -> None:
    field: Any = SearchKeyField(("name",))
    assert field.deconstruct()[1] == "django.db.models.TextField"
