"""How the lists of ops say what they found."""

from datetime import datetime, timedelta

from config.ops.checklist import Word, facts_by_key, judged, look, ng, ok, plain, tally, worst
from config.ops.humanize import ago, percent, seconds, size


def test_a_line_that_is_well_does_not_say_what_to_do() -> None:
    assert judged("k", "t", "todo", is_ng=False, is_look=False).todo == ""
    assert [line.word for line in (judged("k", "t", "x", is_ng=True, is_look=True), look("k", "t", "x"))] == [
        "ng",
        "look",
    ]
    assert worst([]) == Word.OK
    assert worst([ok("a", "t"), ng("b", "t", "x"), look("c", "t", "x")]) == Word.NG
    assert plain([ng("b", "text", "what")]) == ["× NG  text", "      → what"]
    assert tally([ok("a", "t"), ng("b", "t", "x")]) == "2項目: OK 1、注意 0、NG 1"
    assert facts_by_key([ok("a", "t", n=1)]) == {"a": {"word": "ok", "n": 1}}


def test_sizes_and_ages_are_readable(now: datetime) -> None:
    assert [size(n) for n in (0, 999, 1_500, 2_500_000, 3_000_000_000)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 MB",
        "3.0 GB",
    ]
    assert [ago(now - length, now) for length in (timedelta(0), timedelta(minutes=119), timedelta(hours=47), timedelta(days=3))] == [
        "0分前", "119分前", "47時間前", "3日前",
    ]  # fmt: skip
    assert (seconds(4.2), seconds(900), percent(1, 0), percent(1, 3)) == ("4秒", "15分", "0%", "33.3%")
