"""The sending APIs of nine mail providers on loopback: what each answers to a good mail, and when it refuses one.

Written from the providers' documentation and from what anymail 15.2 reads; no provider was asked.
"""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """One HTTP answer."""

    status: int
    body: Any = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def raw(self) -> bytes:
        return (
            self.body if isinstance(self.body, bytes) else (json.dumps(self.body) if self.body != "" else "").encode()
        )


TO = "to@example.com"
PROVIDER_ID = "provider-0001"
TAKEN = {
    "sendgrid": Answer(202, "", (("X-Message-Id", "sg"),)),
    "mailgun": Answer(200, {"id": f"<{PROVIDER_ID}>", "message": "Queued. Thank you."}),
    "postmark": Answer(200, {"To": TO, "MessageID": PROVIDER_ID, "ErrorCode": 0, "Message": "OK"}),
    "brevo": Answer(201, {"messageId": f"<{PROVIDER_ID}>"}),
    "mailjet": Answer(
        200, {"Messages": [{"Status": "success", "To": [{"Email": TO, "MessageUUID": "u", "MessageID": 12345}]}]}
    ),
    "resend": Answer(200, {"id": PROVIDER_ID}),
    "mailersend": Answer(202, "", (("X-Message-Id", PROVIDER_ID), ("Content-Type", "text/html"))),
    "sparkpost": Answer(
        200, {"results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": PROVIDER_ID}}
    ),
    "amazon_ses": Answer(200, {"MessageId": PROVIDER_ID}),
}
_NO_ADDRESS = "The to.0.email must be a valid email address."
ADDRESS_REFUSED = {
    "sendgrid": Answer(
        400, {"errors": [{"message": "Does not contain a valid address.", "field": "personalizations.0.to.0.email"}]}
    ),
    "mailgun": Answer(400, {"message": "'to' parameter is not a valid address. please check documentation"}),
    "postmark": Answer(422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{TO}'."}),
    "brevo": Answer(400, {"code": "invalid_parameter", "message": "email is not valid in to"}),
    "mailjet": Answer(
        400,
        {"Messages": [{"Status": "error", "Errors": [{
            "ErrorCode": "mj-0013", "StatusCode": 400, "ErrorMessage": f'"{TO}" is an invalid email address.',
            "ErrorRelatedTo": ["To[0].Email"]}]}]},
    ),
    "resend": Answer(
        422, {"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field. The email address needs …"}
    ),
    "mailersend": Answer(422, {"message": _NO_ADDRESS, "errors": {"to.0.email": [_NO_ADDRESS]}}),
    "sparkpost": Answer(
        200, {"results": {"total_rejected_recipients": 1, "total_accepted_recipients": 0, "id": PROVIDER_ID}}
    ),
    "amazon_ses": Answer(
        400, {"message": "Missing final '@domain'"}, (("x-amzn-ErrorType", "BadRequestException"),)
    ),
}  # fmt: skip
SENDER_REFUSED = {
    "sendgrid": Answer(
        403, {"errors": [{"message": "The from address does not match a verified Sender Identity.", "field": "from"}]}
    ),
    "mailgun": Answer(400, {"message": "'from' parameter is not a valid address. please check documentation"}),
    "postmark": Answer(422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}),
    "brevo": Answer(400, {"code": "invalid_parameter", "message": "valid sender email required"}),
    "mailjet": Answer(
        400,
        {"Messages": [{"Status": "error", "Errors": [{
            "ErrorCode": "send-0008", "StatusCode": 403, "ErrorMessage": "not an authorized sender email address",
            "ErrorRelatedTo": ["From"]}]}]},
    ),
    "resend": Answer(403, {"statusCode": 403, "message": "The example.jp domain is not verified."}),
    "mailersend": Answer(422, {"message": "The from.email domain must be verified.", "errors": {"from.email": ["x"]}}),
    "sparkpost": Answer(400, {"errors": [{"message": "Invalid domain", "code": "7001"}]}),
    "amazon_ses": Answer(
        400, {"message": "Email address is not verified."}, (("x-amzn-ErrorType", "MessageRejected"),)
    ),
}  # fmt: skip


@dataclass
class EspStandIn:
    """`with EspStandIn(TAKEN["brevo"]) as api:` answers every request with `api.answer`; "hang" never answers."""

    answer: Answer | str
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "EspStandIn":
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                api.asked.append((self.path, dict(self.headers), body))
                if isinstance(api.answer, str):
                    if api.answer == "hang":
                        api.let_go.wait(20)
                    self.close_connection = True
                    return
                self.send_response(api.answer.status)
                given = {"Content-Type": "application/json", **dict(api.answer.headers)}
                for name, value in given.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(api.answer.raw)))
                self.end_headers()
                self.wfile.write(api.answer.raw)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()
