"""What a refusal means: for this address for good, for all mails, or for now."""

import smtplib

import pytest
from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused

from tenants.outbox.verdicts import is_about_all, is_permanent


@pytest.mark.parametrize(
    ("error", "permanent", "about_all"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no")}), True, False),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"busy")}), False, False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.2.1 mailbox disabled")}), True, False),
        (smtplib.SMTPRecipientsRefused({"a": (554, b"5.7.1 <a>: Relay access denied")}), False, False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"relay not permitted")}), False, False),
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.4.5 Daily user sending limit exceeded")}), False, False),
        (smtplib.SMTPRecipientsRefused({"a": (552, b"5.2.2 mailbox full")}), False, False),
        (smtplib.SMTPDataError(550, b"5.1.1 unknown"), True, False),
        (smtplib.SMTPDataError(554, b"5.7.1 looks like spam"), False, False),
        (smtplib.SMTPDataError(421, b"closing"), False, True),
        (smtplib.SMTPSenderRefused(530, b"sign in", "x"), False, True),
        (smtplib.SMTPServerDisconnected("bye"), False, False),
        (TimeoutError(), False, False),
        (AnymailRecipientsRefused(), True, False),
        (AnymailInvalidAddress(), True, False),
        (AnymailAPIError(status_code=400), False, False),
        (AnymailAPIError(status_code=401), False, True),
        (AnymailAPIError(status_code=429), False, True),
        (AnymailAPIError(status_code=503), False, True),
        (AnymailAPIError(), False, True),
    ],
)
def test_what_a_refusal_means(error: Exception, permanent: bool, about_all: bool) -> None:
    assert (is_permanent(error), is_about_all(error)) == (permanent, about_all)
