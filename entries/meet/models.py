"""Meets, their races and their timetable."""

from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from catalog.shoes.events import ShoeEvent
from entries.meet import bounds
from entries.meet.competition import Competition
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet
from tenants.searched import Keyed, KeyedQuerySet, SearchKeyField

NO_LINE = 2_147_483_647
"""The line of a race without a limit of places: every ticket is before it."""


class State(models.TextChoices):
    """Where a meet stands, in the order in which it moves."""

    DRAFT = "draft", _("下書き")
    PUBLISHED = "published", _("公開中")
    ENTRIES_CLOSED = "entries_closed", pgettext_lazy("state", "申込締切")
    START_LISTS_OUT = "start_lists_out", _("スタートリスト公開")
    RESULTS_OUT = "results_out", _("結果公開")
    ARCHIVED = "archived", _("終了")


STATE_ORDER = list(State)
PUBLIC_STATES = frozenset(State) - {State.DRAFT}
OVER = (State.RESULTS_OUT, State.ARCHIVED)
WITH_START_LISTS = frozenset(STATE_ORDER[STATE_ORDER.index(State.START_LISTS_OUT) :])


def is_time_zone(name: str) -> None:
    """Raises ValidationError unless zoneinfo knows this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationError(_("タイムゾーン名が正しくありません。例: Asia/Tokyo")) from None


class TimingEncoding(models.TextChoices):
    """How the files for the timing system are written; a form that does not ask leaves it at UTF-8."""

    UTF_8 = "", _("UTF-8（BOM付き）")
    CP932 = "cp932", _("Shift_JIS（CP932）")
    UTF_16 = "utf-16", _("UTF-16")


class StartStep(models.IntegerChoices):
    """To which minutes start times are rounded up."""

    MINUTE = 1, _("1分単位")
    FIVE_MINUTES = 5, _("5分単位")


class MeetQuerySet(TenantQuerySet["Meet"], KeyedQuerySet["Meet"]):  # type: ignore[override]  # each names its as_manager
    """Meets in the words of the field."""

    def published(self) -> Self:
        """Those whose state the public may see."""
        return self.filter(state__in=PUBLIC_STATES)

    def taking_entries_at(self, at: datetime) -> Self:
        """Published, open at this instant, and not paused: `Meet.takes_entries_at` as a condition of a query."""
        now = self.filter(state=State.PUBLISHED, entries_open_at__lte=at, entries_close_at__gt=at)
        return now.filter(entries_paused_at__isnull=True)

    def with_clock(self) -> Self:
        """Adds `clock`, the database's time: the one clock by which entry windows are judged (requirement M6)."""
        return self.annotate(clock=Now())


