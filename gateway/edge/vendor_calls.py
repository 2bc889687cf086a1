"""`extensions.vendorCalls`: the calls to vendors that an operation took, for those who may see them and ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.model.principal import Principal
from gateway.upstream.tally import Tally

HEADER: Final = "Order-Gateway-Vendor-Calls"
EXTENSION: Final = "vendorCalls"


def asked_by(headers: Mapping[str, str], extensions: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The operation's extensions, with what its headers ask for."""
    return {**(extensions or {}), EXTENSION: True} if headers.get(HEADER) == "1" else extensions


def shown(tally: Tally, principal: Principal, extensions: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the answer's extensions say of its calls: nothing to those who did not ask or may not see them."""
    if extensions is None or extensions.get(EXTENSION) is not True or not principal.sees_vendor_calls:
        return {}
    calls = [
        {
            "vendor": call.vendor,
            "account": call.account,
            "route": call.route,
            "method": call.method,
            "status": call.status,
            "attempt": call.attempt,
            "milliseconds": round(call.milliseconds, 1),
            "waitedMilliseconds": round(call.waited, 1),
        }
        for call in tally.records
    ]
    return {EXTENSION: calls, **({"vendorCallsOmitted": tally.omitted} if tally.omitted else {})}
