"""What a team sends, and what it asks for: submissions and entries."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import MasterProduct
from entries.meet.models import Meet, Race
from entries.roster.models import Athlete, Team
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet

WITHIN_THE_LINE = Q(ticket__isnull=True) | Q(ticket__lte=F("race__line"))


class EntryState(models.TextChoices):
    """Derived from the ticket and the race's line; stands in no column."""

    ACCEPTED = "accepted", _("出場可")
    WAITLISTED = "waitlisted", _("補欠待ち")
    WITHDRAWN = "withdrawn", _("取り消し済み")


class Source(models.TextChoices):
    """By which door a submission came."""

    SHEET = "sheet", _("申込画面")
    UPLOAD = "upload", _("ファイル")
    ORGANIZER = "organizer", _("主催者")


class Submission(TenantOwned):
    """What a team sent at once; the receipt shows it. `key` makes a double click one submission."""

    meet = models.ForeignKey(Meet, verbose_name=_("大会"), on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, verbose_name=_("チーム"), on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    reference = models.CharField(_("受付番号"), max_length=12)
    source = models.CharField(_("経路"), max_length=10, choices=Source, default=Source.SHEET)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("送信者"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("受付日時"))

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "申込票")
        verbose_name_plural = pgettext_lazy("many", "申込票")
        constraints = [
            models.UniqueConstraint(fields=["team", "key"], name="one_submission_per_key"),
            models.UniqueConstraint(fields=["reference"], name="one_submission_per_reference"),
        ]
        indexes = [models.Index(fields=["meet", "team"], name="submission_meet_team")]

    def __str__(self) -> str:
        return self.reference


class EntryQuerySet(TenantQuerySet["Entry"]):
    """Entries in the words of the field."""

    def live(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def holding_a_place(self) -> Self:
        """The one answer to "does it count against the places": invited, or a ticket within the line."""
        return self.live().filter(WITHIN_THE_LINE)

    def waiting(self) -> Self:
        return self.live().exclude(WITHIN_THE_LINE)

    def with_state(self) -> Self:
        """Adds `state`, one of EntryState."""
        return self.annotate(
            state=Case(
                When(withdrawn_at__isnull=False, then=Value(EntryState.WITHDRAWN)),
                When(WITHIN_THE_LINE, then=Value(EntryState.ACCEPTED)),
                default=Value(EntryState.WAITLISTED),
                output_field=models.CharField(),
            )
        )

    def with_position(self) -> Self:
        """Adds `waiting_position`: 1 for the next to get a place; None for those who do not wait.

        Costs one index scan of the waiting list for each row, so it is for receipts and pages, not for exports.
        """
        ahead = (
            Entry.objects.filter(race=OuterRef("race"), withdrawn_at__isnull=True)
            .filter(ticket__gt=OuterRef("race__line"), ticket__lte=OuterRef("ticket"))
            .order_by()
            .values("race")
            .annotate(n=Count("*"))
            .values("n")
        )
        return self.annotate(
            waiting_position=Case(
                When(withdrawn_at__isnull=False, then=Value(None)),
                default=Subquery(ahead, output_field=IntegerField()),
                output_field=IntegerField(),
            )
        )


class Entry(TenantOwned):
    """One athlete in one race. Outcomes such as DNS belong to a start's result, never here."""

    submission = models.ForeignKey(
        Submission, verbose_name=_("申込票"), on_delete=models.PROTECT, related_name="entries"
    )
    race = models.ForeignKey(Race, verbose_name=_("種目"), on_delete=models.PROTECT, related_name="+", db_index=False)
    athlete = models.ForeignKey(Athlete, verbose_name=_("選手"), on_delete=models.PROTECT, related_name="+")
    ticket = models.PositiveIntegerField(_("受付順"), null=True, editable=False)
    seed_time = models.PositiveIntegerField(_("申告タイム"), null=True, blank=True)
    personal_best = models.PositiveIntegerField(_("自己ベスト"), null=True, blank=True)
    pacemaker = models.BooleanField(_("ペースメーカー"), default=False)
    shoe = models.ForeignKey(
        MasterProduct,
        verbose_name=_("シューズ"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    shoe_declared = models.CharField(_("申告したシューズ"), max_length=300, blank=True)
    fee = models.PositiveIntegerField(_("参加料（円）"), default=0)
    entered_at = models.DateTimeField(_("申込日時"))
    withdrawn_at = models.DateTimeField(_("取消日時"), null=True, blank=True, editable=False)

    state: str
    waiting_position: int | None

    objects = TenantManager.from_queryset(EntryQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "申込")
        verbose_name_plural = pgettext_lazy("many", "申込")
        constraints = [
            models.UniqueConstraint(fields=["race", "ticket"], name="one_entry_per_ticket"),
            models.UniqueConstraint(
                fields=["race", "athlete"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_entry_per_athlete_and_race",
            ),
            models.CheckConstraint(condition=Q(ticket__gt=0), name="ticket_positive"),
            models.CheckConstraint(condition=Q(seed_time__gt=0), name="seed_time_positive"),
            models.CheckConstraint(condition=Q(personal_best__gt=0), name="personal_best_positive"),
        ]
        indexes = [models.Index(fields=["shoe"], name="entry_shoe", condition=Q(shoe__isnull=False))]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SheetDraft(TenantOwned):
    """What a person has typed for a team and not yet sent, so that another device goes on with it; one per meet, team and
    person (`updated_by`): what a colleague sends or saves leaves it alone.

    `rows` is a list of {athlete, race, seed_time, personal_best, shoe, pacemaker} as typed. `version` grows with each
    save: a device that saves on an older version is told instead of overwriting.
    """

    meet = models.ForeignKey(Meet, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    rows = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meet", "team", "updated_by"], name="one_draft_per_team_meet_and_person")
        ]

    def __str__(self) -> str:
        return f"draft of {self.team_id} for {self.meet_id}"


class EntryUpload(TenantOwned):
    """An uploaded file of entries between preview and confirmation. `grid` is how it was understood, `content` the file while
    another of its sheets may be chosen."""

    meet = models.ForeignKey(Meet, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    grid = models.JSONField(null=True)
    content = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submission = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TenantManager.from_queryset(TenantQuerySet)()

    def __str__(self) -> str:
        return self.file_name
