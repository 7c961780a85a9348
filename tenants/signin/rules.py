"""Who may sign in where, and what a link still opens."""

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils.crypto import constant_time_compare
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.models import ADMIN_ROLES, HOST_ROLES, Role, User
from tenants.refusal import Refused
from tenants.signin.models import OneTimeLink

HOMES = {Role.STAFF: "catalog:search", Role.ORGANIZER: "admin:index", Role.PLATFORM_ADMIN: "admin:index"}
AREAS = {"admin": ADMIN_ROLES, "catalog": HOST_ROLES | ADMIN_ROLES}
"""Namespaces of addresses where nobody else gets past a 403, whatever page it is."""
LONGEST_ADDRESS = 1_500
"""Of an encoded address to come back to; longer ones are not ours, and Django refuses to redirect to them."""


def home_of(user: User) -> str:
    """Where a person starts: the desk, the staff's search, or their teams."""
    return reverse(HOMES.get(Role(user.role), "roster:teams"))


def may_open(user: User, address: str) -> bool:
    """Whether this address of our own site is not in a part that is closed to the user's role."""
    try:
        area = resolve(urlsplit(address).path).namespace
    except Resolver404:
        return True
    return area not in AREAS or user.role in AREAS[area]


def where_to(user: User, asked: str, *, host: str, secure: bool) -> str:
    """The address to go to after sign-in: the one asked for when it is on our own site, else the role's home."""
    printable = asked.isprintable() and len(iri_to_uri(asked) or "") <= LONGEST_ADDRESS
    if printable and url_has_allowed_host_and_scheme(asked, allowed_hosts={host}, require_https=secure):
        return asked if may_open(user, asked) else home_of(user)
    return home_of(user)


def mailed_links_sign_in() -> bool:
    """Login links by mail exist on a developer's machine only (contract 4)."""
    return bool(settings.APP_ENV == "dev")


def shows_links() -> bool:
    """Whether pages may show what was mailed: DEBUG_AUTH_LINKS, in dev only."""
    return bool(settings.APP_ENV == "dev" and settings.DEBUG_AUTH_LINKS)


def fingerprint_of(user: User) -> str:
    """Changes with the password, whoever changes it; a keyed hash, of no use to a reader of the database."""
    return user.get_session_auth_hash()


def check_link_still_fits(link: OneTimeLink) -> User:
    """The active person of a sign-in or reset link. Raises Refused("link_invalid").

    A link dies when the password or the address of the account changes after it was mailed (requirement A5).
    """
    user = link.user
    if user is None or not user.is_active or user.email != link.email:
        raise Refused("link_invalid")
    _check_password_unchanged(user, link)
    return user


def check_address_link_still_fits(link: OneTimeLink) -> User:
    """The active person of a link that confirms an address. Raises Refused("link_invalid").

    It dies when the account's password or address changes after it was mailed.
    """
    user = link.user
    if user is None or not user.is_active or user.email != link.payload.get("from"):
        raise Refused("link_invalid")
    _check_password_unchanged(user, link)
    return user


def _check_password_unchanged(user: User, link: OneTimeLink) -> None:
    known = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    if not any(constant_time_compare(one, link.payload.get("fits", "")) for one in known):
        raise Refused("link_invalid")
