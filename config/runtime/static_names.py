"""Static files under names that change with their content, each looked up once in a process: a page names a dozen."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class KeptNames(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """As whitenoise's; `url` remembers what it answered, until files are collected anew."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file. Raises ValueError for one that was not collected."""
        if name is None or force:
            return super().url(name, force)
        if name not in self._urls:
            self._urls[name] = super().url(name)
        return self._urls[name]

    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Names are new afterwards."""
        yield from super().post_process(*args, **kwargs)
        self._urls.clear()
