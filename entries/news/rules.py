"""What may happen to a notice, and when."""

from datetime import datetime, timedelta

from entries.news.models import Notice
from tenants.refusal import Refused

FURTHEST = timedelta(days=366)


def check_may_publish(notice: Notice, *, on: datetime, at: datetime, mail: bool) -> None:
    """Not yet out nor planned, for now or a moment within a year, and mailed once at most. Raises Refused."""
    if notice.published_at is not None:
        raise Refused("notice_out")
    if not at <= on <= at + FURTHEST:
        raise Refused("notice_moment")
    if mail:
        check_may_mail(notice)


def check_may_mail(notice: Notice) -> None:
    """Everybody is told by mail once, however often the notice is taken back and put out again. Raises Refused."""
    if notice.mail_asked_at is not None:
        raise Refused("notice_mailed")


def is_due(notice: Notice, *, at: datetime) -> bool:
    """Whether somebody asked to mail it, it is out, and nobody has mailed it yet."""
    is_out = notice.published_at is not None and notice.published_at <= at
    return is_out and notice.mail_asked_at is not None and notice.mailed_at is None
