"""What Partner Center's error bodies mean, by HTTP status and code together: one number means different things under
different statuses (learn.microsoft.com/partner-center/developer/error-codes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import httpx

from gateway.errors import (
    GatewayError,
    Misconfigured,
    NotFound,
    VendorBadAnswer,
    VendorDenied,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)
from gateway.model.ref import GUID
from gateway.model.writing import UserError, UserErrorCode
from gateway.upstream.answer import general
from gateway.vendors.reading import Row, one_line

Meaning = tuple[type[VendorError], str]
CODE: Final = re.compile(r"-?\d{1,10}")

ORDER_UNKNOWN: Final[Meaning] = (NotFound, "The vendor has no such thing.")
CATALOG_STALE: Final[Meaning] = (VendorRefused, "The catalogue item is gone; look it up anew.")
BAD_INPUT: Final[Meaning] = (VendorRefused, "The vendor judged a value of the request wrong.")
LIMIT_OF_SANDBOX: Final[Meaning] = (VendorRefused, "This is a sandbox account of the vendor, and its limit is reached.")
TOO_MUCH: Final[Meaning] = (VendorRefused, "The customer has as many subscriptions or seats of this as allowed.")
NOT_SOLD: Final[Meaning] = (VendorRefused, "This item is not, or no longer, sold to this customer.")
NO_CREDIT: Final[Meaning] = (VendorRefused, "The partner's credit limit does not allow it.")
CUSTOMER_IN_REVIEW: Final[Meaning] = (VendorRefused, "The customer's account is under review, or was not approved.")
PARTNER_UNSIGNED: Final[Meaning] = (VendorRefused, "The partner has not signed the vendor's partner agreement.")
NOT_CANCELLABLE: Final[Meaning] = (VendorRefused, "The order cannot be cancelled this way, or not any more.")
PARTNER_UNKNOWN: Final[Meaning] = (VendorRefused, "The reseller named is unknown, or no indirect reseller.")
CONTEXT_WRONG: Final[Meaning] = (VendorRefused, "The provisioning context does not fit the item.")
UNDER_WAY: Final[Meaning] = (VendorRefused, "The vendor is still busy with this; try again in some minutes.")
LOGIN_DENIED: Final[Meaning] = (VendorDenied, "The vendor refuses this login.")
RIGHTS_MISSING: Final[Meaning] = (
    VendorDenied,
    "This login lacks a role or privilege for it; grant the Admin agent role.",
)
FAILING: Final[Meaning] = (VendorUnavailable, "The vendor cannot answer now.")

MEANINGS: Final[Mapping[tuple[int, str], Meaning]] = {
    (401, "400"): LOGIN_DENIED,
    (401, "800001"): LOGIN_DENIED,
    (401, "900420"): (Misconfigured, "The token is for another resource; mend the account's resource or cloud."),
    (401, "900421"): (Misconfigured, "The user's sign-in had no second factor; make a new refresh token with one."),
    (403, "900329"): (Misconfigured, "This takes a user's login; give the account a refresh token."),
    (403, "900308"): RIGHTS_MISSING,
    (403, "900150"): RIGHTS_MISSING,
    (403, "900309"): (VendorDenied, "Conditional access keeps this login out."),
    (403, "20002"): (VendorDenied, "The partner has no relation to this customer."),
    (400, "900118"): (VendorRefused, "This is no customer id of the vendor."),
    (404, "1000"): ORDER_UNKNOWN,
    (404, "20000"): ORDER_UNKNOWN,
    (404, "20003"): ORDER_UNKNOWN,
    (404, "800007"): ORDER_UNKNOWN,
    (404, "800008"): ORDER_UNKNOWN,
    (404, "400013"): CATALOG_STALE,
    (404, "400018"): CATALOG_STALE,
    (404, "400019"): CATALOG_STALE,
    (400, "3000"): BAD_INPUT,
    (400, "800002"): BAD_INPUT,
    (400, "2000"): BAD_INPUT,
    (400, "800004"): BAD_INPUT,
    (400, "800009"): (VendorRefused, "The cart has lines with errors."),
    (400, "800010"): (VendorRefused, "There is no inventory of this item."),
    (400, "800017"): (VendorRefused, "This quantity is not available."),
    (400, "900275"): (VendorRefused, "The quantity is outside the item's limits."),
    (400, "2002"): (VendorRefused, "The quantity is outside the item's limits."),
    (403, "800066"): TOO_MUCH,
    (403, "800067"): TOO_MUCH,
    (403, "800088"): TOO_MUCH,
    (403, "800089"): TOO_MUCH,
    (400, "800018"): LIMIT_OF_SANDBOX,
    (400, "900116"): LIMIT_OF_SANDBOX,
    (403, "800020"): NOT_SOLD,
    (403, "2085"): NOT_SOLD,
    (403, "2091"): NOT_SOLD,
    (400, "800070"): NOT_SOLD,
    (403, "13605"): (VendorRefused, "The customer has not accepted the Microsoft Customer Agreement."),
    (400, "900203"): (VendorRefused, "The item wants an attestation to be accepted."),
    (400, "900206"): (VendorRefused, "The partner on record wants its attestation to be accepted."),
    (400, "900169"): (VendorRefused, "This currency is not allowed here."),
    (400, "900242"): (VendorRefused, "The custom end date fits no subscription's end and no month's end."),
    (403, "800023"): NO_CREDIT,
    (403, "900121"): NO_CREDIT,
    (400, "800025"): NO_CREDIT,
    (403, "800069"): (VendorRefused, "The vendor's risk check failed."),
    (403, "800073"): CUSTOMER_IN_REVIEW,
    (403, "800074"): CUSTOMER_IN_REVIEW,
    (403, "800075"): CUSTOMER_IN_REVIEW,
    (403, "900123"): PARTNER_UNSIGNED,
    (403, "900124"): PARTNER_UNSIGNED,
    (400, "800065"): (VendorRefused, "The cart was already submitted."),
    (409, "800064"): UNDER_WAY,
    (409, "800060"): UNDER_WAY,
    (409, "800014"): UNDER_WAY,
    (409, "900278"): UNDER_WAY,
    (400, "800061"): NOT_CANCELLABLE,
    (400, "800063"): NOT_CANCELLABLE,
    (400, "900117"): NOT_CANCELLABLE,
    (400, "900213"): NOT_CANCELLABLE,
    (403, "800019"): NOT_CANCELLABLE,
    (403, "800077"): NOT_CANCELLABLE,
    (400, "800071"): (VendorRefused, "The line numbers do not count up from 0."),
    (404, "800015"): PARTNER_UNKNOWN,
    (400, "800016"): PARTNER_UNKNOWN,
    (400, "900252"): (VendorRefused, "There is no purchase order file among the files."),
    (400, "900253"): (VendorRefused, "A tender needs its file or a link to it."),
    (400, "900254"): (VendorRefused, "The purchase order's price or currency is missing."),
    (400, "900312"): CONTEXT_WRONG,
    (400, "900313"): CONTEXT_WRONG,
    (400, "900314"): CONTEXT_WRONG,
    (400, "900315"): CONTEXT_WRONG,
    (400, "900317"): CONTEXT_WRONG,
    (400, "900318"): CONTEXT_WRONG,
    (400, "600061"): (VendorRefused, "The customer's contact has confirmed this agreement already."),
    (500, "800003"): FAILING,
    (500, "800005"): FAILING,
    (500, "800087"): FAILING,
    (500, "900192"): FAILING,
    (501, "0"): (VendorBadAnswer, "The vendor's API does not do that."),
}
NO_RELATION: Final = "20002"
NOT_AVAILABLE: Final = "400072"  # "the item is not available", with HTTP 200
# What a refused write says to whoever filled in its input, where that is more than "the vendor refused it".
USER_CODES: Final[Mapping[str, UserErrorCode]] = {
    "13605": UserErrorCode.AGREEMENT_REQUIRED,
    "900203": UserErrorCode.ATTESTATION_REQUIRED,
    "900206": UserErrorCode.ATTESTATION_REQUIRED,
    "800023": UserErrorCode.CREDIT_LIMIT,
    "800025": UserErrorCode.CREDIT_LIMIT,
    "900121": UserErrorCode.CREDIT_LIMIT,
    "800009": UserErrorCode.LINE_ERRORS,
    "2055": UserErrorCode.STALE,
    "900117": UserErrorCode.EXPIRED,
    "900213": UserErrorCode.EXPIRED,
    NO_RELATION: UserErrorCode.NOT_FOUND,
    "800015": UserErrorCode.NOT_FOUND,
    NOT_AVAILABLE: UserErrorCode.NOT_FOUND,
    "400013": UserErrorCode.NOT_FOUND,
    "400018": UserErrorCode.NOT_FOUND,
    "400019": UserErrorCode.NOT_FOUND,
    "900252": UserErrorCode.REQUIRED,
    "900253": UserErrorCode.REQUIRED,
    "900254": UserErrorCode.REQUIRED,
    "800042": UserErrorCode.NOT_ALLOWED_HERE,
    **dict.fromkeys(
        (
            *("2000", "2002", "3000", "800002", "800004", "800016", "800071", "900118", "900169", "900242", "900275"),
            *("900312", "900313", "900314", "900315", "900317", "900318"),
        ),
        UserErrorCode.INVALID,
    ),
}
WITHIN_SUCCESS: Final[Meaning] = (VendorBadAnswer, "The vendor answered with an error where it said all was well.")


def explain(status: int, headers: httpx.Headers, body: Any) -> GatewayError | None:
    """The error that an answer is, with the vendor's code and correlation id, or None for a good one.

    Errors have one of three shapes; `code` is documented as text and sent as a number. Some come with HTTP 200.
    """
    row = Row(body, "error")
    code = row.text("code") or ""
    code = code if CODE.fullmatch(code) else ""
    # No good answer has a `code` of its own.
    meaning = WITHIN_SUCCESS if code and 200 <= status < 300 else MEANINGS.get((status, code))
    error = meaning[0](meaning[1]) if meaning else general(status, headers, readable=True)
    if error is not None:
        error.vendor_code = code or None
        error.correlation_id = guid(headers.get("ms-correlationid"))
        error.told = one_line(row.filled("description")) or one_line(row.filled("message"))
    return error


def refuses(error: GatewayError) -> bool:
    """Whether an error is the vendor's no to this very input, rather than trouble with the login or the way there."""
    return isinstance(error, VendorRefused | NotFound) or error.vendor_code == NO_RELATION


def user_error(error: GatewayError, fields: Mapping[str, tuple[str, ...]] | None = None) -> UserError:
    """What a refusal says to whoever filled in the input; `fields` are the input's paths by the vendor's code."""
    code = error.vendor_code or ""
    default = UserErrorCode.NOT_FOUND if isinstance(error, NotFound) else UserErrorCode.VENDOR_REFUSED
    return UserError(
        USER_CODES.get(code, default), error.told or error.message, (fields or {}).get(code), error.vendor_code
    )


def guid(text: str | None) -> str | None:
    """A GUID in lower case; None for anything else, which has no place in an error."""
    return text.lower() if text and GUID.fullmatch(text) else None
