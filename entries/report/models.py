"""Papers that somebody asked for and the worker makes; they stay for a day."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from entries.meet.models import Meet
from tenants.jobs.models import Job
from tenants.scope import TenantManager, TenantOwned, TenantQuerySet


class PrintedPaper(TenantOwned):
    """A file of a meet: one kind of paper, the FinishLynx files, or everything. `content` is empty until it is made; of each kind
    there is the one that was asked for last. The programme that everybody reads (`public_programme`) stays until the next is
    there, and its `name` tells what it says."""

    meet = models.ForeignKey(Meet, on_delete=models.CASCADE, related_name="printed_papers")
    kind = models.CharField(max_length=40)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=120, blank=True)
    content = models.BinaryField(null=True)

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        verbose_name = pgettext_lazy("one", "印刷物")
        verbose_name_plural = pgettext_lazy("many", "印刷物")
        constraints = [models.UniqueConstraint(fields=["meet", "kind"], name="one_printed_paper_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.meet_id}"
