"""Spans: one for each operation, one for each call to a vendor, and nothing in them that clients or vendors wrote."""

from __future__ import annotations

from contextlib import aclosing

from opentelemetry.trace import StatusCode

from gateway.edge.operations import Operation
from gateway.model.principal import ANYBODY
from gateway.sandbox.control import Fault
from tests.telemetry.desk import desk

ORDERS = "query Newest($first: Int!) { orders(first: $first) { nodes { number } } }"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


async def test_an_operation_is_one_span_with_a_span_below_it_for_each_vendor_call() -> None:
    async with desk() as here:
        await here.ask(ORDERS, variables={"first": 3})
        [operation], calls = here.spans()
        assert len(calls) == here.journal() > 3
        accounts = set(here.document["accounts"])
    assert operation.name == "query Newest"
    assert operation.context is not None
    assert operation.parent is None
    for call in calls:
        assert call.parent is not None
        assert call.parent.span_id == operation.context.span_id
        assert call.start_time is not None
        assert call.end_time is not None
        assert call.start_time < call.end_time
        known = dict(call.attributes or {})
        assert known["order_gateway.account"] in accounts
        assert (known["http.response.status_code"], known["order_gateway.attempt"]) == (200, 1)
    routes = {str(dict(call.attributes or {})["url.template"]) for call in calls}
    assert routes >= {"login", "/v1/customers/{customer}/orders", "/PurchaseOrders", "/v1/commerce/orders"}


async def test_spans_hold_no_secret_no_variable_and_no_text_of_the_query() -> None:
    query = """query Find($text: String!) { orders(first: 1, filter: {search: $text}) { nodes { number } }
        more: orders(first: 1, filter: {search: "literal-hunter2"}) { nodes { number } } }"""
    async with desk() as here:
        here.sandbox.desks["softwareone"].add(Fault("error", status=500, times=1))
        answer = await here.ask(query, variables={"text": "variable-hunter2"})
        operations, calls = here.spans()
        written = "\n".join(span.to_json() for span in (*operations, *calls))
        hidden = here.hidden()
    assert answer["data"]
    assert len(hidden) >= 6
    for text in (*hidden, "variable-hunter2", "literal-hunter2", "nodes", "search"):
        assert text not in written
    [operation] = operations
    assert operation.attributes is not None
    assert operation.attributes["graphql.operation.name"] == "Find"
    assert len(str(operation.attributes["graphql.document.sha256"])) == 64


async def test_the_trace_of_the_sender_goes_on_and_its_free_text_does_not() -> None:
    headers = {"traceparent": TRACEPARENT, "tracestate": "vendor=hunter2", "baggage": "a=hunter2"}
    async with desk() as here:
        await here.ask("{ __typename }", headers)
        [operation], _ = here.spans()
    assert operation.context is not None
    assert operation.parent is not None
    assert f"{operation.context.trace_id:032x}" == TRACE
    assert f"{operation.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert "hunter2" not in operation.to_json()


async def test_a_traceparent_that_is_none_begins_a_trace_of_its_own() -> None:
    junk = ("00-0-0-01", "x" * 5_000, "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "é", "00-" + "g" * 32)
    async with desk() as here:
        for text in junk:
            await here.client.post(
                "/graphql", json={"query": "{ __typename }"}, headers=[(b"traceparent", text.encode())]
            )
        operations, _ = here.spans()
    assert len(operations) == len(junk)
    assert all(span.parent is None for span in operations)


async def test_an_operation_that_cannot_be_read_has_a_span_too() -> None:
    async with desk() as here:
        answer = await here.ask("{ hunter2(")
        [operation], calls = here.spans()
    assert answer["errors"]
    assert (operation.name, calls) == ("unknown", [])
    assert operation.status.status_code is StatusCode.ERROR
    assert operation.attributes is not None
    assert operation.attributes["order_gateway.error_codes"] == ("BAD_USER_INPUT",)
    assert "hunter2" not in operation.to_json()


async def test_a_name_too_long_for_a_span_is_left_out() -> None:
    async with desk() as here:
        await here.ask(f"query {'x' * 65} {{ __typename }}")
        [operation], _ = here.spans()
    assert operation.name == "query"


async def test_a_vendor_call_without_an_answer_is_a_failed_span() -> None:
    async with desk() as here:
        here.sandbox.desks["sellercloud"].add(Fault("error", status=503, times=None))
        await here.ask(ORDERS, variables={"first": 3})
        _, calls = here.spans()
    failed = [one for one in calls if one.status.status_code is StatusCode.ERROR]
    assert failed
    assert {one.attributes["order_gateway.account"] for one in failed if one.attributes} == {"acme"}


async def test_a_call_s_span_says_how_long_it_waited_for_its_turn_and_which_attempt_it_was() -> None:
    async with desk() as here:
        here.sandbox.desks["softwareone"].add(Fault("throttle", retry_after=0.5))
        await here.ask("{ orders(first: 3, filter: {vendors: [SOFTWAREONE]}) { nodes { number } } }")
        _, calls = here.spans()
    first, second = [dict(call.attributes or {}) for call in calls]
    assert (first["http.response.status_code"], first["order_gateway.attempt"]) == (429, 1)
    assert (second["http.response.status_code"], second["order_gateway.attempt"]) == (200, 2)
    assert "order_gateway.waited_milliseconds" not in first
    assert 400 <= int(str(second["order_gateway.waited_milliseconds"])) < 30_000


async def test_partner_center_hears_the_correlation_id_and_no_vendor_hears_of_the_trace() -> None:
    id_ = "0f8fad5b-d9cb-469f-a165-70867728950e"
    async with desk() as here:
        answer = await here.client.post(
            "/graphql",
            json={"query": ORDERS, "variables": {"first": 3}},
            headers={"x-correlation-id": id_, "traceparent": TRACEPARENT},
        )
        heard = here.vendors.heard
    assert answer.headers["x-correlation-id"] == id_
    named = [one for one in heard if "ms-correlationid" in one]
    assert len(named) > 1
    assert {one["ms-correlationid"] for one in named} == {id_}
    vectors = [one["ms-cv"] for one in named]
    assert len(set(vectors)) == len(vectors)
    assert len({vector.partition(".")[0] for vector in vectors}) == 1
    assert not any("traceparent" in one or "x-correlation-id" in one or "baggage" in one for one in heard)


async def test_polls_for_subscriptions_are_no_operation_s_and_told_as_background_calls() -> None:
    subscription = "subscription Watch($id: ID!) { orderChanged(ids: [$id]) { __typename } }"
    async with desk(watch_seconds=0.1) as here:
        found = await here.ask("query Find { orders(first: 1) { nodes { id } } }")
        [order] = found["data"]["orders"]["nodes"]
        before = here.journal()
        asked = Operation(subscription, {"id": order["id"]})
        async with aclosing(here.app.state.operations.stream(asked, ANYBODY)) as answers:
            first = await anext(answers)
            polls = here.journal() - before
        operations, calls = here.spans()
        known = await here.figures()
    assert first.body["data"]["orderChanged"]
    assert [span.name for span in operations] == ["query Find", "subscription Watch"]
    alone = [call for call in calls if call.parent is None]
    assert len(alone) == polls > 0
    background = [
        value
        for (name, labels), value in known.items()
        if name == "order_gateway_vendor_calls_total" and ("purpose", "background") in labels
    ]
    assert sum(background) == polls
    seconds = {labels for name, labels in known if name == "order_gateway_operation_seconds_count"}
    assert seconds == {frozenset({("type", "query")})}
