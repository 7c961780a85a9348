"""Teams and athletes. They belong to the people who registered them, not to a host: one roster serves every meet."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entries.roster.prefectures import PREFECTURE_CHOICES
from tenants.mail_address import MailAddressField
from tenants.phone import PhoneField
from tenants.searched import Keyed, KeyedQuerySet, SearchKeyField


class TeamKind(models.TextChoices):
    """What sort of team it is; `individual` is an athlete who enters alone."""

    UNIVERSITY = "university", _("大学")
    HIGH_SCHOOL = "high_school", _("高等学校")
    JUNIOR_HIGH = "junior_high", _("中学校")
    COMPANY = "company", _("実業団")
    CLUB = "club", _("クラブ・陸協")
    INDIVIDUAL = "individual", _("個人")


class TeamQuerySet(KeyedQuerySet["Team"]):
    """Teams in the words of the field."""

    def managed_by(self, user: Any) -> Self:
        """Teams of which this user is a member; none for anonymous."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user)


class Team(Keyed):
    """Those who enter together and pay together."""

    kind = models.CharField(_("種別"), max_length=20, choices=TeamKind)
    name = models.CharField(_("チーム名"), max_length=60)
    name_kana = models.CharField(_("チーム名フリガナ"), max_length=60, blank=True)
    short_name = models.CharField(_("略称"), max_length=20, blank=True, help_text=_("プログラムに載る名前。例: 日体大"))
    prefecture = models.CharField(_("所属都道府県・学連"), max_length=2, choices=PREFECTURE_CHOICES, blank=True)
    team_code = models.CharField(
        _("団体コード"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{1,6}$", _("数字6桁以内で入力してください。"))],
    )
    contact_name = models.CharField(_("申込責任者"), max_length=60, blank=True)
    contact_email = MailAddressField(_("連絡先メール"), blank=True)
    contact_phone = PhoneField(_("連絡先電話"), max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    search_key = SearchKeyField(("name",), ("name_kana",), ("short_name",))

    objects = models.Manager.from_queryset(TeamQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "チーム")
        verbose_name_plural = pgettext_lazy("many", "チーム")

    def __str__(self) -> str:
        return self.name

    @property
    def printed_name(self) -> str:
        """The name for lists: the short one when there is one."""
        return self.short_name or self.name


class Membership(models.Model):
    """A user who may enter for a team and edit its roster."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person_and_team")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


def in_latin() -> bool:
    """Whether the reader's language writes names in Latin letters."""
    return not (get_language() or "ja").startswith("ja")


class Sex(models.TextChoices):
    """As registered with JAAF."""

    MALE = "M", pgettext_lazy("athlete", "男子")
    FEMALE = "F", pgettext_lazy("athlete", "女子")


class AthleteQuerySet(KeyedQuerySet["Athlete"]):
    """Athletes in the words of the field."""

    def active(self) -> Self:
        """On the roster now; those who left stay for the history of their entries."""
        return self.filter(left_at__isnull=True)

    def in_roster_order(self) -> Self:
        """As a coach lists them: by kana, then by name."""
        return self.order_by("family_kana", "given_kana", "family_name", "pk")


class Athlete(Keyed):
    """A person who runs. Kanji names are kept exactly as typed: normalising would rewrite 神, 羽 and others."""

    team = models.ForeignKey(Team, verbose_name=_("チーム"), on_delete=models.CASCADE, related_name="athletes")
    family_name = models.CharField(_("姓"), max_length=30)
    given_name = models.CharField(_("名"), max_length=30)
    family_kana = models.CharField(_("姓（フリガナ）"), max_length=30)
    given_kana = models.CharField(_("名（フリガナ）"), max_length=30)
    family_romaji = models.CharField(_("姓（ローマ字）"), max_length=40, blank=True)
    given_romaji = models.CharField(_("名（ローマ字）"), max_length=40, blank=True)
    sex = models.CharField(_("性別"), max_length=1, choices=Sex)
    birth_date = models.DateField(_("生年月日"))
    nationality = models.CharField(_("国籍"), max_length=3, default="JPN", help_text=_("3文字の国コード。例: JPN, KEN"))
    grade = models.CharField(_("学年"), max_length=4, blank=True, help_text=_("例: 1, 2, M1"))
    jaaf_id = models.CharField(
        _("JAAF ID"),
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{11}$", _("数字11桁で入力してください。"))],
    )
    jaaf_pending = models.BooleanField(_("JAAF登録申請中"), default=False)
    registration_number = models.CharField(_("登録番号"), max_length=10, blank=True)
    registration_prefecture = models.CharField(_("登録陸協"), max_length=2, choices=PREFECTURE_CHOICES, blank=True)
    guardian_name = models.CharField(_("保護者氏名"), max_length=60, blank=True)
    guardian_consent_at = models.DateTimeField(_("保護者の同意"), null=True, blank=True)
    left_at = models.DateTimeField(_("名簿から外した日時"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("個人情報を削除した日時"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    search_key = SearchKeyField(
        ("family_name", "given_name"),
        ("family_kana", "given_kana"),
        ("given_romaji", "family_romaji", "given_romaji"),
        ("jaaf_id",),
    )

    objects = models.Manager.from_queryset(AthleteQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "選手")
        verbose_name_plural = pgettext_lazy("many", "選手")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "jaaf_id"], condition=~Q(jaaf_id=""), name="one_athlete_per_jaaf_id_in_a_team"
            ),
            models.UniqueConstraint(
                fields=["team", "family_name", "given_name", "birth_date"],
                name="one_athlete_per_name_and_birth_date_in_a_team",
            ),
        ]
        indexes = [models.Index(fields=["team", "family_kana", "given_kana"], name="athlete_roster_order")]

    GUARDIAN_NEEDED_BELOW: ClassVar[int] = 16

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Kanji, family name first; of somebody with one name that one."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def full_kana(self) -> str:
        """Katakana, family name first."""
        return f"{self.family_kana} {self.given_kana}".strip()

    @property
    def full_romaji(self) -> str:
        """Latin letters as JAAF prints them: given name, then the family name in capitals."""
        return f"{self.given_romaji} {self.family_romaji.upper()}".strip()

    @property
    def name_here(self) -> str:
        """As the reader's language names people: in English in Latin letters, where the roster has them."""
        return (self.full_romaji if in_latin() else "") or self.full_name

    @property
    def name_beside(self) -> str:
        """What stands small beside `name_here`: how a Japanese name is read, or how one in Latin letters is written."""
        return self.full_name if in_latin() and self.full_romaji else self.full_kana

    def age_on(self, day: date) -> int:
        """Whole years on that day."""
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


class RosterUpload(models.Model):
    """An uploaded roster between preview and confirmation. `rows` holds what was read, checked row by row, `grid` how it was
    understood, `content` the file while another of its sheets may be chosen."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    grid = models.JSONField(null=True)
    content = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name


class ColumnMemory(models.Model):
    """Which column of a team's files is what, chosen by hand for a header that was not understood; read so the next time."""

    class Kind(models.TextChoices):
        ROSTER = "roster"
        ENTRIES = "entries"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=64)
    columns = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "kind", "key"], name="one_memory_of_a_header")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"
