"""Client address as it is counted for rate limits: a host, or a client's whole network of IPv6."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection


@lru_cache(4096)
def network_of(host: str) -> str:
    """The host itself; of IPv6 the /64, which one client has for itself (RFC 6177)."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(getattr(address, "ipv4_mapped", None) or address)


def address_of(request: HTTPConnection) -> str:
    """Where a request comes from, as far as the proxies that are trusted say; of IPv6 a client's whole network."""
    return network_of(request.client.host if request.client is not None else "")
