"""What of this room is a meet's: heats and starts stand in its archive; a pin's reason is a text of the organizers."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from entries.heat.models import Bib, BibRange, Heat, HeatChange, ListVersion, RaceSeeding, SeedingPin, Start
from entries.marks import format_time
from entries.meet.models import Meet, Race
from entries.records.coverage import holds_nothing, is_part_of
from entries.records.free_text_columns import register_text
from entries.records.meets import register_mails, register_rows
from entries.records.person import Person
from entries.records.tables import Column, Row, Scene, Table, register_table
from entries.records.traces import Trace, Values, changed, register_traces, register_words, whole
from entries.roster.models import Athlete

STARTS = (
    Column("race_id", _("種目番号"), "integer"),
    Column("race", _("種目名")),
    Column("heat", _("組"), "integer"),
    Column("hip_number", _("腰ナンバー"), "integer", may_be_empty=True),
    Column("bib", _("ナンバーカード"), "integer", may_be_empty=True),
    Column("entry_id", _("申込番号"), "integer"),
    Column("name", _("氏名")),
    Column("team", _("チーム名")),
    Column("seed_time", _("申告タイム"), may_be_empty=True),
    Column("rank", _("タイム順"), "integer", may_be_empty=True),
    Column("withdrawn_at", _("取消日時"), "date-time", may_be_empty=True),
)


def _starts(scene: Scene) -> Iterator[Row]:
    bibs = dict(Bib.objects.filter(meet=scene.meet).values_list("athlete", "number"))
    rows = Start.objects.filter(heat__race__meet=scene.meet)
    rows = rows.select_related("heat__race", "entry__athlete", "entry__submission__team")
    for start in rows.order_by("heat__race__position", "heat__race_id", "heat__number", "hip_number", "pk"):
        entry = start.entry
        yield (
            start.heat.race_id, start.heat.race.name, start.heat.number, start.hip_number, bibs.get(entry.athlete_id), entry.pk, entry.athlete.full_name,
            entry.submission.team.name, format_time(entry.seed_time) or None, start.rank, entry.withdrawn_at,
        )  # fmt: skip


def _bibs(person: Person) -> Iterator[Trace]:
    """They stay: a number is the record of the meet."""
    for bib in Bib.every.filter(athlete__in=person.of(Athlete)).order_by("pk"):
        yield whole(bib, {})


def _starts_of(person: Person) -> Iterator[Trace]:
    """The names that lists went out with; the start itself stays."""
    blank: Values = {field.name: "" for field in Start._meta.fields if field.name.startswith("listed_")}
    for start in Start.objects.filter(entry__athlete__in=person.of(Athlete)).order_by("pk"):
        yield whole(start, changed(start, blank))


def _seeding_numbers(meet: Meet) -> set[int]:
    return set(RaceSeeding.objects.filter(race__meet=meet).values_list("pk", flat=True))


register_table(
    Table("starts", _("スタートリスト"), STARTS, _starts, is_personal=True, models=(Heat, Start, Bib), position=45)
)
register_rows("raceseeding", _seeding_numbers)
register_mails("heat.")
register_traces(Start, _starts_of, position=22)
register_words(Start, _("スタートリスト"), _("名前とチーム名を消します"))
register_traces(Bib, _bibs, position=25)
register_words(Bib, _("ナンバーカード"), "", is_kept=True)
register_text(SeedingPin, "reason", title=_("番組編成の固定の理由"), position=70)
holds_nothing(BibRange, because="ranges of numbers")
is_part_of(HeatChange, Race)
is_part_of(ListVersion, Meet)
holds_nothing(RaceSeeding, because="how a race is cut: numbers of heats and runners")
