"""Asking the service for one text. Whatever it does, the answer is a text or `Failed` with a code."""

import importlib.util
import json
from typing import Any

from django.conf import settings

from catalog.drafting.prompt import Prompt

SECONDS = 15.0
"""For the whole request, from the first address looked up to the last byte (requirement M3)."""
MOST_BYTES = 256 * 1024
MOST_TOKENS = 1024
MOST_LETTERS = 4000

NO_KEY, NOT_INSTALLED = "draft_no_key", "draft_not_installed"
STATUSES = {
    401: "draft_key", 403: "draft_key", 404: "draft_model", 408: "draft_timeout", 413: "draft_request",
    400: "draft_request", 422: "draft_request", 429: "draft_busy", 503: "draft_overloaded", 504: "draft_timeout",
    529: "draft_overloaded",
}  # fmt: skip


class Failed(Exception):
    """No text. `code` has its wording; `detail` is for the log: a type or a number, never what was asked or answered."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def why_not() -> str:
    """The code of what is missing on this site, "" when texts can be asked for. Imports nothing, sends nothing."""
    if not settings.ANTHROPIC_API_KEY:
        return NO_KEY
    return "" if importlib.util.find_spec("anthropic") else NOT_INSTALLED


def ask(prompt: Prompt) -> str:
    """The text that the service writes, within `SECONDS`. Raises Failed. Never call it while a transaction is open."""
    missing = why_not()
    if missing:
        raise Failed(missing)
    return text_of(_send(prompt))


def _send(prompt: Prompt) -> bytes:
    import anthropic  # 50 MB that only the worker of a site with a key should carry

    from catalog.drafting import wire  # after the library, whose log it quiets

    with wire.client(seconds=SECONDS, most_bytes=MOST_BYTES) as http:
        service = anthropic.Anthropic(
            api_key=settings.ANTHROPIC_API_KEY,
            base_url=settings.ANTHROPIC_BASE_URL or None,
            max_retries=0,
            timeout=SECONDS,
            http_client=http,
        )
        try:
            answer = service.messages.with_raw_response.create(
                model=settings.CATALOG_DRAFT_MODEL,
                max_tokens=MOST_TOKENS,
                system=prompt.system,
                messages=[{"role": "user", "content": prompt.message}],
                extra_headers={"Accept-Encoding": "identity"},
            )
        except anthropic.APITimeoutError:
            raise Failed("draft_timeout") from None
        except anthropic.APIConnectionError as error:
            raise Failed(*_connection_failure(error.__cause__)) from None
        except anthropic.APIStatusError as error:
            raise Failed(_status_code(error.status_code), f"HTTP {error.status_code}") from None
        except anthropic.AnthropicError as error:
            raise Failed("draft_garbage", type(error).__name__) from None
        if answer.status_code != 200:
            raise Failed("draft_garbage", f"HTTP {answer.status_code}")
        return answer.http_response.content


def _connection_failure(cause: BaseException | None) -> tuple[str, str]:
    codes = {
        "TooLarge": "draft_large",
        "Packed": "draft_garbage",
        "RemoteProtocolError": "draft_garbage",
        "LocalProtocolError": "draft_garbage",
        "UnsupportedProtocol": "draft_model",
    }
    name = type(cause).__name__
    return codes.get(name, "draft_unreachable"), name


def _status_code(status: int) -> str:
    return STATUSES.get(status, "draft_broken" if status >= 500 else "draft_request")


def text_of(body: bytes) -> str:
    """The text in an answer. Raises Failed when there is none, or when the service did not write it to its end."""
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Failed("draft_garbage", "no JSON") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("content"), list):
        raise Failed("draft_garbage", "no message")
    stopped = answer.get("stop_reason")
    if stopped == "refusal":
        raise Failed("draft_declined")
    if stopped in ("max_tokens", "model_context_window_exceeded"):
        raise Failed("draft_cut")
    parts = [part for part in answer["content"] if isinstance(part, dict) and part.get("type") == "text"]
    text = marking_lost("".join(part["text"] for part in parts if isinstance(part.get("text"), str))).strip()
    if not text:
        raise Failed("draft_empty")
    if len(text) > MOST_LETTERS:
        raise Failed("draft_large", f"{len(text)} letters")
    return text


def marking_lost(text: str) -> str:
    """What every database takes: lone halves of letters and NUL become the mark of a lost letter."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\x00", "\ufffd")
