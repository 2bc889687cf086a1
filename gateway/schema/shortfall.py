"""Lists of a vendor of which some things could not be read: the rest is shown, and the answer says what is missing."""

from __future__ import annotations

from typing import TypeVar

from gateway.errors import VendorBadAnswer
from gateway.schema.context import Info
from gateway.vendors.partial import Partial

T = TypeVar("T")


def told(info: Info, found: tuple[T, ...] | None, account: str) -> tuple[T, ...] | None:
    """The list of that account's, or None; what is left out of it is noted as a shortfall of the field."""
    if isinstance(found, Partial) and found.omitted:
        error = VendorBadAnswer("Some of this cannot be read, and is left out.")
        known = info.context.accounts[account].account
        error.happened_at(known.vendor.value, known.name)
        info.context.missing(info.path.as_list(), error)
    return found
