"""The demo is what contract 3 says, and is written once."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from catalog.models import MasterProduct
from config.demo.seeds import accounts, demo
from config.env import ENV, Env
from entries.entry import places, rules
from entries.entry.lines import Line
from entries.entry.models import Entry, Submission
from entries.heat.models import ListVersion, Start
from entries.heat.publication import MAIL
from entries.heat.run_time import overlaps
from entries.heat.start_list import start_list_of
from entries.heat.timetable import running_now, times_of
from entries.meet.models import Meet, Race, TimetableSlot
from entries.roster.models import Athlete, Membership, Team
from tenants.jobs.models import Job
from tenants.models import OutboxMail, Role, Tenant, User
from tenants.scope import across_tenants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]
COUNTED: list[type[Model]] = [
    Tenant,
    User,
    Team,
    Athlete,
    Membership,
    Meet,
    Race,
    TimetableSlot,
    Entry,
    Submission,
    MasterProduct,
]


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One seeding for all tests of this file, rolled back after the last."""
    from django.db import transaction

    with django_db_blocker.unblock(), across_tenants():
        block = transaction.atomic()
        block.__enter__()
        demo.seed(at=timezone.localtime())
        yield
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _demo(seeded: None) -> None:
    """Every test here looks at the demo."""


def meet_of(slug: str) -> Meet:
    return Meet.objects.with_clock().get(slug=slug)


def test_the_accounts_have_their_roles_and_passwords() -> None:
    expected = {
        "platform-admin@example.com": (Role.PLATFORM_ADMIN, None, "AdminPass123!"),
        "organizer-a@example.com": (Role.ORGANIZER, "tenant-a", "OrganizerAPass123!"),
        "organizer-b@example.com": (Role.ORGANIZER, "tenant-b", "OrganizerBPass123!"),
        "staff-a@example.com": (Role.STAFF, "tenant-a", "StaffAPass123!"),
        "staff-b@example.com": (Role.STAFF, "tenant-b", "StaffBPass123!"),
        "coach-a@example.com": (Role.NONE, None, "CoachAPass123!"),
        "coach-b@example.com": (Role.NONE, None, "CoachBPass123!"),
        "athlete-a@example.com": (Role.NONE, None, "AthleteAPass123!"),
        "coach-01@example.com": (Role.NONE, None, "CoachAPass123!"),
        "coach-60@example.com": (Role.NONE, None, "CoachAPass123!"),
    }
    for email, (role, slug, password) in expected.items():
        user = authenticate(None, email=email, password=password)
        assert isinstance(user, User), email
        assert (user.role, user.tenant.slug if user.tenant else None) == (role, slug)
        assert not user.must_change_password


def test_a_password_may_be_set_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(email="staff-a@example.com").delete()
    values = {**vars(ENV), "seed_passwords": {"SEED_STAFF_A_PASSWORD": "Another-Pass-77"}}
    monkeypatch.setattr(accounts, "ENV", Env(**values))
    demo.seed(at=timezone.localtime())
    assert authenticate(None, email="staff-a@example.com", password="StaffAPass123!") is None
    user = authenticate(None, email="staff-a@example.com", password="Another-Pass-77")
    assert isinstance(user, User)
    assert not user.must_change_password


def test_sixty_teams_with_twenty_athletes_each_and_a_coach() -> None:
    coached = Team.objects.filter(memberships__user__email__regex=r"^coach-\d\d@")
    assert coached.count() == 60
    assert set(Counter(Athlete.objects.filter(team__in=coached).values_list("team", flat=True)).values()) == {20}
    kinds = {
        u: Team.objects.managed_by(User.objects.get(email=u)).get().kind
        for u in ("coach-a@example.com", "coach-b@example.com", "athlete-a@example.com")
    }
    assert list(kinds.values()) == ["university", "high_school", "individual"]
    assert Athlete.objects.filter(team__kind="individual").count() == 1
    assert Athlete.objects.filter(team__in=coached, sex="F").count() == 360


def test_the_names_are_plausible_and_some_are_rare() -> None:
    written = "".join(Athlete.objects.values_list("family_name", flat=True))
    for rare in ("髙", "﨑", "𠮷", "\ufa19", "\ufa1e", "濵", "邉"):
        assert rare in written
    for athlete in Athlete.objects.all():
        athlete.clean_fields()
        assert re.fullmatch(r"[ァ-ヶー]+ [ァ-ヶー]+", athlete.full_kana)
        assert re.fullmatch(r"[A-Z][a-z]+ [A-Z]+", athlete.full_romaji)


def test_everyone_may_be_entered_in_the_open_race() -> None:
    meet = meet_of("ld326")
    race = Race.objects.select_related("meet").get(meet=meet, name="オープン3000m")
    assert (race.places, race.waiting_places, race.standard, race.sex, race.last_ticket) == (50, None, None, "X", 0)
    for team in Team.objects.all():
        athletes = {athlete.pk: athlete for athlete in team.athletes.all()}
        lines = [Line(n, pk, race.pk, seed_time=60_000) for n, pk in enumerate(athletes)]
        rules.check_lines(meet, lines, races={race.pk: race}, athletes=athletes, shoes=set())


