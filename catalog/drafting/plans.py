"""How many drafts a month each plan holds."""

SMALLEST = 20
DRAFTS_A_MONTH = {"light": SMALLEST, "standard": 100, "large": 500}
"""By `Tenant.plan`. More for one month is granted in the admin (`DraftMonth.extra`)."""


def drafts_a_month(plan: str) -> int:
    """The plan's number; for a plan that is not in the table the smallest, so that a slip of the pen costs nothing."""
    return DRAFTS_A_MONTH.get(plan, SMALLEST)
