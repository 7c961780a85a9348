"""The whole interface in English: in a world whose names are Latin, no page and no mail holds anything Japanese."""

import re
from collections.abc import Callable
from datetime import date, datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog.models import MasterProduct
from entries.entry import actions, entry_actions
from entries.entry.lines import Line
from entries.entry.models import EntryUpload
from entries.meet.models import Meet, State
from entries.news.models import Notice
from entries.roster.importing.actions import keep_upload
from entries.roster.importing.columns import TITLES
from entries.roster.models import Athlete
from tenants.files.grid import grid_of
from tenants.models import OutboxMail, Role, Tenant, User
from tenants.outbox.contents import write
from tenants.scope import across_tenants, tenant_scope
from tests.conftest import PASSWORD, open_meet, race_of, team_of

pytestmark = pytest.mark.django_db
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠、。「」（）]+")
EXAMPLES = ("日本語", "日本体育大学", "日体大", "鈴木 一郎", "14分05秒32", "申請中", "学連", "男", "女")
"""What stays Japanese in English: the name of the other language, and what one may type into a Japanese field."""

OWN_NAMES = ("混合五千", "選抜")
"""What the host calls its races; each has an English name as well, so that these stand only where one types them."""


@pytest.fixture
def world(make_user: Callable[..., User], now: datetime) -> SimpleNamespace:
    """A host, its people, a team and a meet, all with Latin names; entries that are in, that wait, that are withdrawn."""
    host = Tenant.objects.create(slug="host", name="Hosts", contact_email="desk@example.com")
    aoki = make_user("aoki@example.com", role=Role.ORGANIZER, tenant=host, language="en")
    endo = make_user("endo@example.com", role=Role.STAFF, tenant=host)
    baba = make_user("baba@example.com", language="en")
    team = team_of(baba, "North University")
    team.prefecture = "13"
    team.save()
    names = {"family_name": "Suzuki", "family_kana": "Suzuki", "given_kana": "K", "family_romaji": "Suzuki"}
    runners = [
        Athlete.objects.create(team=team, given_name=f"N{n}", sex="MF"[n % 2], birth_date=date(2004, 4, 2), **names)
        for n in range(4)
    ]
    meet = open_meet(
        host, "open", name="Open", venue="Track", entry_list_public=True, payment_due_on=date(2027, 4, 1), fee=2000
    )
    race = race_of(meet, OWN_NAMES[0], sex="X", places=1, standard=90_000, name_en="Mixed 5000 m")
    race_of(meet, OWN_NAMES[1], is_ncg=True, fallback_race=race, paused_at=now, name_en="Men NCG")
    with tenant_scope(host.pk):
        submission = actions.submit(
            meet=meet,
            team=team,
            lines=[Line(n, one.pk, race.pk, 87_000) for n, one in enumerate(runners[:3])],
            key="k",
            by=baba,
            at=now,
        )
        gone, entry = submission.entries.order_by("pk")[:2]
        entry_actions.withdraw(entry=gone, by=baba, at=now)
        notice = Notice.objects.create(tenant=host, meet=meet, title="Parking", is_important=True, published_at=now)
        product = MasterProduct.objects.create(tenant=host, brand="BRAND", reference="R1", name="Shoe", price_jpy=9000)
        upload = EntryUpload.objects.create(tenant=host, meet=meet, team=team, by=baba, file_name="a.csv")
        closed = open_meet(host, "closed", name="Closed", venue="Track", state=State.RESULTS_OUT)
    roster = keep_upload(team, by=baba, file_name="r.xlsx", grid=grid_of(None, []), at=now, today=date(2026, 5, 1))
    return SimpleNamespace(
        host=host, aoki=aoki, baba=baba, endo=endo, team=team, athlete=runners[3], meet=meet, race=race, submission=submission,
        entry=entry, notice=notice, product=product, upload=upload, roster=roster,
        closed=closed,
    )  # fmt: skip


