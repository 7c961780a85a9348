"""Who a session or a password belongs to."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tenants.models import User, normal_email
from tenants.prepared import Prepared
from tenants.signin.sessions import read_with_session

_user = Prepared(lambda address: User.objects.select_related("tenant").filter(email=address), address=str)


class EmailBackend(BaseBackend):
    """E-mail address and password. Looks one user up with their tenant in one query."""

    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **credentials: str
    ) -> User | None:
        """The active user with this address and password. Unknown addresses cost as much time as known ones."""
        address = normal_email(email or credentials.get("username", ""))
        user = next(iter(_user(address=address)), None)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, as long as the account is active: deactivation works on the next request."""
        user = read_with_session(user_id) or User.objects.select_related("tenant").filter(pk=user_id).first()
        return user if user is not None and user.is_active else None
