"""Which addresses are the open internet's, and may be reached at a vendor's word."""

from __future__ import annotations

import ipaddress
from typing import Final

NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address seen from a network that has IPv6 alone


def public(address: str) -> bool:
    """Whether an IP address is one of the open internet's: not private, loopback, link-local or reserved."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF) if known in NAT64 else None
        known = known.ipv4_mapped or known.sixtofour or translated or known
    return known.is_global and not known.is_multicast and not known.is_reserved
