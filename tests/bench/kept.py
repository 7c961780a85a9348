"""Behind the pooler, but with connections that are kept: what `DATABASE_POOLED` is compared with."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": False}
