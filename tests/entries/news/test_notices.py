"""Notices now, later, and by mail to everybody entered: once, and never to who withdrew."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone, translation

from entries.entry import actions as entry_actions
from entries.entry import entry_actions as one
from entries.entry.lines import Line
from entries.entry.models import Submission
from entries.meet.models import Meet, Race
from entries.news import actions, queries
from entries.news.models import Notice
from entries.news.page_cache import PAGES
from entries.roster.models import Team
from tenants.jobs.models import Job
from tenants.jobs.work import claim, run
from tenants.models import AuditRecord, OutboxMail, User
from tenants.outbox.contents import write
from tenants.privacy.retention_classes import MAIL_GONE
from tenants.refusal import Refused
from tenants.scope import across_tenants
from tests.conftest import athletes_of, race_of, team_of
from tests.pageform import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]
PAGE = "/meets/nittai/ld326/"
LIST = "/admin/entries/notice/"


@pytest.fixture
def notice(meet: Meet) -> Notice:
    return Notice.objects.create(
        tenant=meet.tenant, meet=meet, title="集合の変更", body="7時から\nhttps://example.com/map"
    )


@pytest.fixture
def race(meet: Meet) -> Race:
    return race_of(meet)


def enter(race: Race, team: Team, by: User, key: str) -> Submission:
    lines = [Line(n, athlete.pk, race.pk, seed_time=87_000) for n, athlete in enumerate(athletes_of(team, 2))]
    return entry_actions.submit(meet=race.meet, team=team, lines=lines, key=key, by=by, at=timezone.now())


def work_through() -> None:
    """As the worker does."""
    while job := claim(at=timezone.now()):
        run(job)


def mailed() -> list[str]:
    return sorted(OutboxMail.objects.filter(kind="news.notice").values_list("to", flat=True))


def shown(client: Client) -> bool:
    PAGES.clear()
    return "集合の変更" in client.get(PAGE).content.decode()


def test_it_appears_at_its_minute_without_anything_being_run(
    client: Client, notice: Notice, aoki: User, now: datetime
) -> None:
    actions.publish(notice=notice, by=aoki, at=now, on=now + timedelta(minutes=5))
    assert not shown(client)
    with across_tenants():
        Notice.objects.update(published_at=timezone.now() - timedelta(milliseconds=5))
    assert shown(client)
    assert AuditRecord.objects.filter(verb="notice.planned").count() == 1


@pytest.mark.parametrize("away", [timedelta(seconds=-1), timedelta(days=367)])
def test_it_is_planned_for_a_moment_within_a_year(notice: Notice, aoki: User, now: datetime, away: timedelta) -> None:
    with pytest.raises(Refused, match="notice_moment"):
        actions.publish(notice=notice, by=aoki, at=now, on=now + away)


def test_everybody_entered_gets_one_mail(
    notice: Notice, race: Race, kita: Team, minami: Team, baba: User, chiba: User, aoki: User
) -> None:
    """Two sheets of one coach, a contact that is the coach written otherwise, another team, and one who withdrew."""
    Team.objects.filter(pk=kita.pk).update(contact_email="BABA@example.com")
    Team.objects.filter(pk=minami.pk).update(contact_email="office@example.com")
    kita.refresh_from_db()
    minami.refresh_from_db()
    enter(race, kita, baba, "1")
    enter(race, kita, baba, "2")
    enter(race, minami, chiba, "3")
    gone = User.objects.create_user("gone@example.com", name="gone")
    for entry in enter(race, team_of(gone, "西大学"), gone, "4").entries.all():
        one.withdraw(entry=entry, by=gone, at=timezone.now())
    actions.publish(notice=notice, by=aoki, at=timezone.now(), mail=True)
    assert mailed() == []
    work_through()
    assert mailed() == ["baba@example.com", "chiba@example.com", "office@example.com"]
    notice.refresh_from_db()
    assert notice.mail_count == 3
    assert list(AuditRecord.objects.filter(target_type="notice").order_by("pk").values_list("verb", flat=True)) == [
        "notice.published", "notice.mail_asked", "notice.mailed",
    ]  # fmt: skip


def test_who_was_erased_is_mailed_nothing(notice: Notice, race: Race, kita: Team, baba: User, aoki: User) -> None:
    enter(race, kita, baba, "1")
    User.objects.filter(pk=baba.pk).update(email=MAIL_GONE.format(f"user-{baba.pk}"))
    assert queries.recipients_of(notice.meet) == {}
    Team.objects.filter(pk=kita.pk).update(contact_email="office@example.com")
    assert list(queries.recipients_of(notice.meet)) == ["office@example.com"]


def test_it_is_mailed_once_however_often_it_goes_out(
    notice: Notice, race: Race, kita: Team, baba: User, aoki: User
) -> None:
    enter(race, kita, baba, "1")
    actions.publish(notice=notice, by=aoki, at=timezone.now(), mail=True)
    job = Job.objects.get(kind="news.mail_notice")
    work_through()
    run(job)  # a worker that died after its work leaves the job to another
    assert mailed() == ["baba@example.com"]
    actions.take_back(notice=notice, by=aoki)
    with pytest.raises(Refused, match="notice_mailed"):
        actions.publish(notice=notice, by=aoki, at=timezone.now(), mail=True)
    actions.publish(notice=notice, by=aoki, at=timezone.now())
    with pytest.raises(Refused, match="notice_mailed"):
        actions.mail(notice=notice, by=aoki, at=timezone.now())
    assert AuditRecord.objects.filter(verb="notice.mailed").count() == 1


def test_the_database_takes_no_second_mail_to_an_address(notice: Notice, baba: User, now: datetime) -> None:
    values = {"key": f"news.notice:{notice.pk}", "kind": "news.notice", "to": baba.email, "next_attempt_at": now}
    OutboxMail.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMail.objects.create(**values)


def test_what_was_taken_back_is_mailed_to_nobody(
    notice: Notice, race: Race, kita: Team, baba: User, aoki: User
) -> None:
    enter(race, kita, baba, "1")
    actions.publish(notice=notice, by=aoki, at=timezone.now(), mail=True)
    actions.take_back(notice=notice, by=aoki)
    work_through()
    assert mailed() == []
    assert write("news.notice", {"notice": notice.pk}) is None
    actions.publish(notice=notice, by=aoki, at=timezone.now(), mail=True)
    work_through()
    assert mailed() == ["baba@example.com"]


def test_a_planned_mail_leaves_when_its_moment_has_come(
    notice: Notice, race: Race, kita: Team, baba: User, aoki: User, now: datetime
) -> None:
    enter(race, kita, baba, "1")
    actions.publish(notice=notice, by=aoki, at=now, on=now + timedelta(hours=1), mail=True)
    assert actions.mail_planned(at=now) == 0
    Notice.objects.update(published_at=now)
    assert actions.mail_planned(at=timezone.now()) == 1
    assert actions.mail_planned(at=timezone.now()) == 0
    work_through()
    assert mailed() == ["baba@example.com"]
    assert actions.mail_planned(at=timezone.now()) == 0


def test_nothing_old_is_mailed_by_surprise(notice: Notice, now: datetime) -> None:
    Notice.objects.update(published_at=now - timedelta(days=2), mail_asked_at=now - timedelta(days=2))
    assert queries.notices_to_mail(at=now) == []


def test_the_mail_says_what_the_page_says_and_makes_no_links(notice: Notice, aoki: User) -> None:
    actions.publish(notice=notice, by=aoki, at=timezone.now())
    with translation.override("ja"):
        letter = write("news.notice", {"notice": notice.pk})
    assert letter
    assert letter.subject == "【第326回長距離競技会】集合の変更"
    assert "7時から\nhttps：／／example．com／map" in letter.body
    assert PAGE in letter.body


def test_the_desk_says_how_many_before_it_is_sent(
    client: Client, notice: Notice, race: Race, kita: Team, baba: User, aoki: User
) -> None:
    enter(race, kita, baba, "1")
    client.force_login(aoki)
    asked = {"action": "publish", "_selected_action": [notice.pk]}
    page = client.post(LIST, asked)
    assert "1名に、1回だけ送ります" in page.content.decode()
    values = form_on(page, "confirmed") | {"on": "2027-04-01T09:00", "mail": "on"}
    assert client.post(LIST, values).status_code == 302
    notice.refresh_from_db()
    assert notice.published_at == datetime(2027, 4, 1, 9, tzinfo=notice.meet.zone)
    assert notice.mail_asked_at is not None
    listed = client.get(LIST).content.decode()
    assert "公開予定" in listed
    assert "2027/4/1 (木) 09:00 JST" in listed
    assert mailed() == []


def test_a_moment_that_is_past_is_refused_with_all_that_was_typed(client: Client, notice: Notice, aoki: User) -> None:
    client.force_login(aoki)
    values = {
        "action": "publish",
        "_selected_action": [notice.pk],
        "confirmed": "1",
        "on": "2020-04-01T09:00",
        "mail": "on",
    }
    answer = client.post(LIST, values)
    assert answer.status_code == 422
    assert 'value="2020-04-01T09:00"' in answer.content.decode()
    notice.refresh_from_db()
    assert notice.published_at is None
