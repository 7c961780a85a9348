"""Addresses at which nobody can ever be."""

RESERVED = ".invalid"
"""A top-level domain that will never exist (RFC 2606): the accounts of `loadtest` and `smoke` have addresses under it."""


def is_nowhere(address: str) -> bool:
    """Whether no mail can ever reach this address, so that none is handed to a mail server for it."""
    return address.lower().rstrip(".").endswith(RESERVED)
