"""The roster: list, add, change, take off, put back."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entries.roster import athlete_actions, rules
from entries.roster.athlete_fields import values_of
from entries.roster.models import Athlete, Team
from tenants.audit.models import AuditRecord
from tenants.models import User
from tests.conftest import athletes_of

TAKAHASHI = {
    "family_name": "髙橋", "given_name": "神\ufa19羽\ufa1e", "family_kana": "たかはし", "given_kana": "ｼﾞｭﾝﾍﾟｲ", "sex": "M",
    "birth_date": "H16.4.2", "grade": "３", "jaaf_id": "00012345678", "registration_prefecture": "48",
}  # fmt: skip


@pytest.fixture
def as_baba(client: Client, baba: User) -> Client:
    client.force_login(baba)
    return client


@pytest.fixture
def roster(kita: Team) -> str:
    return f"/teams/{kita.pk}/athletes/"


def named(team: Team, kana: str, **fields: Any) -> Athlete:
    """A woman of this kana, known by it."""
    values = {"family_name": kana, "given_name": "花", "given_kana": "ハナ", "sex": "F", "birth_date": date(2005, 1, 1)}
    return Athlete.objects.create(team=team, family_kana=kana, **values | fields)


def names_on(page: str) -> list[str]:
    """Family kana of the rows, in order."""
    return [part.split(" ")[0] for part in page.split('class="who__kana">')[1:]]


def test_adding_keeps_kanji_and_reads_the_rest(as_baba: Client, roster: str, kita: Team) -> None:
    assert as_baba.post(f"{roster}new", TAKAHASHI).headers["Location"] == roster
    athlete = Athlete.objects.get()
    assert (athlete.family_name, athlete.given_name) == ("髙橋", "神\ufa19羽\ufa1e")
    assert (athlete.family_kana, athlete.given_kana) == ("タカハシ", "ジュンペイ")
    assert (athlete.family_romaji, athlete.given_romaji) == ("Takahashi", "Jumpei")
    assert (athlete.birth_date, athlete.grade, athlete.nationality) == (date(2004, 4, 2), "3", "JPN")
    assert AuditRecord.objects.get(verb="athlete.added").after["family_name"] == "髙橋"


@pytest.mark.parametrize(("typed", "said"), [("１２３４５６７８", True), ("00012345678", False), ("", False)])
def test_an_id_that_lost_its_zeros_is_padded_and_said(
    as_baba: Client, roster: str, kita: Team, typed: str, said: bool
) -> None:
    page = as_baba.post(f"{roster}new", TAKAHASHI | {"jaaf_id": typed}, follow=True).content.decode()
    assert ("00012345678として保存しました" in page) is said
    assert Athlete.objects.get().jaaf_id == ("00012345678" if typed else "")


def test_the_button_for_several_leads_to_the_next(as_baba: Client, roster: str, kita: Team) -> None:
    assert as_baba.post(f"{roster}new", TAKAHASHI | {"another": "1"}).headers["Location"] == f"{roster}new"


def test_romaji_that_was_typed_stays(as_baba: Client, roster: str, kita: Team) -> None:
    as_baba.post(f"{roster}new", TAKAHASHI | {"given_romaji": "Junpei"})
    assert Athlete.objects.get().given_romaji == "Junpei"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""), ("family_name", "a\0"), ("family_name", "あ" * 31), ("family_kana", "鈴木"), ("given_kana", ""), ("sex", ""), ("sex", "X"),
        ("birth_date", ""), ("birth_date", "2004/2/30"), ("birth_date", "9999999999999999999"), ("birth_date", "2999/1/1"), ("nationality", "日"),
        ("grade", "99999"), ("jaaf_id", "1"), ("registration_number", "\0"), ("registration_prefecture", "99"), ("family_romaji", "鈴木"),
        ("guardian_name", "a\u200bb"), ("birth_date", "2020/4/2"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_422_with_everything_typed_kept(
    as_baba: Client, roster: str, kita: Team, field: str, value: str
) -> None:
    answer = as_baba.post(f"{roster}new", TAKAHASHI | {"registration_number": "77"} | {field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "_error" in page
    assert "ｼﾞｭﾝﾍﾟｲ" in page or field == "given_kana"
    assert not Athlete.objects.exists()


def test_under_sixteen_needs_a_guardian(as_baba: Client, roster: str, kita: Team) -> None:
    young = TAKAHASHI | {"birth_date": f"{timezone.localdate().year - 10}/1/1"}
    page = as_baba.post(f"{roster}new", young).content.decode()
    assert 'id="id_guardian_name_error"' in page
    assert 'id="id_guardian_consent_error"' in page
    assert (
        as_baba.post(f"{roster}new", young | {"guardian_name": "髙橋 父", "guardian_consent": "on"}).status_code == 302
    )
    assert Athlete.objects.get().guardian_consent_at is not None


def test_an_athlete_with_an_id_is_not_pending(as_baba: Client, roster: str, kita: Team) -> None:
    as_baba.post(f"{roster}new", TAKAHASHI | {"jaaf_pending": "on"})
    assert not Athlete.objects.get().jaaf_pending


def test_the_same_person_is_refused(as_baba: Client, roster: str, kita: Team, minami: Team) -> None:
    as_baba.post(f"{roster}new", TAKAHASHI)
    other_id = as_baba.post(f"{roster}new", TAKAHASHI | {"jaaf_id": ""})
    assert 'id="id_family_name_error"' in other_id.content.decode()
    other_name = as_baba.post(f"{roster}new", TAKAHASHI | {"given_name": "二郎", "given_kana": "ジロウ"})
    assert 'id="id_jaaf_id_error"' in other_name.content.decode()
    assert Athlete.objects.count() == 1


def test_two_teams_may_have_the_same_person(
    as_baba: Client, roster: str, kita: Team, minami: Team, chiba: User
) -> None:
    as_baba.post(f"{roster}new", TAKAHASHI)
    other = Client()
    other.force_login(chiba)
    assert other.post(f"/teams/{minami.pk}/athletes/new", TAKAHASHI).status_code == 302


def test_somebody_faster_is_a_refusal_and_no_error(kita: Team, baba: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look before found nobody; the constraint has the last word."""
    runner = athletes_of(kita, 1)[0]
    values = values_of(runner)
    monkeypatch.setattr(rules, "check_athlete", lambda *args, **kwargs: {})
    with pytest.raises(athlete_actions.AthleteRefused):
        athlete_actions.add_athlete(kita, values=values, by=baba, at=timezone.now(), today=timezone.localdate())
    assert not AuditRecord.objects.exists()


