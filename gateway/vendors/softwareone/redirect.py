"""The rule for following the vendor to a file: one hop, over https, to a public address.

The vendor's files lie at a storage host under an address that is the permission itself, so nothing of ours goes along.
Where that is, the vendor's answer says: it could as well point into the network that this gateway stands in.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpx

from gateway.errors import VendorBadAnswer, VendorUnavailable
from gateway.upstream.addresses import public

STATUSES: Final = frozenset({301, 302, 303, 307, 308})
MAX_ADDRESS: Final = 8_192
RESOLVE_SECONDS: Final = 5.0
# Host and port → the addresses behind the name; raises OSError where there is none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def addresses(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says."""
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


async def target(location: str | None, asked: str, *, allow_private: bool = False, resolve: Resolve = addresses) -> str:
    """The absolute address that a redirect from `asked` leads to; raises VendorError where it must not be followed.

    `allow_private` is for sandboxes: it admits http and addresses of private networks.
    """
    if not location or len(location) > MAX_ADDRESS:
        raise VendorBadAnswer("The vendor's redirect leads nowhere.")
    try:
        url = httpx.URL(asked).join(location)
        host, port = url.host, {"https": 443, "http": 80}.get(url.scheme, 0) if url.port is None else url.port
    except (httpx.InvalidURL, ValueError):
        raise VendorBadAnswer("The vendor's redirect leads nowhere.") from None
    if url.scheme != "https" and not (allow_private and url.scheme == "http"):
        raise VendorBadAnswer("The vendor's redirect does not lead to https.")
    if not host or url.userinfo or port not in range(1, 65_536):
        raise VendorBadAnswer("The vendor's redirect leads nowhere.")
    if not allow_private and not all(map(public, await _resolved(host, port, resolve))):
        raise VendorBadAnswer("The vendor's redirect does not lead to a public address.")
    return str(url)


async def _resolved(host: str, port: int, resolve: Resolve) -> Sequence[str]:
    try:
        found = await resolve(host, port)
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        found = []
    if not found:
        raise VendorUnavailable("The host of the vendor's files cannot be found.")
    return found
