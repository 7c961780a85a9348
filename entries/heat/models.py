"""Heats, who starts in them and why, and what organizers have fixed about it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entries.entry.models import Entry
from entries.heat.runners import PinKind
from entries.meet import bounds
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Sex, TeamKind
from tenants.bounds import within
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet

MOST_TRACKS = 9
LONGEST_GAP = 120
"""Minutes."""
BIBS = within(1, 99_999)
"""Five figures are what a bib has room for."""


class SeedBy(models.TextChoices):
    """Which time of an entry counts when heats are made; what is missing is asked of the next."""

    DECLARED = "declared", _("申告タイム")
    DECLARED_THEN_BEST = "declared_best", _("申告タイム（なければ自己ベスト）")
    BEST_THEN_DECLARED = "best_declared", _("自己ベスト（なければ申告タイム）")


PIN_WORDS = [
    (PinKind.INTO.value, _("この組に入れる")), (PinKind.NOT_INTO.value, _("この組に入れない")),
    (PinKind.TOGETHER.value, _("同じ組にする")), (PinKind.APART.value, _("別の組にする")), (PinKind.FROZEN.value, _("組を固定する")),
]  # fmt: skip


class RaceSeeding(TenantOwned):
    """How a race is cut into heats, and what came of it last. `version` grows with every change of its heats, so that a move
    made on an older board is told instead of made. Heats on different tracks may run at the same time; between those on one
    track lie `gap_minutes` (None: `run_time.GAP`) for the last runner to leave and the next heat to line up."""

    race = models.OneToOneField(Race, verbose_name=_("種目"), on_delete=models.CASCADE, related_name="seeding")
    seed_by = models.CharField(_("編成に使うタイム"), max_length=20, choices=SeedBy, default=SeedBy.DECLARED)
    heats = models.PositiveSmallIntegerField(
        _("組数"), null=True, blank=True, validators=bounds.HEATS, help_text=_("空欄は1組の人数から決めます。")
    )
    fastest_first = models.BooleanField(_("速い組から行う"), default=False)
    fast_heats = models.PositiveSmallIntegerField(_("人数を減らす速い組の数"), default=0, validators=within(0, 99))
    fast_size = models.PositiveSmallIntegerField(_("速い組の人数"), null=True, blank=True, validators=bounds.STARTERS)
    most_of_a_team = models.PositiveSmallIntegerField(
        _("1組の同じチームの人数"), null=True, blank=True, default=2, validators=bounds.STARTERS,
        help_text=_("空欄は制限なし。"),
    )  # fmt: skip
    farthest_heats = models.PositiveSmallIntegerField(_("移動できる組の数"), default=1, validators=within(0, 99))
    farthest = models.PositiveIntegerField(_("移動できるタイム差"), default=1_000)
    stays = models.PositiveSmallIntegerField(
        _("選抜種目に残る人数"), null=True, blank=True, validators=bounds.PLACES, help_text=_("空欄は1組の人数。")
    )
    track = models.PositiveSmallIntegerField(_("トラック"), default=1, db_default=1, validators=within(1, MOST_TRACKS))
    gap_minutes = models.PositiveSmallIntegerField(
        _("組の間（分）"), null=True, blank=True, validators=within(0, LONGEST_GAP)
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    rule_version = models.PositiveSmallIntegerField(default=0, editable=False)
    hash = models.CharField(max_length=16, blank=True, editable=False)
    surplus = models.PositiveIntegerField(default=0, editable=False)
    seeded_at = models.DateTimeField(_("編成日時"), null=True, editable=False)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "番組編成")
        verbose_name_plural = pgettext_lazy("many", "番組編成")
        constraints = [
            models.CheckConstraint(condition=Q(heats__isnull=True) | Q(heats__gt=0), name="heats_counted"),
            models.CheckConstraint(
                condition=Q(fast_size__isnull=True) | Q(fast_size__gt=0), name="fast_heats_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(most_of_a_team__isnull=True) | Q(most_of_a_team__gt=0), name="a_team_has_one_in_a_heat"
            ),
        ]

    def __str__(self) -> str:
        return f"seeding of {self.race_id}"


class Heat(TenantOwned):
    """Those who run together. When it goes off stands in the timetable, under the same number."""

    race = models.ForeignKey(Race, verbose_name=_("種目"), on_delete=models.CASCADE, related_name="heats_made")
    number = models.PositiveSmallIntegerField(_("組"))

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "組")
        verbose_name_plural = pgettext_lazy("many", "組")
        constraints = [models.UniqueConstraint(fields=["race", "number"], name="one_heat_per_number")]

    def __str__(self) -> str:
        return f"{self.race_id} #{self.number}"


class StartQuerySet(TenantQuerySet["Start"]):
    """Starts in the words of the field."""

    def in_order(self) -> Self:
        return self.order_by("heat__number", "hip_number", "pk")

    def in_programme_order(self) -> Self:
        """Those of a meet, race by race."""
        return self.order_by("heat__race__position", "heat__race_id", "heat__number", "hip_number", "pk")


class Start(TenantOwned):
    """An entry on the line: in which heat, with which hip number, and why there (`reason`, see `entries.heat.reasons`).

    A withdrawal leaves it where it is: nothing is renumbered. `rank` counts from the fastest of the race and is missing for a
    pacemaker. `listed_…` is how the runner was called when lists went out first, empty before: what the roster says later
    changes no list.
    """

    heat = models.ForeignKey(Heat, on_delete=models.CASCADE, related_name="starts")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    hip_number = models.PositiveSmallIntegerField(_("腰ナンバー"), null=True)
    rank = models.PositiveIntegerField(null=True)
    reason = models.JSONField(default=dict)
    listed_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    listed_kana = models.CharField(max_length=100, blank=True, default="", db_default="")
    listed_romaji = models.CharField(max_length=100, blank=True, default="", db_default="")
    listed_team = models.CharField(max_length=60, blank=True, default="", db_default="")
    listed_team_short = models.CharField(max_length=60, blank=True, default="", db_default="")
    listed_grade = models.CharField(max_length=4, blank=True, default="", db_default="")

    objects = TenantManager.from_queryset(StartQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "スタート")
        verbose_name_plural = pgettext_lazy("many", "スタート")
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="one_start_per_entry"),
            models.UniqueConstraint(fields=["heat", "hip_number"], name="one_hip_number_per_heat"),
            models.CheckConstraint(condition=Q(hip_number__gt=0), name="hip_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"start of {self.entry_id}"


class ListVersion(TenantOwned):
    """A publication of the meet's start lists. `starts` holds what they said, [entry, race, heat, hip number, bib, time] of each start
    that was not withdrawn; `changes` counts what became different since the version before, by `versions.KINDS`."""

    meet = models.ForeignKey(Meet, on_delete=models.CASCADE, related_name="list_versions")
    number = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    starts = models.JSONField(default=list)
    changes = models.JSONField(default=dict)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "スタートリストの版")
        verbose_name_plural = pgettext_lazy("many", "スタートリストの版")
        constraints = [models.UniqueConstraint(fields=["meet", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"{self.meet_id} v{self.number}"


class SeedingPin(TenantOwned):
    """Something about the heats of a race that somebody fixed, and that every seeding keeps or names (`runners.Pin`)."""

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="pins")
    kind = models.CharField(_("固定の内容"), max_length=10, choices=PIN_WORDS)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, null=True, related_name="+")
    other = models.ForeignKey(Entry, on_delete=models.CASCADE, null=True, related_name="+")
    heat_number = models.PositiveSmallIntegerField(_("組"), null=True)
    reason = models.CharField(_("理由"), max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "固定")
        verbose_name_plural = pgettext_lazy("many", "固定")
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="frozen") & Q(entry__isnull=True)) | (~Q(kind="frozen") & Q(entry__isnull=False)),
                name="a_pin_names_a_runner_or_a_heat",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["together", "apart"], other__isnull=False)
                | Q(kind__in=["into", "not_into", "frozen"], heat_number__isnull=False),
                name="a_pin_names_the_other_or_the_heat",
            ),
        ]

    def __str__(self) -> str:
        return f"pin of {self.race_id}"


class HeatChange(TenantOwned):
    """How a race's heats and pins were before its last changes, so that these can be taken back, the newest first.

    `board` holds a list of [entry, heat, hip number, rank, reason] and `pins` the columns of each pin.
    """

    KEPT = 10

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="heat_changes")
    version = models.PositiveIntegerField()
    what = models.CharField(max_length=20)
    board = models.JSONField(default=list)
    pins = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["race", "version"], name="one_change_per_version")]

    def __str__(self) -> str:
        return f"change {self.version} of {self.race_id}"


class BibRange(TenantOwned):
    """Numbers that a meet gives to whoever fits, the first range that fits before the next (`bibs.Range`)."""

    meet = models.ForeignKey(Meet, verbose_name=_("大会"), on_delete=models.CASCADE, related_name="bib_ranges")
    position = models.PositiveSmallIntegerField(_("並び順"), default=0)
    first = models.PositiveIntegerField(_("最初の番号"), validators=BIBS)
    last = models.PositiveIntegerField(_("最後の番号"), validators=BIBS)
    sex = models.CharField(_("性別"), max_length=1, choices=Sex, blank=True)
    race = models.ForeignKey(
        Race, verbose_name=_("種目"), on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    selection = models.BooleanField(_("選抜種目"), null=True, blank=True)
    category = models.CharField(
        _("チームの種別"), max_length=20, choices=TeamKind, blank=True, default="", db_default=""
    )
    is_own = models.BooleanField(_("チームが希望できる"), default=False, db_default=False)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "ナンバーカードの範囲")
        verbose_name_plural = pgettext_lazy("many", "ナンバーカードの範囲")
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gt=0, last__gte=models.F("first")), name="a_bib_range_holds_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class GivenBibs(TenantManager["Bib"].from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Numbers that are worn; what a team only proposes is none yet."""

    def get_queryset(self) -> models.QuerySet["Bib"]:
        given: models.QuerySet[Bib] = super().get_queryset().filter(is_proposed=False)
        return given


class Bib(TenantOwned):
    """The number that an athlete wears at a meet, in all their races. It is never given twice, and never changed by itself.

    A number that the team proposes (`is_proposed`) is kept for the athlete from then on, and is theirs once the organizer
    confirms it: `objects` are those that are given, `every` has the proposed ones too.
    """

    meet = models.ForeignKey(Meet, on_delete=models.CASCADE, related_name="bibs")
    athlete = models.ForeignKey(Athlete, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("ナンバーカード"))
    is_proposed = models.BooleanField(default=False, db_default=False, editable=False)

    objects = GivenBibs()
    every = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "ナンバーカード")
        verbose_name_plural = pgettext_lazy("many", "ナンバーカード")
        constraints = [
            models.UniqueConstraint(fields=["meet", "athlete"], name="one_bib_per_athlete_and_meet"),
            models.UniqueConstraint(fields=["meet", "number"], name="one_athlete_per_bib_and_meet"),
            models.CheckConstraint(condition=Q(number__gt=0), name="bibs_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