def test_same_kana_and_birth_date_are_asked_about_first(as_baba: Client, roster: str, kita: Team) -> None:
    as_baba.post(f"{roster}new", TAKAHASHI)
    twin = TAKAHASHI | {"family_name": "高橋", "jaaf_id": ""}
    answer = as_baba.post(f"{roster}new", twin)
    assert answer.status_code == 422
    assert "same_kana_ok" in answer.content.decode()
    assert as_baba.post(f"{roster}new", twin | {"same_kana_ok": "on"}).status_code == 302
    assert Athlete.objects.count() == 2


def test_editing_somebody_does_not_ask_about_twins_again(as_baba: Client, roster: str, runners: list[Athlete]) -> None:
    fields = values_of(runners[0]) | {"birth_date": "2004/4/2", "jaaf_pending": "", "guardian_consent": ""}
    assert as_baba.post(f"{roster}{runners[0].pk}/edit", fields | {"grade": "4"}).status_code == 302
    assert as_baba.post(f"{roster}{runners[0].pk}/edit", fields | {"birth_date": "2004/4/3"}).status_code == 302


def test_a_change_is_recorded_and_no_change_is_not(as_baba: Client, roster: str, kita: Team) -> None:
    as_baba.post(f"{roster}new", TAKAHASHI)
    athlete = Athlete.objects.get()
    assert as_baba.get(f"{roster}{athlete.pk}/edit").status_code == 200
    for _ in range(2):
        assert as_baba.post(f"{roster}{athlete.pk}/edit", TAKAHASHI | {"grade": "4"}).status_code == 302
    change = AuditRecord.objects.get(verb="athlete.changed")
    assert (change.before, change.after) == ({"grade": "3"}, {"grade": "4"})


def test_a_change_writes_only_what_changed(kita: Team, runners: list[Athlete], baba: User) -> None:
    stale = Athlete.objects.get(pk=runners[0].pk)
    athlete_actions.take_off(runners[0], by=baba, at=timezone.now())
    athlete_actions.change_athlete(
        stale, values=values_of(stale) | {"grade": "4"}, by=baba, at=timezone.now(), today=timezone.localdate()
    )
    stale.refresh_from_db()
    assert stale.left_at is not None


def test_extra_fields_write_nothing(as_baba: Client, roster: str, kita: Team, minami: Team) -> None:
    as_baba.post(
        f"{roster}new",
        TAKAHASHI | {"team": str(minami.pk), "left_at": "2020-01-01", "id": "77", "guardian_consent_at": "2020-01-01"},
    )
    athlete = Athlete.objects.get()
    assert (athlete.team_id, athlete.left_at, athlete.guardian_consent_at) == (kita.pk, None, None)


def test_taken_off_and_put_back(as_baba: Client, roster: str, runners: list[Athlete]) -> None:
    gone = f"{roster}{runners[0].pk}"
    for _ in range(2):
        assert as_baba.post(f"{gone}/leave", {"back": "q=x"}).headers["Location"] == f"{roster}?q=x"
    assert len(names_on(as_baba.get(roster).content.decode())) == 4
    assert len(names_on(as_baba.get(f"{roster}?show=left").content.decode())) == 1
    for _ in range(2):
        as_baba.post(f"{gone}/return")
    assert len(names_on(as_baba.get(roster).content.decode())) == 5
    assert list(AuditRecord.objects.order_by("pk").values_list("verb", flat=True)) == [
        "athlete.taken_off",
        "athlete.put_back",
    ]


