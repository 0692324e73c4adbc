"""From where somebody comes, as they are counted: a host, or a client's whole network of IPv6."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address


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
