"""The address that a request comes from, as far as the trusted proxy vouches for it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The address of the client as far as it can be trusted: what the outermost of our own proxies saw.

    Each proxy appends the address that it was called from to X-Forwarded-For, so of N trusted proxies the N-th entry
    from the right is the client; everything left of it was written by the client itself (requirement A3). Without a
    proxy, or when the header is shorter than the chain of proxies, it is the address of the connection.
    """
    connection = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    chain = [part.strip() for part in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    if proxies < 1 or len(chain) < proxies:
        return connection
    try:
        return str(ipaddress.ip_address(chain[-proxies]))
    except ValueError:
        return connection


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that an IPv6 customer gets as a whole."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent the form: its origin, or else the page's address."""
    ours = f"{request.scheme}://{request.get_host()}"
    if "Origin" in request.headers:
        return request.headers["Origin"] == ours
    return request.headers.get("Referer", "").startswith(f"{ours}/")
