"""Which addresses may stand in the configuration."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def address_problem(text: str, *, with_query: bool = False) -> str | None:
    """What is wrong with an address that logins are sent to, that clients are sent back to, or that keys come from."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in ("https", "http") or not host or not text.isprintable() or " " in text:
        return "must be an https address"
    if parts.username is not None or parts.password is not None or parts.fragment or (parts.query and not with_query):
        return "must hold no login, query or fragment"
    if parts.scheme == "http" and not is_loopback(host):
        return "must be https; http is for loopback addresses only"
    return None


def origin_problem(text: str) -> str | None:
    """What is wrong with the origin of pages elsewhere that may read answers: browsers send it exactly so, or never."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no origin"
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    if usual is None or not host or not text.isascii() or not text.isprintable() or "*" in text:
        return "must be origins like https://shop.example.com, each by itself"
    shown = f"[{host}]" if ":" in host else host
    if text != f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, usual) else ""):
        return "must be origins as browsers send them: in small letters, without a path, and without the usual port"
    return None


def is_loopback(host: str) -> bool:
    """Whether that host is this machine and reached by nobody else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
