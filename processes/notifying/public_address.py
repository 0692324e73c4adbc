"""Connects to public addresses only, so that nobody reaches our own network by an address that they give us (SSRF)."""

import errno
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import AddrInfoType

_NAT64: Final = IPv6Network("64:ff9b::/96")
_SITE_LOCAL: Final = IPv6Network("fec0::/10")  # given up (RFC 3879), and not among those that `ipaddress` calls private


class NotPublic(OSError):
    """The address belongs to a network of somebody's own, or to this machine."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the address is not public")


def public_socket(address: AddrInfoType) -> socket.socket:
    """A socket for one address, as the last thing before it is connected to; raises `NotPublic`.

    What is judged is what is connected to: a name that means something else when it is asked for again, and numbers
    that are spelled in old ways, come to nothing.
    """
    family, kind, protocol, _, (host, *_) = address
    if not is_public(str(host)):
        raise NotPublic
    return socket.socket(family, kind, protocol)


def is_public(host: str) -> bool:
    """Whether anybody on the internet may be at this numeric address (RFC 6890), whatever it is wrapped in."""
    return all(
        address.is_global and not (address.is_multicast or address.is_reserved or address in _SITE_LOCAL)
        for address in _unwrapped(ip_address(host))
    )


def _unwrapped(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The address, and the IPv4 address that it is translated to or tunnelled to."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
