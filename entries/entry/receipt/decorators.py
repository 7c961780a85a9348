"""How a view gets its submission: by the reference in its address, for those who may read it."""

from datetime import datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from entries.entry import rules
from entries.entry.models import Submission
from entries.entry.queries import submission_by_reference
from tenants.decorators import UserRequest, View, signed_in
from tenants.middleware import enter_scope


class SubmissionRequest(UserRequest):
    """A request about one submission. `may_change` is true for the team's members, `by_host` for its organizers.

    `clock` is the database's time when the request came in.
    """

    submission: Submission
    clock: datetime
    may_change: bool
    by_host: bool


def in_submission(view: View) -> View:
    """Give the view `request.submission` and open its host's scope. To all who may not read it, it is unknown: 404."""

    @wraps(view)
    def with_submission(request: SubmissionRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = submission_by_reference(reference.upper(), reader=request.user)
        if found is None or not rules.may_see(request.user, found.submission, is_mine=found.is_mine):
            raise Http404
        request.submission, request.clock = found.submission, found.clock
        request.by_host = rules.acts_for_host(request.user, found.submission)
        request.may_change = found.is_mine or request.by_host
        enter_scope(request, found.submission.tenant_id)
        return view(request, *args, **kwargs)

    return signed_in(with_submission)