def test_the_meets_are_open_and_closed_as_promised() -> None:
    for slug, tenant in (("ld326", "tenant-a"), ("spring", "tenant-b")):
        meet = meet_of(slug)
        assert meet.takes_entries_at(meet.clock)
        assert meet.tenant.slug == tenant
    meet = meet_of("ld326")
    assert timedelta(days=6) < meet.clock - meet.entries_open_at < timedelta(days=8)
    assert timedelta(days=14) < meet.entries_close_at - meet.clock < timedelta(days=15)
    assert not Entry.objects.filter(race__meet=meet).exists()
    closed = meet_of("ld325")
    assert closed.entries_close_at < closed.clock
    assert closed.entry_list_public


def test_the_programme_is_the_real_one() -> None:
    meet = meet_of("ld326")
    races = {race.name: race for race in Race.objects.filter(meet=meet)}
    assert {name: race.places for name, race in races.items()} == {
        "男子10000m": 560, "女子3000m": 280, "女子5000m": 200, "男子5000m": 1360, "NCG女子3000m": 35,
        "NCG女子5000m": 70, "NCG男子10000m": 70, "NCG男子5000m": 35, "オープン3000m": 50,
    }  # fmt: skip
    ncg = races["NCG女子5000m"]
    assert (ncg.standard, ncg.fallback_race, ncg.starters_per_heat) == (93_000, races["女子5000m"], 35)
    starts = (
        TimetableSlot.objects.filter(race=races["男子5000m"]).order_by("number").values_list("starts_at", flat=True)
    )
    assert len(starts) == 34
    first = timezone.localtime(starts[0], meet.zone)
    assert (first.date(), first.hour, first.minute) == (meet.starts_on, 9, 40)


def test_every_heat_of_the_meet_with_start_lists_has_a_time_of_its_own() -> None:
    meet = meet_of("ld324")
    read = times_of(meet)
    assert [one.race.name for one in read if one.untimed or one.left_over] == []
    assert overlaps(running_now(meet, read).values()) == []


def test_the_entries_of_the_closed_meet_agree_with_their_races() -> None:
    races = list(Race.objects.filter(meet__slug="ld325"))
    entries = Entry.objects.filter(race__in=races)
    assert 900 < entries.count() < 1_100
    assert entries.filter(withdrawn_at__isnull=False).exists()
    assert entries.waiting().exists()
    assert not OutboxMail.objects.exists()
    for race in races:
        tickets = entries.filter(race=race).order_by("ticket").values_list("ticket", flat=True)
        assert list(tickets) == list(range(1, race.last_ticket + 1))
        assert entries.filter(race=race).waiting().count() == race.waiting_count
        assert places.settle_line(race.pk, promote=True) == [], "the line already stands where the product puts it"
    for entry in entries.select_related("race"):
        rules.check_seed_time(entry.race, entry.seed_time)


def test_the_start_lists_of_one_meet_are_out_and_of_the_closed_one_not_made() -> None:
    meet = meet_of("ld324")
    starts = start_list_of(meet)
    assert meet.has_start_lists
    assert len(starts) == 1_500
    assert all(one.bib and one.hip_number and one.starts_at for one in starts)
    assert ListVersion.objects.get(meet=meet).number == 1
    assert not Start.objects.filter(heat__race__meet__slug="ld325").exists()
    assert not Job.objects.filter(kind=MAIL).exists(), "nobody is mailed; the programme is set by the worker"


def test_the_product_that_the_checks_ask_for_is_there() -> None:
    product = MasterProduct.objects.get(brand="TESTBRAND", reference="REF001")
    assert (product.price_jpy, product.tenant.slug) == (123_456, "tenant-a")


def test_staff_of_both_hosts_find_products_so_that_the_check_passes(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_env_data")
    assert "tenant-b" in capsys.readouterr().out


def test_a_second_seeding_changes_nothing() -> None:
    before = [model._default_manager.count() for model in COUNTED]
    assert not any(demo.seed(at=timezone.localtime() + timedelta(days=3)).values())
    assert [model._default_manager.count() for model in COUNTED] == before


def test_the_command_says_where_it_writes_and_refuses_outside_dev(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("seed_dev")
    assert str(connection.settings_dict["NAME"]) in capsys.readouterr().out
    settings.APP_ENV = "staging"
    with pytest.raises(CommandError, match="APP_ENV=dev only"):
        call_command("seed_dev")


def test_what_is_written_anew_is_said_and_what_was_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_dev")
    assert "everything was there already" in capsys.readouterr().out
    bare = dict.fromkeys(("stack_height_mm", "valid_from", "valid_until")) | {"events_allowed": [], "list_status": ""}
    MasterProduct.objects.filter(reference="HY-100").update(**bare)
    MasterProduct.objects.filter(reference="REF001").delete()
    User.objects.filter(email="staff-b@example.com").delete()
    call_command("seed_dev")
    assert "1 accounts, 2 products" in capsys.readouterr().out
