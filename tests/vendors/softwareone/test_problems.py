"""What error bodies mean."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.errors import (
    GatewayError,
    NotFound,
    Throttled,
    VendorBadAnswer,
    VendorDenied,
    VendorRefused,
    VendorUnavailable,
)
from gateway.vendors.softwareone.problems import explain

TRACE = "00-5f00000000000000000000000000000a-8a0000000000000b-00"


def problem(status: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "https://docs.vendor.test/errors/commerce#MPTCOM03-0001",
        "title": "Order update failed",
        "status": status,
        "detail": "Confidential text",
        "traceId": TRACE,
        "errors": [{"message": "Quantity is required", "properties": ["lines[0].quantity"]}],
        **more,
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, VendorRefused),
        (401, VendorDenied),
        (403, VendorDenied),
        (404, NotFound),
        (409, VendorRefused),
        (429, Throttled),
        (500, VendorUnavailable),
        (504, VendorUnavailable),
    ],
)
def test_a_problem_says_its_class_its_code_and_its_trace(status: int, kind: type[GatewayError]) -> None:
    error = explain(status, httpx.Headers(), problem(status))
    assert type(error) is kind
    assert (error.vendor_code, error.correlation_id) == ("MPTCOM03-0001", TRACE)
    assert "Confidential" not in str(error)


def test_a_problem_without_a_code_and_with_a_map_of_errors_is_read_too() -> None:
    body = problem(400, type="https://tools.ietf.org/html/rfc9110", errors={"colour": ["Invalid property path."]})
    error = explain(400, httpx.Headers(), body)
    assert isinstance(error, VendorRefused)
    assert error.vendor_code is None


def test_the_short_body_of_the_gateway_in_front_is_read() -> None:
    body = {"statusCode": 401, "message": "Authentication Failed"}
    error = explain(401, httpx.Headers(), body)
    assert type(error) is VendorDenied
    assert type(explain(200, httpx.Headers(), body)) is VendorDenied


def test_a_problem_behind_a_200_is_an_error() -> None:
    assert type(explain(200, httpx.Headers(), problem(500))) is VendorUnavailable
    throttled = explain(200, httpx.Headers({"Retry-After": "7"}), problem(429))
    assert isinstance(throttled, Throttled)
    assert throttled.retry_after == 7


@pytest.mark.parametrize(
    "body",
    [{"id": "ORD-1", "status": "Draft"}, {"data": []}, [], "# Markdown", None, {"status": 200}, {"status": True}],
)
def test_an_ordinary_answer_is_no_error(body: object) -> None:
    assert explain(200, httpx.Headers(), body) is None


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_an_error_without_an_object_is_told_by_its_status_alone(body: object) -> None:
    assert explain(500, httpx.Headers(), body) is None


def test_hostile_codes_and_traces_are_dropped() -> None:
    body = problem(400, type="x#<script>" + "a" * 100, traceId="a\nb" * 100)
    error = explain(400, httpx.Headers(), body)
    assert isinstance(error, VendorRefused)
    assert (error.vendor_code, error.correlation_id) == (None, None)
    assert type(explain(400, httpx.Headers(), problem(500, type=3, traceId=[]))) is VendorRefused
    assert VendorBadAnswer not in type(error).__mro__


def test_a_refusal_keeps_the_vendors_words_and_fields_apart_from_the_message() -> None:
    errors = [
        {"message": "Quantity is\nrequired", "properties": ["lines[0].quantity", "lines[1].quantity", "$", 3]},
        {"message": "{{name}} is wrong", "parameters": {"name": "Region"}, "properties": "lines"},
        {"message": "Quantity is\nrequired"},
        "junk",
    ]
    error = explain(400, httpx.Headers(), problem(400, errors=errors))
    assert isinstance(error, VendorRefused)
    assert error.told == "Quantity is required; Region is wrong"
    assert error.properties == ("lines[0].quantity", "lines[1].quantity")
    assert "Quantity" not in str(error)
    assert "Quantity" not in str(error.extensions)


def test_a_map_of_errors_names_its_fields_in_the_text_too() -> None:
    errors = {
        "lines[0].quantity": ["Invalid value.", "Too long."],
        "$": ["Invalid JSON."],
        "notes": "Too long.",
        "x": 3,
    }
    error = explain(400, httpx.Headers(), problem(400, errors=errors))
    assert error is not None
    assert error.told == "lines[0].quantity: Invalid value.; Too long.; Invalid JSON.; notes: Too long."
    assert error.properties == ("lines[0].quantity", "notes", "x")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (problem(409, errors=None), "Confidential text"),
        (problem(400, errors=[], detail=None, details="Other text"), "Other text"),
        (problem(400, errors={}, detail=""), "Order update failed"),
        ({"statusCode": 400, "message": "Bad"}, "Bad"),
        ({"status": 400}, None),
    ],
)
def test_without_single_errors_the_document_speaks(body: dict[str, Any], told: str | None) -> None:
    error = explain(400, httpx.Headers(), body)
    assert error is not None
    assert (error.told, error.properties) == (told, ())


def test_a_refusals_words_are_capped_and_without_control_characters() -> None:
    errors = [{"message": f"\x00\u202e{place}" * 500, "properties": [f"p{place}", "x" * 500]} for place in range(100)]
    error = explain(400, httpx.Headers(), problem(400, errors=errors))
    assert error is not None
    assert error.told is not None
    assert len(error.told) <= 1_000
    assert error.told.isprintable()
    assert len(error.properties) == 20


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_what_is_no_refusal_keeps_no_words(status: int) -> None:
    error = explain(status, httpx.Headers(), problem(status))
    assert error is not None
    assert (error.told, error.properties) == (None, ())
