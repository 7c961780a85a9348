"""Writing a text: the job that the worker does. It bears repetition, and no transaction is open while the service writes."""

import logging
from datetime import date

from django.utils import timezone

from catalog.drafting import actions, prompt, service
from catalog.drafting.checking.checks import check
from catalog.drafting.facts import told
from catalog.drafting.models import DraftState, ProductDraft
from catalog.drafting.prompt import Previous, Prompt
from catalog.drafting.queries import text_before
from catalog.drafting.similarity import similarity
from tenants.jobs import work
from tenants.jobs.models import Job
from tenants.jobs.work import Report
from tenants.request_id import request_id
from tenants.scope import tenant_scope

log = logging.getLogger(__name__)

STEPS = 2


def write(job: Job, report: Report) -> None:
    """Ask the service, check what it wrote and keep it; a failure of the service gives the place back.

    Run again after a worker died, it asks again; of two runs at once the first that ends is kept.
    """
    with tenant_scope(job.args["host"]):
        draft = ProductDraft.objects.select_related("rewrites").filter(pk=job.args["draft"]).first()
        if draft is not None and draft.state == DraftState.WAITING:
            _write(draft, month=date.fromisoformat(job.args["month"]), report=report)


def _write(draft: ProductDraft, *, month: date, report: Report) -> None:
    report(1, STEPS)
    try:
        text = service.ask(prompt_for(draft))
    except service.Failed as failed:
        error_id = request_id.get()
        log.warning("draft %d: %s %s, error %s", draft.pk, failed.code, failed.detail, error_id)
        actions.keep_failure(draft, code=failed.code, error_id=error_id, month=month, at=timezone.now())
        return
    problems = check(text, told(draft.facts), told=prompt.SYSTEM)
    before = text_before(draft)
    actions.keep_text(
        draft, text=text, problems=problems, similarity=similarity(text, before) if before else None, at=timezone.now()
    )
    log.info("draft %d: %d letters, %d problems", draft.pk, len(text), len(problems))


def prompt_for(draft: ProductDraft) -> Prompt:
    """Facts, tone and note as they are kept with the draft, and the text that it rewrites."""
    previous = None
    if draft.rewrites is not None:
        previous = Previous(draft.rewrites.text, [excerpt for _, excerpt in draft.rewrites.problems if excerpt])
    return prompt.compose(told(draft.facts), tone=draft.tone, note=draft.note, previous=previous)


work.register(actions.KIND, write)
