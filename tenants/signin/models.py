"""Sessions, and links that work once."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Purpose(models.TextChoices):
    """What a one-time link is for."""

    SIGN_IN = "sign_in"
    REGISTER = "register"
    RESET = "reset"
    INVITE = "invite"
    ADDRESS = "address"


class Session(AbstractBaseSession):
    """A browser that is signed in, or that was told something. `user` is whom the signed data names."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type:
        """What reads and writes the rows."""
        from tenants.signin.sessions import SessionStore

        return SessionStore


class OneTimeLink(models.Model):
    """A mailed link. Only a hash of its token is stored, so a copy of the database opens nothing.

    `payload` carries what the link will do, for example the registration that it confirms.
    """

    purpose = models.CharField(max_length=20, choices=Purpose)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["email", "purpose"], name="link_email_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"
