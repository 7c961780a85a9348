"""Telling a dead man's switch outside that something happened. That it does not answer is no fault of what happened."""

import http.client
import urllib.request

PING_SECONDS = 10


def failed(url: str) -> str:
    """Call `url`; the kind of error that came instead of an answer, empty when one came."""
    try:
        with urllib.request.urlopen(url, timeout=PING_SECONDS):  # noqa: S310 - config.env.ops takes http(s) only
            return ""
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