def test_a_get_changes_nothing(as_baba: Client, roster: str, runners: list[Athlete]) -> None:
    for verb in ("leave", "return"):
        assert as_baba.get(f"{roster}{runners[0].pk}/{verb}").status_code == 405


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("𠮷", ["ヨシダ"]), ("𠮷田花", ["ヨシダ"]), ("よしだ", ["ヨシダ"]), ("ﾖｼﾀﾞ", ["ヨシダ"]), ("yoshi", ["ヨシダ"]), ("Hana YOSHI", ["ヨシダ"]),
        ("YOSHIDA hana", ["ヨシダ"]), ("11122", ["ヨシダ"]), ("花", ["アベ", "ヨシダ"]), ("いない", []), ("%", []), ("_", []), ("' OR 1=1", []),
        (" ", ["アベ", "ヨシダ"]),
    ],
)  # fmt: skip
def test_search_finds_kanji_kana_romaji_and_id(
    as_baba: Client, roster: str, kita: Team, q: str, found: list[str]
) -> None:
    named(kita, "ヨシダ", family_name="𠮷田", family_romaji="Yoshida", given_romaji="Hana", jaaf_id="11122233344")
    named(kita, "アベ", family_name="阿部")
    assert names_on(as_baba.get(roster, {"q": q}).content.decode()) == found


def test_filters_and_orders(as_baba: Client, roster: str, kita: Team) -> None:
    named(kita, "イ", grade="2", sex="M", birth_date=date(2003, 1, 1))
    named(kita, "ア", grade="3", birth_date=date(2004, 1, 1))
    named(kita, "ウ", grade="1", birth_date=date(2005, 1, 1))
    for query, order in {
        "": "アイウ", "sort=-kana": "ウイア", "sort=grade": "ウイア", "sort=-grade": "アイウ", "sort=birth": "イアウ", "sex=F": "アウ",
        "sex=M": "イ", "grade=2": "イ", "sort=password": "アイウ", "sort=-team__name": "アイウ", "sex=X": "アイウ", "show=x": "アイウ",
    }.items():  # fmt: skip
        assert names_on(as_baba.get(f"{roster}?{query}").content.decode()) == list(order), query


def test_pages_keep_their_state_in_the_address(as_baba: Client, roster: str, kita: Team) -> None:
    athletes_of(kita, 120)
    page = as_baba.get(f"{roster}?q=鈴木&sort=-grade&page=2").content.decode()
    assert page.count('class="who__kana"') == 50
    assert "2 / 3" in page
    assert "?q=%E9%88%B4%E6%9C%A8&amp;sort=-grade&amp;page=3" in page
    for odd in ("9e99", "-1", "0", "x", "99999999999999999999999", ""):
        assert as_baba.get(f"{roster}?page={odd}").status_code == 200


def test_after_a_change_the_list_is_where_it_was_and_never_elsewhere(
    as_baba: Client, roster: str, runners: list[Athlete]
) -> None:
    fields = values_of(runners[0]) | {"birth_date": "2004/4/2", "jaaf_pending": "", "guardian_consent": ""}
    for back, where in {
        "?q=鈴&page=2": "?q=%E9%88%B4&page=2",
        "//evil.example": "",
        "https://evil.example/?q=a": "",
        "q=a\r\nX: y": "?q=a%0D%0AX%3A+y",
        "": "",
    }.items():
        answer = as_baba.post(f"{roster}{runners[0].pk}/edit", fields | {"back": back})
        assert answer.headers["Location"] == roster + where


def test_the_list_costs_the_same_for_any_number_of_rows(as_baba: Client, roster: str, kita: Team) -> None:
    costs = []
    for more in (1, 29):
        athletes_of(kita, more)
        with CaptureQueriesContext(connection) as queries:
            as_baba.get(roster)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 6


def test_names_are_inert_in_pages(as_baba: Client, roster: str, kita: Team) -> None:
    named(kita, "ア", family_name="<script>x</script>", given_name="\"'{{ 1 }}")
    page = as_baba.get(roster).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


@pytest.mark.parametrize(("kana", "latin"), [("ｵｵﾉ", "Ono"), ("", ""), ("<b>", ""), ("あ" * 400, "A" + "a" * 59)])
def test_romaji_is_suggested_while_typing(as_baba: Client, kana: str, latin: str) -> None:
    assert as_baba.get("/teams/romaji", {"kana": kana}).json() == {"romaji": latin}


def test_the_suggestion_is_for_members_only(client: Client, db: None) -> None:
    assert client.get("/teams/romaji?kana=a").status_code == 302
