"""What a form sent, so that it can be sent once more when it was not taken: never a password, a token or what a file holds."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.urls import Resolver404, resolve

MOST_FIELDS, LONGEST_NAME = 5_000, 200
MOST_BYTES = 1_000_000
"""Of names and values together, on a page that carries them."""
SHOWN, LONGEST_SHOWN = 100, 200
"""Values that a page shows of what it carries, and letters of each."""
CSRF_FIELD = "csrfmiddlewaretoken"
PASSWORD, SECRETS = "password", ("token", "secret")
OF_THE_PAGE = re.compile(r"^(_|initial-)|(-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|-id|_key)$")
"""Names of fields by which a page keeps its own books."""
TICKS = frozenset({"on", "True", "False"})
FOR_GOOD = frozenset({"entry:withdraw", "roster:remove_member", "roster:withdraw_invite", "roster:take_off", "archive:erase"})  # fmt: skip
"""Addresses that take something away. Nothing is typed there, so they are pressed where they stand and nowhere else."""


@dataclass(frozen=True)
class Sent:
    """A form as it was sent: to which address, from which page, and what was in it but for passwords. `files` are a field and a
    file's name."""

    address: str
    page: str
    fields: list[tuple[str, str]]
    files: list[tuple[str, str]]
    had_password: bool = False

    @property
    def size(self) -> int:
        """Bytes of its names and values."""
        return sum(len(part.encode("utf-8", "replace")) for field in self.fields + self.files for part in field)

    @property
    def filled(self) -> list[str]:
        """Values that stood in the page for who sent it, in its order."""
        return [value.strip() for name, value in self.fields if value.strip() and not OF_THE_PAGE.search(name)]

    @property
    def shown(self) -> list[str]:
        """The first of those that say something by themselves, each as one line of a page."""
        typed = [value for value in self.filled if value not in TICKS]
        return [text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…" for text in typed[:SHOWN]]

    @property
    def unshown(self) -> int:
        """How many are not shown."""
        return len(self.filled) - len(self.shown)


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field that was sent, in its order; none when the body is too large or was cut off on its way."""
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (SuspiciousOperation, OSError):
        return []
    return fields if len(fields) <= MOST_FIELDS else []


def _may_be_carried(name: str) -> bool:
    return len(name) <= LONGEST_NAME and not any(word in name.lower() for word in SECRETS)


def sent_with(request: HttpRequest) -> Sent | None:
    """The form of a request; None for what is not carried: nothing typed in it, the token of a mailed link, too much, or it
    takes something away."""
    fields = [(name, value) for name, value in fields_of(request) if name != CSRF_FIELD]
    if not all(_may_be_carried(name) for name, _value in fields) or _takes_away(request):
        return None
    files = [
        (name[:LONGEST_NAME], str(one.name)[:LONGEST_NAME]) for name, some in request.FILES.lists() for one in some
    ]
    rest = [(name, value) for name, value in fields if PASSWORD not in name.lower()]
    sent = Sent(request.get_full_path(), _page_of(request), rest, files, had_password=len(rest) < len(fields))
    return sent if (rest or files) and sent.size <= MOST_BYTES else None


def _page_of(request: HttpRequest) -> str:
    """The page on which the form stood, as an address of this site."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host() or not came.path.startswith("/") or came.path.startswith("//"):
        return request.get_full_path()
    return f"{came.path}?{came.query}" if came.query else came.path


def _takes_away(request: HttpRequest) -> bool:
    """Whether the address, or the desk's action that was pressed there, removes something."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return True
    action = getattr(getattr(match.func, "model_admin", None), request.POST.get("action", ""), None)
    return match.view_name in FOR_GOOD or match.view_name.endswith("_delete") or getattr(action, "is_danger", False)
