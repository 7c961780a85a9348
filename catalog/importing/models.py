"""Runs of imports: what came in, what it changed, what was refused."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class Source(models.TextChoices):
    CSV = "csv", _("ファイル")
    PASTE = "paste", _("貼り付け")
    SQLITE = "sqlite", _("旧システムのSQLite")


class RunState(models.TextChoices):
    """How far a run is. A CSV stops at PREVIEWED until somebody confirms it."""

    READING = "reading", _("読み取り中")
    PREVIEWED = "previewed", _("確認待ち")
    WRITING = "writing", _("書き込み中")
    DONE = "done", pgettext_lazy("import", "完了")
    DISCARDED = "discarded", _("取り消し")
    FAILED = "failed", _("失敗")


class ImportRun(TenantOwned):
    """One file.

    `counts` has read, new, changed, unchanged, rejected and conflicts (overrides whose master changes under them), for an
    SQLite file inserted and skipped instead of new and unchanged. `sample` is a list of {brand, reference, is_new,
    changes: [[field, before, after], …]}. `refused` is the code of a refusal of the whole file, with its data. `sheet` is the
    place of the sheet that was chosen, nothing for the likely one.
    """

    source = models.CharField(_("種類"), max_length=10, choices=Source)
    file_name = models.CharField(_("ファイル名"), max_length=200)
    size = models.PositiveBigIntegerField(_("サイズ"))
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("状態"), max_length=10, choices=RunState)
    counts = models.JSONField(_("件数"), default=dict)
    sample = models.JSONField(default=list)
    refused = models.JSONField(default=dict)
    sheet = models.PositiveSmallIntegerField(null=True, editable=False)
    job = models.ForeignKey("tenants.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作した人"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("日時"), auto_now_add=True)
    finished_at = models.DateTimeField(_("完了日時"), null=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "取り込み")
        verbose_name_plural = pgettext_lazy("many", "取り込み")
        indexes = [models.Index(fields=["tenant", "-created_at"], name="import_history")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_state_display()})"


class ImportFile(TenantOwned):
    """The bytes of a run, apart from it so that the history carries none: the upload until it is written, and the
    refused rows, as CSV with their reasons, for good. `grid` and `rows` are what the preview shows, row by row, with what was
    mended by hand (`catalog.importing.planned`); nothing for a CSV that is larger than a grid, and once it is decided. Without a
    `grid` the upload is read anew, and only what was mended is taken from `rows`."""

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField(default=b"")
    rejected = models.BinaryField(default=b"")
    grid = models.JSONField(null=True)
    rows = models.JSONField(null=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    def __str__(self) -> str:
        return f"#{self.run_id}"


class HostColumns(TenantOwned):
    """Which column of a host's files of products is what, chosen by hand for a header that was not understood."""

    key = models.CharField(max_length=64)
    columns = models.JSONField()
    used_at = models.DateTimeField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_memory_of_a_hosts_header")]

    def __str__(self) -> str:
        return self.key[:8]
