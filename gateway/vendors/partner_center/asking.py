"""Whether an answer is about the thing that was asked for, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gateway.errors import GatewayError, VendorBadAnswer
from gateway.model.ref import Ref

T = TypeVar("T")


def asked(thing: T, ref: Ref, wanted: Ref) -> T:
    """The thing, whose ref is the one wanted but for its case; raises VendorBadAnswer for another one."""
    if [part.casefold() for part in ref.parts] != [part.casefold() for part in wanted.parts]:
        raise VendorBadAnswer("The vendor's answer is not about what was asked for.")
    return thing


def told(wanted: Ref, listed: Mapping[Ref, T], omitted: int) -> dict[Ref, T | GatewayError]:
    """What a list says of one thing. Only a list that could be read to the last row may call it missing."""
    if wanted in listed:
        return {wanted: listed[wanted]}
    return {wanted: VendorBadAnswer("The vendor's list leaves open whether it has this.")} if omitted else {}
