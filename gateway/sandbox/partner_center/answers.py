"""Answers in the vendor's forms: JSON, collections and the three bodies an error may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from starlette.responses import JSONResponse, Response

# Shortened from the error-codes page; the same number may mean different things under different statuses.
MEANINGS: dict[tuple[int, int], str] = {
    (400, 2000): "The value is malformed",
    (400, 2006): "Updates to this resource are not allowed",
    (400, 2055): "The ETag is stale",
    (400, 3000): "A property is missing or invalid",
    (400, 600061): "The customer agreement was confirmed with the same contact before",
    (400, 800002): "The request input is invalid",
    (400, 800004): "The offer id is invalid",
    (400, 800009): "There is an error in the cart items",
    (400, 800018): "The limit of the integration sandbox is exceeded",
    (400, 800042): "Not supported",
    (400, 800061): "The order cannot be cancelled",
    (400, 800063): "The order cannot be cancelled; use its subscriptions instead",
    (400, 800065): "The cart was already submitted",
    (400, 800071): "Line item numbers must run from 0 to the count minus one",
    (400, 900116): "The limit of the integration sandbox is exceeded",
    (400, 900117): "The cancellation window of {0} days is over",
    (400, 900118): "The customer id is invalid",
    (400, 900169): "The currency is not allowed",
    (400, 900203): "The item needs an attestation",
    (400, 900206): "The partner's attestation is missing",
    (400, 900213): "The cancellation window of {0} hours is over",
    (400, 900242): "The custom term end date fits no subscription and no month end",
    (400, 900252): "There is no purchase order file",
    (400, 900253): "A tender needs a link or a file",
    (400, 900254): "The metadata is invalid",
    (400, 900275): "The quantity is outside the limits",
    (401, 400): "Access denied",
    (401, 800001): "The partner token is missing",
    (401, 900420): "The token's audience is not valid for this API",
    (401, 900421): "The token lacks the multifactor authentication claim",
    (403, 13605): "The customer has not accepted the customer agreement",
    (403, 20002): "There is no relation to this customer",
    (403, 800019): "Only possible for customers of the integration sandbox",
    (403, 800077): "Seats of this product cannot be cancelled by the order",
    (403, 900121): "Unable to process order due to insufficient credit limit",
    (403, 900329): "This resource does not take app-only tokens",
    (404, 1000): "The resource was not found",
    (404, 20000): "The order id was not found",
    (404, 20003): "The subscription was not found",
    (404, 400019): "The availability was not found",
    (404, 800007): "There is no provisioning information",
    (404, 800008): "Unable to retrieve cart ID",
    (404, 800015): "The partner id is unknown",
    (409, 409): "The MS-RequestId was used for another request",
    (409, 800014): "An adjustment of the order is pending",
    (409, 800060): "The order is in progress; look at the order history in some minutes",
    (409, 800064): "The cart is being processed by another request",
    (409, 900278): "An operation on the subscription is pending",
}


class Refusal(Exception):
    """A request the vendor refuses. `agreements` picks the body shape of the agreement endpoints."""

    def __init__(
        self, status: int, code: int, detail: str = "", *, agreements: bool = False, fill: object = ""
    ) -> None:
        self.status = status
        self.code = code
        self.agreements = agreements
        meaning = MEANINGS[status, code].format(fill)
        self.description = f"{meaning}: {detail}" if detail else f"{meaning}."


class Missing(Exception):
    """A request the sandbox does not know: it must fail loudly, never with a plausible answer."""


class VendorJSON(JSONResponse):
    media_type = "application/json; charset=utf-8"


def ok(document: Any, status: int = 200) -> Response:
    return VendorJSON(document, status)


def collection(items: list[Any], status: int = 200, total: int | None = None, **more: Any) -> Response:
    body = {"totalCount": len(items) if total is None else total, "items": items}
    return VendorJSON(body | more | {"attributes": {"objectType": "Collection"}}, status)


def raw(text: str, status: int = 200) -> Response:
    """An answer from JSON text made before."""
    return Response(text, status, media_type=VendorJSON.media_type)


def raw_collection(texts: list[str], total: int | None = None) -> Response:
    count = len(texts) if total is None else total
    return raw(f'{{"totalCount":{count},"items":[{",".join(texts)}],"attributes":{{"objectType":"Collection"}}}}')


def standard_error(status: int, code: int, description: str, *, noise_key: str = "") -> Response:
    """Shape A. With a `noise_key` some bodies carry the code as a string or leave out `data`."""
    body: dict[str, Any] = {"code": code, "description": description, "data": [], "source": "PartnerFD"}
    draw = crc32(noise_key.encode()) % 4 if noise_key else 0
    if draw == 1:
        body["code"] = str(code)
    elif draw == 2:
        del body["data"]
    elif draw == 3:
        body["source"] = "PartnerApiServiceControllers"
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return VendorJSON(body, status, headers)


def throttled(wait: int, status: int = 429) -> Response:
    """Shape B, from the gateway in front of the API."""
    text = f"Rate limit is exceeded. Try again in {wait} seconds."
    return VendorJSON({"statusCode": status, "message": text}, status, {"Retry-After": str(wait)})


def agreement_error(status: int, code: int, description: str) -> Response:
    """Shape C, of the agreement endpoints."""
    body = {
        "code": code,
        "message": description,
        "description": description,
        "errorName": "DuplicateAgreement" if code == 600061 else "InvalidAgreement",
        "isRetryable": False,
        "parameters": {},
        "errorMessageExtended": f"InternalErrorCode={code}",
    }
    return VendorJSON(body, status)


def refused(refusal: Refusal, noise_key: str) -> Response:
    if refusal.agreements:
        return agreement_error(refusal.status, refusal.code, refusal.description)
    return standard_error(refusal.status, refusal.code, refusal.description, noise_key=noise_key)


def missing(reason: str) -> Response:
    return VendorJSON({"error": f"not in the Partner Center sandbox: {reason}"}, 501)


def link(uri: str, method: str = "GET", headers: list[Mapping[str, str]] | None = None) -> dict[str, Any]:
    return {"uri": uri, "method": method, "headers": headers or []}
