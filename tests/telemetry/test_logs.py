"""Log lines: JSON with the request's id, and nothing that must not be written down."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gateway.errors import StoreUnavailable
from gateway.sandbox.control import Fault
from gateway.telemetry.logs import JsonLines, Known, TextLines
from gateway.upstream.correlation import CORRELATION, Correlation
from tests.telemetry.desk import desk

ORDERS = 'query Newest { orders(first: 3, filter: {search: "literal-hunter2"}) { nodes { number } } }'


@contextmanager
def written(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """All that is logged inside, as that formatter writes it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(formatter)
    handler.addFilter(Known())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def lines(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


async def test_a_request_s_lines_carry_its_id_and_its_own_line_says_how_it_went() -> None:
    with written(JsonLines()) as text:
        async with desk() as here:
            here.sandbox.desks["sellercloud"].add(Fault("error", status=503, times=None))
            answer = await here.client.post("/graphql", json={"query": ORDERS}, headers={"X-Correlation-Id": "walk-7"})
    known = [line for line in lines(text) if line.get("correlation") == "walk-7"]
    assert answer.headers["x-correlation-id"] == "walk-7"
    [access] = [line for line in known if line["logger"] == "gateway.access"]
    assert (access["method"], access["route"], access["status"], access["operation"]) == (
        "POST",
        "/graphql",
        200,
        "query",
    )
    assert access["codes"] == ["VENDOR_UNAVAILABLE"]
    assert access["cost"]["actual"] > 0
    assert access["principal"] == "anonymous"
    assert access["milliseconds"] > 0
    failed = [
        line for line in known if line["logger"] == "gateway.upstream" and "VENDOR_UNAVAILABLE" in line["message"]
    ]
    assert failed
    assert all(line["principal"] == "anonymous" and len(line["trace"]) == 32 for line in failed)


async def test_a_method_that_nobody_knows_is_not_written_down() -> None:
    with written(JsonLines()) as text:
        async with desk() as here:
            assert (await here.client.request("HUNTER2" * 1_000, "/graphql")).status_code == 405
    [access] = [line for line in lines(text) if line["logger"] == "gateway.access"]
    assert access["method"] == "OTHER"


@pytest.mark.slow
async def test_no_secret_no_variable_and_no_query_is_ever_written_down() -> None:
    with written(JsonLines()) as text:
        async with desk() as here:
            for kind, one in zip(("error", "html", "throttle"), here.sandbox.desks.values(), strict=True):
                one.add(Fault(kind, status=500, times=2, skip=1))
            for _ in range(3):
                await here.ask(ORDERS, {"authorization": "Bearer header-hunter2", "cookie": "a=cookie-hunter2"})
                await here.ask(
                    "query ($text: String) { orders(first: 1, filter: {search: $text}) { nodes { number } } }",
                    variables={"text": "variable-hunter2"},
                )
                await here.ask("{ broken-hunter2(")
                await here.client.get("/files/token-hunter2?query-hunter2")
                await here.client.post("/graphql?query=hunter2", content=b"{hunter2", headers={"x-api-key": "hunter2"})
            hidden = here.hidden()
    assert len(hidden) >= 6
    assert len(lines(text)) > 15
    for secret in (*hidden, "hunter2", "nodes"):
        assert secret not in text.getvalue()


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "a\nb", "é", "-a", None])
async def test_an_id_that_is_not_plain_is_replaced_by_one_of_ours(given: str | None) -> None:
    async with desk() as here:
        headers = [] if given is None else [(b"x-correlation-id", given.replace("\n", "\r").encode())]
        answer = await here.client.get("/health/live", headers=headers)
    assert len(answer.headers["x-correlation-id"]) == 36


def test_a_line_has_known_fields_alone_and_stays_on_one_line() -> None:
    with written(JsonLines()) as text:
        token = CORRELATION.set(Correlation("walk-7", principal="key:erp"))
        try:
            int("hunter2")
        except ValueError:
            logging.getLogger("test").exception("it\nbroke", extra={"websocket": object(), "status": 500})
        finally:
            CORRELATION.reset(token)
    [line] = lines(text)
    assert set(line) == {"timestamp", "level", "logger", "message", "correlation", "principal", "status", "exc_info"}
    assert "hunter2" not in text.getvalue().replace('int(\\"hunter2\\")', "")
    assert line["exc_info"].endswith("builtins.ValueError")
    assert "test_logs.py" in line["exc_info"]
    assert line["timestamp"].endswith("+00:00")
    assert (line["level"], line["message"], line["principal"]) == ("ERROR", "it\nbroke", "key:erp")


def test_an_exception_s_causes_are_told_by_type_and_ours_in_words() -> None:
    with written(JsonLines()) as text:
        try:
            try:
                raise StoreUnavailable("The store cannot be used.")
            except StoreUnavailable as first:
                raise LookupError("variable-hunter2") from first
        except LookupError:
            logging.getLogger("test").exception("it broke")
    [line] = lines(text)
    outer, inner = line["exc_info"].split("\nraised from\n")
    assert outer.endswith("builtins.LookupError")
    assert inner.endswith("gateway.errors.StoreUnavailable: The store cannot be used.")


def test_text_for_people_ends_with_the_id() -> None:
    with written(TextLines()) as text:
        logging.getLogger("test").info("without")
        token = CORRELATION.set(Correlation("walk-7"))
        logging.getLogger("test").info("with")
        CORRELATION.reset(token)
    without, with_ = text.getvalue().splitlines()
    assert without.endswith("INFO test without")
    assert with_.endswith("INFO test with [walk-7]")
