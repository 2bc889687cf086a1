"""Sellercloud's refusals as user errors: its own words, at the input field that it means where it names one.

Its server names fields as in `model.Products[0].UnitPrice`; it has no codes but the status.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Final

from gateway.errors import GatewayError, NotFound, VendorRefused, VendorUnavailable
from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors.sellercloud import commands
from gateway.vendors.sellercloud.login import GENERAL_FAILURE
from gateway.vendors.sellercloud.rules import Path
from gateway.vendors.sellercloud.rules_change import camel

SEGMENT: Final = re.compile(r"(\w+)(?:\[(\d+)\])?")
COMMANDS: Final = (
    commands.PurchaseOrderDraft,
    commands.UnitLineDraft,
    commands.CaseLineDraft,
    commands.AddressDraft,
    commands.OrderChange,
    commands.LinePatch,
    commands.TrackingChange,
    commands.ShipmentDraft,
    commands.InvoiceChange,
    commands.TotalsChange,
)
NAMES: Final = {
    one.name.replace("_", ""): camel(one.name) for command in COMMANDS for one in dataclasses.fields(command)
}
"""The vendor's names are the graph's, in another letter case; what is not so is in a call's own table."""


def said_no(error: GatewayError) -> bool:
    """Whether an error is the vendor's own word on what was sent. Its general failure is one if it has a message, and
    says nothing of whether the thing was done."""
    return isinstance(error, VendorRefused | NotFound) or is_broken_rule(error)


def is_broken_rule(error: GatewayError) -> bool:
    failed = isinstance(error, VendorUnavailable) and error.vendor_code == GENERAL_FAILURE
    return failed and error.told is not None


def user_errors(error: GatewayError, at: Path, own: Mapping[str, Path] | None = None) -> list[UserError]:
    """One for each field that the error names, at least one. `own` tells the places of fields that have other names in
    the graph, by the vendor's name in lower case, below `at`."""
    code = UserErrorCode.NOT_FOUND if isinstance(error, NotFound) else UserErrorCode.VENDOR_REFUSED
    text = error.told or error.message
    paths = dict.fromkeys(place(name, at, own or {}) for name in error.properties)
    return [UserError(code, text, path, error.vendor_code) for path in paths or (at,)]


def place(name: str, at: Path, own: Mapping[str, Path]) -> Path:
    """As much of the path as can be told."""
    path = at
    for segment in name.split("."):
        found = SEGMENT.fullmatch(segment)
        word = "" if found is None else found[1].lower()
        if word == "model" and path == at:
            continue
        known = own[word] if word in own else (NAMES[word],) if word in NAMES else None
        if known is None or found is None:
            break
        path = (*path, *known) if found[2] is None else (*path, *known, found[2])
    return path
