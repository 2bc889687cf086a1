"""Who may see the figures, and what a WebSocket leaves behind: one line for itself, one for each of its operations."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import ConfigError, load_table
from gateway.edge.api_keys import digest_of, new_key
from gateway.telemetry.traces import TracesUnavailable, open_traces, require
from gateway.upstream.correlation import CORRELATION, Correlation, accepted, current
from gateway.vendors.registry import REGISTRY
from tests.edge.http_desk import TABLE
from tests.telemetry.desk import Desk, desk

COLLECTOR = "http://127.0.0.1:4318"


@pytest.mark.parametrize(("role", "status"), [("monitor", 200), ("router", 403), ("client", 403)])
async def test_figures_are_for_monitors(role: str, status: int) -> None:
    key = new_key("one")
    more = {} if role == "monitor" else {"scopes": ["orders:read"], "accounts": ["*"]}
    async with desk(auth={"keys": {"one": {"sha256": digest_of(key), "role": role, **more}}}) as here:
        answer = await here.client.get("/metrics", headers={"authorization": f"Bearer {key}"})
        assert answer.status_code == status
        assert ("order_gateway_build_info" in answer.text) == (status == 200)
        assert key not in answer.text
        without = await here.client.get("/metrics")
        assert (without.status_code, "www-authenticate" in without.headers) == (401, True)
        assert (await here.client.get("/health/ready")).status_code == 200


@pytest.mark.parametrize("query", ["{ accounts { name } }", "mutation { __typename }", "{ __typename }"])
async def test_a_monitor_reads_figures_and_runs_nothing(query: str) -> None:
    key = new_key("one")
    async with desk(auth={"keys": {"one": {"sha256": digest_of(key), "role": "monitor"}}}) as here:
        credentials = {"authorization": f"Bearer {key}"}
        answer = await here.client.post("/graphql", json={"query": query}, headers=credentials)
        assert answer.status_code == 403
        assert [one["extensions"]["code"] for one in answer.json()["errors"]] == ["FORBIDDEN"]
        assert "data" not in answer.json()


async def converse(here: Desk, sent: list[dict[str, Any]], until: str) -> list[dict[str, Any]]:
    """What the gateway says on a WebSocket to these messages, up to its message of that type."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"x-correlation-id", b"socket-7")],
        "subprotocols": ["graphql-transport-ws"],
        "app": here.app,
    }
    inbox.put_nowait({"type": "websocket.connect"})
    for message in sent:
        inbox.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})
    socket = asyncio.create_task(here.app(scope, inbox.get, outbox.put))  # type: ignore[arg-type]  # messages are dicts
    heard: list[dict[str, Any]] = []
    while not heard or (heard[-1].get("text") or "{}") == "{}" or json.loads(heard[-1]["text"])["type"] != until:
        heard.append(await asyncio.wait_for(outbox.get(), 10))
    inbox.put_nowait({"type": "websocket.disconnect", "code": 1000})
    await socket
    return heard


async def test_a_socket_has_one_line_and_each_operation_on_it_one_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ask = {"id": "1", "type": "subscribe", "payload": {"query": "query Kinds { __typename }"}}
    async with desk() as here:
        accepted_, *_ = await converse(here, [{"type": "connection_init"}, ask], "complete")
        [operation], _ = here.spans()
        known = await here.figures()
    assert (b"x-correlation-id", b"socket-7") in accepted_["headers"]
    assert operation.name == "query Kinds"
    lines = [record for record in caplog.records if record.name in ("gateway.operations", "gateway.access")]
    assert [(line.name, line.message.split(" ")[0]) for line in lines][:2] == [
        ("gateway.operations", "query"),
        ("gateway.access", "WEBSOCKET"),
    ]
    assert known["order_gateway_streams_open", frozenset()] == 0
    websockets = {"method": "WEBSOCKET", "route": "/graphql", "status": "1xx"}
    assert known["order_gateway_http_requests_total", frozenset(websockets.items())] == 1


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9._:-]{1,70}"))
@pytest.mark.slow
def test_an_id_is_taken_as_it_is_or_not_at_all(text: str) -> None:
    taken = accepted(text)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", taken)
    assert taken == text or len(taken) == 36
    known = Correlation(taken)
    assert known.guid == Correlation(taken).guid
    assert re.fullmatch(r"[A-Za-z0-9+/]{21}[AQgw]\.0", known.vector())
    assert known.vector().endswith(".1")


def test_what_runs_for_no_request_has_a_new_id_each_time() -> None:
    assert CORRELATION.get() is None
    assert current().id != current().id


def test_traces_that_cannot_be_sent_are_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    for endpoint, environ in ((COLLECTOR, {}), (None, {"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR})):
        with pytest.raises(TracesUnavailable, match=r"order-gateway\[otel\]"):
            open_traces(endpoint, environ)
    require(None, {})
    require(COLLECTOR, {"OTEL_SDK_DISABLED": "true"})
    require(COLLECTOR, {"OTEL_TRACES_EXPORTER": "none"})


@pytest.mark.parametrize("key", ["otlp_endpoint", "drain_seconds"])
def test_a_wrong_setting_is_told_by_its_key(key: str) -> None:
    wrong = {"otlp_endpoint": "ftp://collector", "drain_seconds": -1}
    with pytest.raises(ConfigError) as caught:
        load_table({**TABLE, key: wrong[key]}, {}, REGISTRY)
    assert [problem for problem in caught.value.problems if key in problem]