def japanese_in(page: str) -> list[str]:
    """All of a page but comments: texts, attributes, and the words that a script gets as JSON."""
    page = re.sub(r'"kanji": "[^"]*"', "", page)  # the table by which the sheet's search folds names; nobody reads it
    said = re.sub(r"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), unescape(re.sub(r"(?s)<!--.*?-->", "", page)))
    for known in sorted([*EXAMPLES, *TITLES.values()], key=len, reverse=True):
        said = said.replace(known, "")
    return JAPANESE.findall(said)


def walk(client: Client, addresses: list[str]) -> dict[str, object]:
    """The addresses whose pages hold something Japanese, or do not answer 200."""
    wrong: dict[str, object] = {}
    for address in addresses:
        answer = client.get(address, {"lang": "en"} if "?" not in address else None, follow=True)
        found = japanese_in(re.sub(f' value="({"|".join(OWN_NAMES)})"', "", answer.content.decode()))
        if answer.status_code != 200 or found or '<html lang="en"' not in answer.content.decode():
            wrong[address] = found or answer.status_code
    return wrong


def in_english(user: User) -> Client:
    client = Client()
    assert client.login(username=user.email, password=PASSWORD)
    client.cookies["nitsys_lang"] = "en"
    return client


def test_public_pages_are_english(client: Client, world: SimpleNamespace) -> None:
    meet = "/meets/host/open/"
    pages = ["/", "/meets/", "/meets/?q=nothing&lang=en", meet, f"{meet}entries/", "/meets/host/closed/", "/auth/login"]
    pages += ["/auth/register", "/auth/register?kind=individual&lang=en", "/auth/request", "/auth/password/reset"]
    assert walk(client, pages) == {}


def test_links_between_public_pages_keep_the_language(client: Client, world: SimpleNamespace) -> None:
    lost = []
    for page in ("/", "/meets/", "/meets/host/open/", "/meets/host/open/entries/", "/meets/host/unknown/"):
        text = client.get(page, {"lang": "en"}).content.decode()
        for link in re.findall(r'<a [^>]*href="(/(?:meets/[^"]*)?(?:\?[^"]*)?)"', text):
            if "lang=en" not in unescape(link):
                lost.append((page, link))
    assert lost == []


def test_a_coachs_pages_are_english(world: SimpleNamespace) -> None:
    team, meet = f"/teams/{world.team.pk}/", "/meets/host/open/"
    pages = ["/teams/", "/teams/new", team, f"{team}edit", f"{team}athletes/", f"{team}athletes/?q=nothing"]
    pages += [f"{team}athletes/new", f"{team}athletes/{world.athlete.pk}/edit", f"{team}athletes/?show=left"]
    pages += [
        f"{team}athletes/import",
        f"{team}athletes/import/{world.roster.pk}/",
        f"{team}members/",
        f"{team}orders/",
    ]
    pages += [f"{meet}enter", f"{meet}enter?from=last&team={world.team.pk}", f"{meet}enter/upload"]
    pages += [
        f"{meet}enter/upload/{world.upload.pk}",
        "/meets/host/closed/enter",
        f"/orders/{world.submission.reference}/",
    ]
    assert walk(in_english(world.baba), [*pages, "/auth/account", "/auth/password/change"]) == {}


def test_refusals_of_a_sheet_are_english(world: SimpleNamespace) -> None:
    rows: dict[str, Any] = {
        "team": world.team.pk, "submission_key": "new", "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0",
        "rows-0-athlete": world.athlete.pk, "rows-0-race": world.race.pk, "rows-0-seed_time": "99:99",
        "rows-1-athlete": world.athlete.pk, "rows-1-race": world.race.pk, "rows-1-seed_time": "16:00",
    }  # fmt: skip
    answer = in_english(world.baba).post("/meets/host/open/enter", rows)
    assert answer.status_code == 422
    assert "Nothing has been entered yet." in answer.content.decode()
    assert japanese_in(answer.content.decode()) == []


def test_staffs_pages_are_english(world: SimpleNamespace) -> None:
    search = "/staff/search"
    pages = [search, f"{search}?brand=BRAND", f"{search}?brand=BRAND&reference=R1", f"{search}?brand=NONE"]
    assert walk(in_english(world.endo), pages) == {}


def test_the_desk_is_english(world: SimpleNamespace) -> None:
    rows = [world.meet, world.race, world.entry, world.submission, world.notice, world.product, world.endo, world.host]
    pages = ["/admin/"]
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        pages += [reverse(f"{name}_changelist"), f"{reverse(f'{name}_changelist')}?q=nothing"]
        pages += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history")]
    pages.remove(reverse("admin:entries_entry_history", args=[world.entry.pk]))  # the trail keeps the host's own name
    pages += [
        reverse(f"admin:{name}_add") for name in ("entries_meet", "entries_race", "entries_notice", "tenants_user")
    ]
    assert walk(in_english(world.aoki), pages) == {}


def test_the_desk_asks_in_english_before_it_acts(world: SimpleNamespace) -> None:
    desk = in_english(world.aoki)
    asked = {
        "entries_meet": ("advance", "undo", "copy"),
        "entries_race": ("pause", "resume", "plan"),
        "entries_entry": ("withdraw", "move", "correct"),
        "entries_notice": ("publish", "take_back"),
        "tenants_user": ("deactivate", "activate", "give_new_password"),
    }
    rows = {
        "entries_meet": world.meet,
        "entries_race": world.race,
        "entries_entry": world.entry,
        "entries_notice": world.notice,
        "tenants_user": world.endo,
    }
    for name, verbs in asked.items():
        for verb in verbs:
            sent = {"action": verb, "_selected_action": rows[name].pk, "index": "0"}
            answer = desk.post(reverse(f"admin:{name}_changelist"), sent)
            assert (verb, answer.status_code, japanese_in(answer.content.decode())) == (verb, 200, [])


def test_error_pages_are_english(client: Client, world: SimpleNamespace) -> None:
    coach = in_english(world.baba)
    answers = [
        client.get("/meets/host/unknown/?lang=en"),
        client.put("/auth/login?lang=en"),
        client.get("/orders/X/?lang=en"),
        coach.get("/admin/"),
        coach.get("/orders/UNKNOWN/"),
        client.get("/auth/verify?lang=en&token=no"),
    ]
    assert [japanese_in(answer.content.decode()) for answer in answers] == [[]] * len(answers)


def test_mails_are_english(world: SimpleNamespace) -> None:
    with across_tenants(), translation.override("en"):
        letters = [write(mail.kind, mail.context) for mail in OutboxMail.objects.all()]
    assert len(letters) >= 3
    assert [japanese_in(f"{letter.subject}\n{letter.body}") for letter in letters if letter] == [[]] * len(letters)


def test_models_and_fields_have_english_names() -> None:
    with translation.override("en"):
        names = [
            str(said)
            for app in ("tenants", "catalog", "entries")
            for model in apps.get_app_config(app).get_models()
            for said in [
                model._meta.verbose_name,
                model._meta.verbose_name_plural,
                *(getattr(field, "verbose_name", "") for field in model._meta.get_fields()),
                *(getattr(field, "help_text", "") for field in model._meta.get_fields()),
                *(word for field in model._meta.get_fields() for _value, word in getattr(field, "choices", None) or ()),
            ]
        ]
    assert [name for name in names if japanese_in(name)] == []


def test_dates_money_and_counts_are_written_the_english_way(client: Client, world: SimpleNamespace) -> None:
    page = client.get("/meets/host/open/?lang=en").content.decode()
    assert "Sat 1 May – Sun 2 May 2027" in page
    assert "¥2,000 per race" in page
    assert "Thu 1 Apr 2027" in page
    assert re.search(r"Entries close in <strong[^>]*>1[34] days", page)
    assert Meet._meta.verbose_name_plural == "大会"


def test_a_list_of_the_desk_opens_in_the_other_language(world: SimpleNamespace) -> None:
    """The links at its foot: to Django's list `lang` would be a filter."""
    desk = Client()
    assert desk.login(username=world.aoki.email, password=PASSWORD)
    answer = desk.get("/admin/entries/race/?meet=&lang=en", follow=True)
    assert (answer.status_code, '<html lang="en"' in answer.content.decode()) == (200, True)
