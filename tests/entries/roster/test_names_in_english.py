"""English pages name athletes in Latin letters, with the kanji beside; Japanese ones as ever."""

import pytest
from django.test import Client
from django.utils import timezone, translation

from entries.entry import actions
from entries.entry.lines import Line
from entries.entry.models import Submission
from entries.meet.models import Meet
from entries.news.page_cache import PAGES
from entries.roster.models import Athlete, Team
from tenants.models import Tenant, User
from tenants.outbox.contents import write
from tests.conftest import open_meet, race_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_nittai")]


@pytest.fixture
def meet(nittai: Tenant) -> Meet:
    return open_meet(nittai, entry_list_public=True)


@pytest.fixture
def entered(meet: Meet, kita: Team, runners: list[Athlete], baba: User) -> Submission:
    race = race_of(meet)
    lines = [Line(0, runners[0].pk, race.pk, 87_000)]
    return actions.submit(meet=meet, team=kita, lines=lines, key="k", by=baba, at=timezone.now())


ROMAJI = '<span class="who__kana">鈴木 一郎0</span>Ichiro SUZUKI</span>'
KANJI = '<span class="who__kana">スズキ イチロウ</span>鈴木 一郎0</span>'


@pytest.mark.parametrize(("language", "shown"), [("en", ROMAJI), ("ja", KANJI)])
def test_pages_name_people_as_the_language_does(
    client: Client, entered: Submission, baba: User, aoki: User, language: str, shown: str
) -> None:
    """The public list, the receipt, the sheet, the roster and the desk's list."""
    meet, team = "/meets/nittai/ld326/", entered.team_id
    ways = [
        (baba, f"{meet}entries/"), (baba, f"/orders/{entered.reference}/"), (baba, f"{meet}enter"),
        (baba, f"/teams/{team}/athletes/"), (aoki, "/admin/entries/entry/"),
    ]  # fmt: skip
    for user, path in ways:
        PAGES.clear()
        client.force_login(user)
        assert shown in client.get(path, {"lang": language}).content.decode(), path


def test_mails_name_people_as_their_language_does(entered: Submission) -> None:
    for language, name in (("en", "Ichiro SUZUKI"), ("ja", "鈴木 一郎0")):
        with translation.override(language):
            letter = write("entry.received", {"submission": entered.pk})
        assert letter
        assert name in letter.body


def test_who_has_no_latin_letters_is_named_as_written(runners: list[Athlete]) -> None:
    runners[0].family_romaji = runners[0].given_romaji = ""
    with translation.override("en"):
        assert (runners[0].name_here, runners[0].name_beside) == ("鈴木 一郎0", "スズキ イチロウ")
