"""Sessions that know whose they are, so that one query finds the session and the person.

The owner stands in a column of its own beside the signed data; the data decides, as ever, who is signed in.
"""

from contextvars import ContextVar
from typing import Any, cast

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.functional import SimpleLazyObject

from tenants.models import User
from tenants.prepared import Prepared
from tenants.signin.models import Session

_asked: ContextVar["SessionStore | None"] = ContextVar("session_asked_for_its_user", default=None)


_session = Prepared(
    lambda key: Session.objects.select_related("user__tenant").filter(session_key=key, expire_date__gt=Now()), key=str
)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read together with their owner. The name is part of the signature's salt."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.owner: User | None = None
        """Who was found with the session when it was read."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table of sessions."""
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = next(iter(_session(key=self.session_key or "")), None)
        if found is None:
            self._session_key = None
            return None
        self.owner = found.user
        return found

    def cycle_key(self) -> None:
        """A new key, as Django gives one; but a session that has none yet gets its first when it is stored, once."""
        if self.session_key is None:
            self.modified = True
        else:
            super().cycle_key()

    def _get_new_session_key(self) -> str:
        """A key that is not asked for first: storing it finds out whether it is taken, and `create` then tries another."""
        return get_random_string(32, VALID_KEY_CHARS)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row as it will be stored, with its owner beside the data."""
        row = cast(Session, super().create_model_instance(data))
        owner = str(data.get(SESSION_KEY, ""))
        row.user_id = int(owner) if owner.isascii() and owner.isdecimal() else None
        return row


def read_with_session(user_id: int) -> User | None:
    """The user with this number, when the session that is being asked for its user was read together with them."""
    store = _asked.get()
    owner = store.owner if store else None
    return owner if owner is not None and owner.pk == int(user_id) else None


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Who is signed in; Django's own rules, but for the second query. Kept on the request where Django keeps it."""
    found: User | AnonymousUser | None = getattr(request, "_cached_user", None)
    if found is None:
        token = _asked.set(request.session if isinstance(request.session, SessionStore) else None)
        try:
            found = get_user(request)
        finally:
            _asked.reset(token)
        request._cached_user = found  # type: ignore[attr-defined]
    return found


class UserMiddleware(AuthenticationMiddleware):
    """`request.user`, found when somebody asks for it first."""

    def process_request(self, request: HttpRequest) -> None:
        """Set the lazy user."""
        request.user = SimpleLazyObject(lambda: user_of(request))  # type: ignore[assignment]
