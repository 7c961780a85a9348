"""One coach's browser: cookies of its own, and a connection that stays open between requests."""

import http.client
from contextlib import suppress

from config.ops.smoke.http import MOST_BYTES, Answer, Away, Place, Visitor


class Browser(Visitor):
    """A visitor whose connection is kept, as a browser's is. A connection that the server closed meanwhile is opened
    again once: a sheet may be sent twice without harm, its key says that it is the same one."""

    def __init__(self, place: Place, *, timeout: float) -> None:
        super().__init__(place, timeout=timeout)
        kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        self.link = kind(place.host, place.port, timeout=timeout)

    def hang_up(self) -> None:
        self.link.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {**self._headers(body is not None), "User-Agent": "nitsys-loadtest", "Connection": "keep-alive"}
        was_open = self.link.sock is not None
        try:
            answer = self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.link.close()
            if not was_open or isinstance(error, TimeoutError):
                raise Away(str(error) or type(error).__name__) from None
            answer = self._again(method, path, body, headers)
        self._keep_cookies(answer.headers)
        return answer

    def _again(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            return self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.link.close()
            raise Away(str(error) or type(error).__name__) from None

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.link.request(method, path, body, headers)
        response = self.link.getresponse()
        content = response.read(MOST_BYTES)
        if not response.isclosed():  # longer than anybody reads: what is left of it must not be the next answer
            self.link.close()
        return Answer(response.status, response.headers, content)

    @property
    def session(self) -> str:
        """The key of the session, or nothing before signing in."""
        return next((value for name, value in self.cookies.items() if name.endswith("session")), "")

    def sign_out(self) -> None:
        """End the session, where the server still answers."""
        with suppress(Away):
            self.post("/auth/logout", [])
        self.hang_up()
