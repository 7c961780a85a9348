"""The product as it is, but that it waits 0.3 s for a lock and not 3: only `test_locks.py` starts this."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from django.conf import settings

from config.wsgi import application

OPTIONS = settings.DATABASES["default"]["OPTIONS"]
assert "lock_timeout=3000" in OPTIONS["options"]  # else nothing would be shortened, and nobody would know
OPTIONS["options"] = OPTIONS["options"].replace("lock_timeout=3000", "lock_timeout=300")

__all__ = ["application"]
