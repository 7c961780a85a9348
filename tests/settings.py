"""The site's settings, with what would only make tests slow or need a collectstatic first taken out."""

from config.settings import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RECENT_MEET_SECONDS = 0.0  # a test sees what it has just written
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# From where they are written, not from var/static, which a server in the same checkout may be writing just now.
STATIC_ROOT = None  # type: ignore[assignment]  # Django's own default, which says: no folder
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # looks for the file that is asked for; else each test client reads all of them first
