"""What each of the vendor's published error codes becomes, in each of the shapes that its error bodies have."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.errors import (
    GatewayError,
    Misconfigured,
    NotFound,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.model.writing import UserError, UserErrorCode
from gateway.vendors.partner_center.refusals import MEANINGS, explain, refuses, user_error

CALL = "0D2A7C11-8F3E-4F5B-9A60-3C1F2E4D5B6A"
# learn.microsoft.com/partner-center/developer/error-codes, as far as carts, orders, files and agreements go.
PUBLISHED: dict[type[GatewayError], dict[int, str]] = {
    VendorDenied: {401: "400 800001", 403: "900308 900150 900309 20002"},
    Misconfigured: {401: "900420 900421", 403: "900329"},
    NotFound: {404: "1000 20000 800008 800007 20003"},
    VendorRefused: {
        400: """900118 3000 800002 2000 800004 800009 800010 800017 900275 2002 800018 900116 800070 900203 900206
            900169 900242 800025 800065 800061 800063 900117 900213 800071 800016 900252 900253 900254 900312 900313
            900314 900315 900317 900318 600061""",
        403: """800066 800067 800088 800089 800020 2085 2091 13605 800023 900121 800069 800073 800074 800075 900123
            900124 800019 800077""",
        404: "400013 400018 400019 800015",
        409: "800064 800060 800014 900278",
    },
    VendorUnavailable: {500: "800003 800005 800087 900192"},
    VendorBadAnswer: {501: "0"},
}
CASES = [
    (expected, status, code)
    for expected, by_status in PUBLISHED.items()
    for status, codes in by_status.items()
    for code in codes.split()
]


def told(status: int, body: Any, **headers: str) -> GatewayError | None:
    return explain(status, httpx.Headers(headers), body)


def standard(code: object) -> dict[str, object]:
    return {"code": code, "description": "free text", "data": ["https://example.com"], "source": "PartnerFD"}


@pytest.mark.parametrize(("expected", "status", "code"), CASES)
def test_a_published_code_has_its_class_as_number_and_as_text(
    expected: type[GatewayError], status: int, code: str
) -> None:
    for given in (int(code), code):
        error = told(status, standard(given), **{"MS-CorrelationId": CALL})
        assert type(error) is expected
        assert error.vendor_code == code
        assert error.correlation_id == CALL.lower()
        assert "free text" not in str(error)


def test_the_table_holds_the_published_codes_and_no_others() -> None:
    assert set(MEANINGS) == {(status, code) for _, status, code in CASES}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            standard(800008) | {"description": "Unable to\r\n retrieve\u202e cart\tID\u0007"},
            "Unable to retrieve cart ID",
        ),
        ({"code": 600061, "message": "in other words", "description": ""}, "in other words"),
        ({"code": 2000, "description": "x" * 2_000}, "x" * 999 + "…"),
        ({"code": 2000, "description": {"nested": 1}}, None),
        ({"code": 2000}, None),
        ("plain text", None),
    ],
)
def test_the_vendor_s_own_words_stand_apart_on_one_line_and_capped(body: Any, words: str | None) -> None:
    error = told(400, body)
    assert error is not None
    assert error.told == words
    assert words is None or words not in str(error)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, 13605, UserErrorCode.AGREEMENT_REQUIRED),
        (400, 900203, UserErrorCode.ATTESTATION_REQUIRED),
        (400, 900206, UserErrorCode.ATTESTATION_REQUIRED),
        (403, 800023, UserErrorCode.CREDIT_LIMIT),
        (403, 900121, UserErrorCode.CREDIT_LIMIT),
        (400, 800025, UserErrorCode.CREDIT_LIMIT),
        (403, 20002, UserErrorCode.NOT_FOUND),
        (404, 800008, UserErrorCode.NOT_FOUND),
        (404, 77, UserErrorCode.NOT_FOUND),
        (404, 400019, UserErrorCode.NOT_FOUND),
        (400, 800009, UserErrorCode.LINE_ERRORS),
        (400, 900118, UserErrorCode.INVALID),
        (400, 900169, UserErrorCode.INVALID),
        (400, 2055, UserErrorCode.STALE),
        (400, 800042, UserErrorCode.NOT_ALLOWED_HERE),
        (400, 900252, UserErrorCode.REQUIRED),
        (403, 800069, UserErrorCode.VENDOR_REFUSED),
        (400, 77, UserErrorCode.VENDOR_REFUSED),
    ],
)
def test_a_refusal_tells_whoever_filled_in_the_input(status: int, code: int, expected: UserErrorCode) -> None:
    error = told(status, standard(code))
    assert error is not None
    assert refuses(error)
    assert user_error(error) == UserError(expected, "free text", None, str(code))
    assert user_error(error, {str(code): ("cartId",)}).field == ("cartId",)
    assert user_error(error, {"1": ("cartId",)}).field is None


def test_a_refusal_without_words_is_told_in_ours() -> None:
    error = told(400, {"code": 900169})
    assert error is not None
    assert user_error(error).message == "This currency is not allowed here."


@pytest.mark.parametrize(("status", "code"), [(401, 900421), (403, 900308), (500, 800003), (429, 1), (200, 400072)])
def test_trouble_with_the_login_or_the_way_is_no_refusal_of_the_input(status: int, code: int) -> None:
    error = told(status, standard(code))
    assert error is not None
    assert not refuses(error)


@pytest.mark.parametrize(
    "body",
    [
        standard(400072),
        standard("400072"),
        {"code": 400072},
        {"Code": 400072, "Description": "x"},
        standard(400072) | {"attributes": {"objectType": "Error"}},
    ],
)
def test_an_error_within_success_is_found(body: Any) -> None:
    error = told(200, body)
    assert type(error) is VendorBadAnswer
    assert error.vendor_code == "400072"


def test_the_gateway_in_front_throttles_in_its_own_words() -> None:
    error = told(429, {"statusCode": 429, "message": "Try again in 57 seconds."}, **{"Retry-After": "57"})
    assert type(error) is Throttled
    assert (error.retry_after, error.vendor_code) == (57, None)


def test_agreements_have_a_body_of_their_own() -> None:
    body = {"code": 600061, "message": "m", "description": "d", "errorName": "DuplicateAgreement", "isRetryable": False}
    error = told(400, body)
    assert type(error) is VendorRefused
    assert error.vendor_code == "600061"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, VendorRefused),
        (401, VendorDenied),
        (403, VendorDenied),
        (404, NotFound),
        (405, VendorRefused),
        (406, VendorRefused),
        (408, VendorUnavailable),
        (409, VendorRefused),
        (412, VendorRefused),
        (417, VendorRefused),
        (500, VendorUnavailable),
        (502, VendorUnavailable),
        (503, VendorUnavailable),
        (504, VendorUnavailable),
    ],
)
@pytest.mark.parametrize("body", [None, [], "text", {"code": {"x": 1}}, {"code": "Bearer eyJ"}, standard(77)])
def test_other_codes_and_bodies_go_by_their_status(status: int, expected: type[GatewayError], body: Any) -> None:
    error = told(status, body, **{"MS-CorrelationId": "<script>"})
    assert type(error) is expected
    assert error.vendor_code in (None, "77")
    assert error.correlation_id is None


def test_one_number_means_different_things_under_different_statuses() -> None:
    assert type(told(401, standard(400))) is VendorDenied
    assert type(told(404, standard(400))) is NotFound


@pytest.mark.parametrize("body", [None, {"totalCount": 0, "items": []}, {"id": "7c41e9b05d2a"}, {"isSigned": True}])
def test_a_good_answer_is_no_error(body: Any) -> None:
    assert told(200, body) is None