class Meet(Keyed, TenantOwned):
    """One meet of a host, of one or more days."""

    slug = models.SlugField(_("識別名"), max_length=40, help_text=_("公開URLに使います。例: ld326"))
    name = models.CharField(_("大会名"), max_length=120)
    venue = models.CharField(_("会場"), max_length=120, blank=True)
    starts_on = models.DateField(_("初日"))
    ends_on = models.DateField(_("最終日"))
    time_zone = models.CharField(_("タイムゾーン"), max_length=40, default="Asia/Tokyo", validators=[is_time_zone])
    entries_open_at = models.DateTimeField(_("申込開始"))
    entries_close_at = models.DateTimeField(_("申込締切"), help_text=_("この時刻ちょうどから受け付けません。"))
    promote_until = models.DateTimeField(
        _("繰り上げの期限"),
        null=True,
        blank=True,
        help_text=_("この時刻まで補欠待ちを自動で繰り上げます。空欄なら申込締切まで。"),
    )
    fee = models.PositiveIntegerField(
        _("参加料（円）"), default=0, validators=bounds.YEN, help_text=_("1種目あたり。種目ごとに変えられます。")
    )
    races_per_athlete = models.PositiveSmallIntegerField(
        _("1人が申し込める種目数"), null=True, blank=True, validators=bounds.RACES_OF_AN_ATHLETE
    )
    payment_due_on = models.DateField(_("入金期限"), null=True, blank=True)
    summary = models.TextField(_("要項"), blank=True)
    state = models.CharField(_("状態"), max_length=20, choices=State, default=State.DRAFT, editable=False)
    entries_paused_at = models.DateTimeField(_("申込の一時停止"), null=True, blank=True, editable=False)
    pause_note = models.CharField(
        _("一時停止の案内"), max_length=300, blank=True, db_default="", default="", editable=False
    )
    purged_at = models.DateTimeField(_("個人情報を削除した日時"), null=True, blank=True, editable=False)
    call_minutes = models.PositiveSmallIntegerField(
        _("招集完了（スタートの何分前）"),
        null=True,
        blank=True,
        default=30,
        db_default=30,
        validators=bounds.MINUTES_OF_CALL,
        help_text=_("各組の招集完了の時刻を決めます。空欄なら載せません。"),
    )
    start_step = models.PositiveSmallIntegerField(
        _("スタート時刻の単位"), choices=StartStep, default=StartStep.MINUTE, db_default=StartStep.MINUTE.value
    )
    day_ends_at = models.TimeField(
        _("競技を終える時刻"),
        null=True,
        blank=True,
        help_text=_("会場の使用時間や日没。これより後になる組を番組編成の画面で知らせます。"),
    )
    rest_minutes = models.PositiveSmallIntegerField(
        _("2種目に出る選手のスタートの間隔（分）"),
        null=True,
        blank=True,
        default=90,
        db_default=90,
        validators=bounds.MINUTES_OF_REST,
        help_text=_("これより短い選手を番組編成の画面で知らせます。空欄なら知らせません。"),
    )
    timing_encoding = models.CharField(
        _("計時ファイルの文字コード"), max_length=10, choices=TimingEncoding, blank=True, default="", db_default=""
    )
    timing_romaji = models.BooleanField(
        _("計時ファイルの氏名をローマ字にする"),
        default=False,
        db_default=False,
        help_text=_("ローマ字のない選手は漢字のままです。"),
    )
    entry_list_public = models.BooleanField(_("申込者一覧を公開する"), default=False)
    code = models.CharField(
        _("競技会コード"), max_length=20, blank=True, default="", db_default="",
        help_text=_("日本陸連などの競技会コード。プログラムに載せます。"),
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    clock: datetime
    search_key = SearchKeyField(("name",), ("venue",), ("slug",))
    recent_races: dict[int, "Race"]

    objects = TenantManager.from_queryset(MeetQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "大会")
        verbose_name_plural = pgettext_lazy("many", "大会")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="one_meet_per_slug_and_tenant"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="meet_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(entries_close_at__gt=F("entries_open_at")), name="entries_close_after_they_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this meet's times are shown and typed."""
        return ZoneInfo(self.time_zone)

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_STATES

    @property
    def has_start_lists(self) -> bool:
        """Whether everybody may see its start lists."""
        return self.state in WITH_START_LISTS

    def takes_entries_at(self, at: datetime) -> bool:
        """Published and within [open, close): at the closing instant it is closed."""
        return self.state == State.PUBLISHED and self.entries_open_at <= at < self.entries_close_at

    def promotes_at(self, at: datetime) -> bool:
        """Whether a freed place still goes to the waiting list at this instant."""
        return at < (self.promote_until or self.entries_close_at)


class RaceSex(models.TextChoices):
    """Who may enter: men, women, or both in one race."""

    MALE = "M", _("男子")
    FEMALE = "F", _("女子")
    MIXED = "X", _("男女")


class RaceQuerySet(TenantQuerySet["Race"]):
    """Races in the words of the field."""

    def in_programme_order(self) -> Self:
        return self.order_by("position", "pk")


class Race(TenantOwned):
    """One event at one meet, and the queue for its places.

    Tickets are numbered 1, 2, 3 … in the order of commit. An entry holds a place when its ticket is not beyond `line`,
    or when it has no ticket at all (an organizer's invitation). So acceptance is derived, never stored, and a unique
    constraint makes an oversold place impossible. Only `entries.entry.places` moves the three columns of the queue.
    """

    meet = models.ForeignKey(Meet, verbose_name=_("大会"), on_delete=models.CASCADE, related_name="races")
    position = models.PositiveSmallIntegerField(_("並び順"), default=0, validators=bounds.POSITION)
    name = models.CharField(_("種目名"), max_length=60)
    name_en = models.CharField(
        _("種目名（英語）"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("英語の画面に表示します。空欄なら種目名を表示します。例: Men 5000 m"),
    )
    distance_m = models.PositiveIntegerField(_("距離（m）"), validators=bounds.METRES)
    sex = models.CharField(_("性別"), max_length=1, choices=RaceSex)
    course = models.CharField(
        _("種目の区分"),
        max_length=20,
        choices=ShoeEvent,
        default=ShoeEvent.TRACK,
        db_default=ShoeEvent.TRACK.value,
        help_text=_("シューズの規定に使います。"),
    )
    places = models.PositiveIntegerField(
        _("定員"), null=True, blank=True, validators=bounds.PLACES, help_text=_("空欄は制限なし。")
    )
    waiting_places = models.PositiveIntegerField(
        _("補欠待ちの上限"), null=True, blank=True, default=0, validators=bounds.PLACES,
        help_text=_("0は補欠待ちなし。空欄は制限なし。"),
    )  # fmt: skip
    starters_per_heat = models.PositiveSmallIntegerField(_("1組の人数"), default=40, validators=bounds.STARTERS)
    fee = models.PositiveIntegerField(
        _("参加料（円）"), null=True, blank=True, validators=bounds.YEN, help_text=_("空欄は大会の参加料。")
    )
    standard = models.PositiveIntegerField(_("参加標準記録"), null=True, blank=True)
    standard_from = models.DateField(_("参加標準記録の有効期間（始）"), null=True, blank=True)
    standard_until = models.DateField(_("参加標準記録の有効期間（終）"), null=True, blank=True)
    entries_per_team = models.PositiveSmallIntegerField(
        _("1チームの申込上限"), null=True, blank=True, validators=bounds.ENTRIES_OF_A_TEAM
    )
    is_ncg = models.BooleanField(
        _("選抜種目"), default=False, help_text=_("申告タイムの上位が出場する種目。名称は主催団体のページで決めます。")
    )
    fallback_race = models.ForeignKey(
        "self", verbose_name=_("選抜種目の振替先"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    competition = models.ForeignKey(
        Competition, verbose_name=_("競技会"), on_delete=models.SET_NULL, null=True, blank=True, db_index=False,
        related_name="races", help_text=_("空欄は大会と同じ。"),
    )  # fmt: skip
    held_on = models.DateField(_("実施日"), null=True, blank=True, help_text=_("空欄は大会の初日。"))
    master_code = models.CharField(
        _("種目コード（MASTER CSV）"),
        max_length=16,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^[0-9A-Za-z][0-9A-Za-z {}-]*$", _("半角の英数字で入力してください。"))],
        help_text=_("記録処理ソフトでの種目コード。{time}と書いたところには申告タイムの7桁が入ります。例: 201 {time}"),
    )
    paused_at = models.DateTimeField(_("一時停止の日時"), null=True, blank=True, editable=False)
    last_ticket = models.PositiveIntegerField(default=0, editable=False)
    line = models.PositiveIntegerField(default=NO_LINE, editable=False)
    waiting_gone = models.PositiveIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(RaceQuerySet)()

    QUEUE_COLUMNS = frozenset({"last_ticket", "line", "waiting_gone"})

    class Meta:
        verbose_name = pgettext_lazy("one", "種目")
        verbose_name_plural = pgettext_lazy("many", "種目")
        constraints = [
            models.UniqueConstraint(fields=["meet", "name"], name="one_race_per_name_and_meet"),
            models.CheckConstraint(condition=Q(distance_m__gt=0), name="distance_positive"),
            models.CheckConstraint(condition=Q(starters_per_heat__gt=0), name="heats_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name_here

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save all but the queue: a form that was open for an hour must not put old tickets back."""
        if self._state.adding:
            self.line = NO_LINE if self.places is None else self.places
        elif kwargs.get("update_fields") is None:
            kwargs["update_fields"] = {
                field.attname for field in self._meta.concrete_fields if not field.primary_key
            } - self.QUEUE_COLUMNS
        super().save(*args, **kwargs)

    @property
    def name_here(self) -> str:
        """As the reader's language calls it, where the host says so."""
        return (self.name_en if get_language() == "en" else "") or self.name

    @property
    def competition_here(self) -> str:
        """Title and code of its competition; empty when that is the meet itself. Needs `competition` loaded."""
        return self.competition.with_code if self.competition else ""

    def is_for(self, sex: str) -> bool:
        """Whether an athlete of this sex runs in it."""
        return self.sex in (RaceSex.MIXED, sex)

    @property
    def free_places(self) -> int | None:
        """Places left; None when there is no limit."""
        return None if self.places is None else max(self.line - self.last_ticket, 0)

    @property
    def waiting_count(self) -> int:
        """How many wait now: tickets beyond the line less those that withdrew or moved away (`waiting_gone`)."""
        return max(self.last_ticket - self.line, 0) - self.waiting_gone

    @property
    def fee_yen(self) -> int:
        """What one entry costs. Needs `meet` loaded."""
        return self.meet.fee if self.fee is None else self.fee


class TimetableSlot(TenantOwned):
    """A planned heat: when it goes off. Heats get their starters later, in the heat room. What `is_fixed` was typed by somebody
    and stays when the timetable is filled anew."""

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField(_("組"), validators=bounds.HEATS)
    starts_at = models.DateTimeField(_("スタート時刻"))
    is_fixed = models.BooleanField(_("時刻を固定"), default=False, db_default=False)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "タイムテーブル")
        verbose_name_plural = pgettext_lazy("many", "タイムテーブル")
        constraints = [models.UniqueConstraint(fields=["race", "number"], name="one_slot_per_heat_number")]

    def __str__(self) -> str:
        return f"{self.race_id} #{self.number}"
