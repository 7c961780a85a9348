"""Imported by the process that `tests.forked` forks from: the whole site, and no connection."""

import django

django.setup()

import config.urls  # noqa: E402, F401 - what a command's checks would import
