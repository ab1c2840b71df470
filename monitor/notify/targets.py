"""Where the service may send to: public addresses, unless a setting allows others. What is checked is what is connected to."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

MOST_ADDRESSES = 4  # of a name that are tried
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(OSError):
    """The address is one that nothing is sent to."""


def allowed(address: str) -> bool:
    """Whether an IP address is a public one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    local = found.is_multicast or found.is_reserved
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inner(found)
        local = local or found.is_site_local or not (inner is None or inner.is_global)
    return found.is_global and not local


def _inner(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, or through NAT64."""
    if found in NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour


def public(found: list[Any], host: str) -> list[Any]:
    """Of `getaddrinfo`'s answer those that are public.

    Raises:
        Refused: none is.
    """
    good = [one for one in found if allowed(str(one[4][0]))]
    if not good:
        raise Refused(
            f"{host} is a private or local address: nothing is sent there (NASHBOARD_NOTIFY_PRIVATE=true allows it)"
        )
    return good


def connect(host: str, port: int, timeout: float, private: bool) -> socket.socket:
    """A TCP connection to a host whose address was checked: what a name points to can't change between check and use.

    Each of its first few addresses gets `timeout` seconds.

    Raises:
        Refused: the address is not allowed. OSError: nobody answers there.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    last: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in (found if private else public(found, host))[:MOST_ADDRESSES]:
        made = socket.socket(family, kind, protocol)
        made.settimeout(timeout)
        try:
            made.connect(address)
        except OSError as error:
            made.close()
            last = error
            continue
        return made
    raise last


def guard() -> None:
    """Makes every look-up of this process give public addresses only. For processes that do nothing but send."""
    ask = socket.getaddrinfo

    def checked(host: Any, *args: Any, **kwargs: Any) -> Any:
        return public(ask(host, *args, **kwargs), str(host))

    socket.getaddrinfo = checked
