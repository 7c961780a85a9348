"""What nine mail providers post to a webhook, as their documentation shows it: bodies and headers."""

import hashlib
import hmac
import json
from typing import Any, NamedTuple

AT = 1_795_000_000
"""Seconds since 1970, in the past of any test run that counts from November 2026."""
ISO = "2026-11-18T16:26:40Z"
KEYS = {"mailgun": "mailgun-signing-key", "mailersend": "mailersend-signing-secret"}


class Post(NamedTuple):
    """One post to the webhook."""

    body: bytes
    headers: dict[str, str]


def post(esp: str, what: str, *, message_id: str, to: str = "to@example.com", event_id: str = "e1") -> Post:
    """`what` is hard, soft, delivered or complained."""
    made: Any = globals()[f"_{esp}"](what, message_id, to, event_id)
    body = json.dumps(made).encode()
    headers = {"Content-Type": "application/json"}
    if esp == "mailersend":
        headers["Signature"] = hmac.new(KEYS[esp].encode(), body, hashlib.sha256).hexdigest()
    if esp == "resend":
        headers["svix-id"] = f"msg_{event_id}"
    if esp == "amazon_ses":
        headers |= {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": event_id}
    return Post(body, headers)


def _sendgrid(what: str, message_id: str, to: str, event_id: str) -> Any:
    kinds = {
        "hard": ("bounce", "bounce"),
        "soft": ("bounce", "blocked"),
        "delivered": ("delivered", ""),
        "complained": ("spamreport", ""),
    }
    event, kind = kinds[what]
    return [{"email": to, "timestamp": AT, "event": event, "type": kind, "sg_event_id": event_id,
             "anymail_id": message_id, "reason": "550 5.1.1 unknown user"}]  # fmt: skip


def _mailgun(what: str, message_id: str, to: str, event_id: str) -> Any:
    fields: dict[str, Any] = {
        "hard": {"event": "failed", "severity": "permanent", "reason": "bounce"},
        "soft": {"event": "failed", "severity": "permanent", "reason": "generic"},
        "delivered": {"event": "delivered"},
        "complained": {"event": "complained"},
    }[what]
    data = {
        **fields,
        "id": "x",
        "timestamp": AT + 0.5,
        "recipient": to,
        "message": {"headers": {"message-id": message_id.strip("<>")}},
        "delivery-status": {"code": 550, "message": "5.1.1 unknown user", "description": ""},
    }
    signature = hmac.new(KEYS["mailgun"].encode(), f"{AT}{event_id}".encode(), hashlib.sha256).hexdigest()
    return {"signature": {"timestamp": str(AT), "token": event_id, "signature": signature}, "event-data": data}


def _postmark(what: str, message_id: str, to: str, event_id: str) -> Any:
    if what == "delivered":
        return {"RecordType": "Delivery", "MessageID": message_id, "Recipient": to, "DeliveredAt": ISO, "Details": "ok"}
    record, kind = {
        "hard": ("Bounce", "HardBounce"),
        "soft": ("Bounce", "SoftBounce"),
        "complained": ("SpamComplaint", "SpamComplaint"),
    }[what]
    return {"RecordType": record, "Type": kind, "ID": abs(hash(event_id)), "MessageID": message_id, "Email": to,
            "BouncedAt": ISO, "Description": "unknown user", "Details": "smtp;550 5.1.1"}  # fmt: skip


def _brevo(what: str, message_id: str, to: str, event_id: str) -> Any:
    kind = {"hard": "hard_bounce", "soft": "soft_bounce", "delivered": "delivered", "complained": "spam"}[what]
    return {
        "event": kind,
        "email": to,
        "message-id": message_id,
        "ts_epoch": AT * 1000 + len(event_id),
        "reason": "550 5.1.1",
    }


def _mailjet(what: str, message_id: str, to: str, event_id: str) -> Any:
    kind = {"hard": "bounce", "soft": "bounce", "delivered": "sent", "complained": "spam"}[what]
    more = {"error": "user unknown" if what == "hard" else "quota exceeded", "hard_bounce": what == "hard"}
    return [
        {"event": kind, "time": AT, "MessageID": int(message_id), "email": to, **(more if kind == "bounce" else {})}
    ]


def _resend(what: str, message_id: str, to: str, event_id: str) -> Any:
    kind = {"delivered": "email.delivered", "complained": "email.complained"}.get(what, "email.bounced")
    data: dict[str, Any] = {"email_id": message_id, "to": [to], "created_at": ISO}
    if kind == "email.bounced":
        data["bounce"] = {
            "message": "The recipient's email provider sent a bounce message",
            "subType": "General",
            "type": "Permanent" if what == "hard" else "Transient",
        }
    return {"type": kind, "created_at": ISO, "data": data}


def _mailersend(what: str, message_id: str, to: str, event_id: str) -> Any:
    kind = {"hard": "hard_bounced", "soft": "soft_bounced", "delivered": "delivered", "complained": "spam_complaint"}[
        what
    ]
    email = {"message": {"id": message_id}, "recipient": {"email": to}}
    data = {
        "type": kind,
        "id": event_id,
        "created_at": ISO,
        "email": email,
        "morph": {"object": "recipient_bounce", "reason": "unknown user"},
    }
    return {"type": f"activity.{kind}", "created_at": ISO, "data": data}


def _sparkpost(what: str, message_id: str, to: str, event_id: str) -> Any:
    kind = {"delivered": "delivery", "complained": "spam_complaint"}.get(what, "bounce")
    event = {"type": kind, "event_id": event_id, "transmission_id": message_id, "raw_rcpt_to": to, "timestamp": str(AT)}
    if kind == "bounce":
        event |= {"bounce_class": "10" if what == "hard" else "22", "raw_reason": "550 5.1.1 unknown user"}
    return [{"msys": {"message_event": event}}]


def _amazon_ses(what: str, message_id: str, to: str, event_id: str) -> Any:
    kind = {"delivered": "Delivery", "complained": "Complaint"}.get(what, "Bounce")
    event: dict[str, Any] = {"eventType": kind, "mail": {"messageId": message_id, "destination": [to], "headers": []}}
    if kind == "Bounce":
        event["bounce"] = {
            "bounceType": "Permanent" if what == "hard" else "Transient",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": to, "diagnosticCode": "smtp; 550 5.1.1"}],
        }
    elif kind == "Complaint":
        event["complaint"] = {"complainedRecipients": [{"emailAddress": to}]}
    else:
        event["delivery"] = {"recipients": [to], "smtpResponse": "250 ok"}
    return {
        "Type": "Notification",
        "MessageId": event_id,
        "TopicArn": "arn:aws:sns:ap-northeast-1:1:x",
        "Timestamp": ISO,
        "Message": json.dumps(event),
    }
