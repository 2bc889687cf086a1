"""The figures at /metrics: what they count, and that no client can add to their labels."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.model.account import AccountState
from gateway.sandbox.control import Fault
from gateway.telemetry.metrics import DIRECTORY_VARIABLE, Metrics, bury_dead
from gateway.upstream import breaker
from gateway.upstream.breaker import FEWEST_CALLS
from tests.telemetry.desk import Series, desk, series

ORDERS = "query Newest { orders(first: 3) { nodes { number } } }"
NAMES_OF_ROUTES = {"/", "/graphql", "/graphql/assets/{name}", "/files/{token}", "/health/{check}", "/metrics", "other"}


def total(known: Series, name: str, **labels: str) -> float:
    return sum(value for (one, own), value in known.items() if one == name and own >= set(labels.items()))


def values(known: Series, label: str) -> set[str]:
    return {value for _, labels in known for name, value in labels if name == label}


async def test_operations_calls_and_costs_are_counted_as_they_were() -> None:
    async with desk() as here:
        await here.ask(ORDERS)
        await here.ask(ORDERS)
        await here.ask("{ nothing }")
        known = await here.figures()
        made = here.journal()
    assert total(known, "order_gateway_operations_total", type="query", outcome="OK") == 2
    assert total(known, "order_gateway_operations_total", outcome="BAD_USER_INPUT") == 1
    assert total(known, "order_gateway_operation_seconds_count", type="query") == 2
    assert total(known, "order_gateway_vendor_calls_total") == made
    assert total(known, "order_gateway_vendor_calls_total", purpose="background") == 0
    logins = total(known, "order_gateway_vendor_calls_total", route="login")
    assert total(known, "order_gateway_operation_cost_sum", kind="actual") == made - logins
    assert total(known, "order_gateway_operation_cost_count", kind="requested") == 2
    assert total(known, "order_gateway_documents_total", plan="known") == 1
    assert total(known, "order_gateway_documents_total", plan="new") == 2
    assert total(known, "order_gateway_http_requests_total", route="/graphql", status="2xx") == 3
    assert total(known, "order_gateway_vendor_call_seconds_count", account="acme") > 0


async def test_an_account_s_state_is_told_as_its_calls_left_it() -> None:
    async with desk() as here:
        here.sandbox.desks["sellercloud"].add(Fault("error", status=503, times=None))
        before = await here.figures()
        await here.ask(ORDERS)
        after = await here.figures()
    assert total(before, "order_gateway_account_state", account="acme", state="unknown") == 1
    assert total(after, "order_gateway_account_state", account="acme", state="unavailable") == 1
    assert total(after, "order_gateway_account_state", account="contoso", state="healthy") == 1
    assert total(after, "order_gateway_account_state") == 3
    assert total(after, "order_gateway_vendor_calls_total", account="acme", status="5xx") > 0
    assert states(after, "order_gateway_account_state").keys() == {state.value for state in AccountState}


def hasty(accounts: dict[str, dict[str, Any]]) -> None:
    """Retries without a pause worth the name."""
    for table in accounts.values():
        table["retry_seconds"] = 0.001


async def test_a_circuit_that_opens_is_told_and_calls_made_again_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "FIRST_SECONDS", 600.0)
    circuit, market = "order_gateway_circuit_state", "{ orders(filter: {vendors: [SOFTWAREONE]}) { nodes { number } } }"
    async with desk(hasty) as here:
        await here.ask(market)
        before = await here.figures()
        here.sandbox.desks["softwareone"].add(Fault("error", status=503, times=None))
        for _ in range(FEWEST_CALLS):
            await here.ask(market)
        after = await here.figures()
        made = len(here.sandbox.desks["softwareone"].journal)
        again = total(after, "order_gateway_vendor_retries_total", account="marketplace")
        asked = total(after, "order_gateway_operations_total", type="query")
    labels = {"vendor": "softwareone", "account": "marketplace", "routes": "all"}
    assert states(before, circuit, **labels) == {"closed": 1, "open": 0, "half_open": 0}
    assert states(after, circuit, **labels) == {"closed": 0, "open": 1, "half_open": 0}
    assert total(before, "order_gateway_vendor_retries_total") == 0
    assert 0 < again < made < asked + again, "some operations found the circuit open"
    assert total(after, circuit, account="contoso") == 0, "it was never asked"


def states(known: Series, name: str, **labels: str) -> dict[str, float]:
    found = ((dict(own), value) for (one, own), value in known.items() if one == name)
    return {own["state"]: value for own, value in found if labels.items() <= own.items()}


async def test_calls_left_are_told_of_accounts_whose_limit_is_known() -> None:
    def few(accounts: dict[str, dict[str, Any]]) -> None:
        accounts["acme"]["calls_per_hour"] = 360  # 68 at once, and then one in 13 seconds

    async with desk(few) as here:
        before = await here.figures()
        await here.ask(ORDERS)
        after = await here.figures()
        made = len(here.sandbox.desks["sellercloud"].journal)
    assert total(before, "order_gateway_vendor_calls_left", account="acme") == 68
    assert 0 <= total(after, "order_gateway_vendor_calls_left", account="acme") - (68 - made) <= 1 < made
    assert total(after, "order_gateway_vendor_calls_left", account="contoso") > 0
    assert not [own for name, own in after if name.endswith("calls_left") and ("account", "marketplace") in own]


async def test_each_call_s_wait_for_its_turn_is_told() -> None:
    async with desk() as here:
        await here.ask(ORDERS)
        quiet = await here.figures()
        here.sandbox.desks["softwareone"].add(Fault("throttle", retry_after=0.5))
        await here.ask("{ orders(first: 4) { nodes { number } } }")
        known = await here.figures()
        made = here.journal()
    wait = "order_gateway_vendor_wait_seconds"
    assert total(quiet, f"{wait}_bucket", le="0.5") == total(quiet, f"{wait}_count") > 3
    assert total(known, f"{wait}_count") == made
    assert total(known, f"{wait}_sum", account="marketplace") >= 0.4, "the pause that the vendor asked for"


async def test_hostile_requests_add_no_value_to_any_label() -> None:
    async with desk() as here:
        for number in range(20):
            await here.ask(f"query Evil{number} {{ evil{number} }}", {"x-correlation-id": f"evil-{number}"})
            await here.ask(f'{{ order(id: "evil-{number}") {{ number }} }}')
            await here.ask("{ __typename }", operationName=f"Evil{number}")
            await here.client.get(f"/evil-{number}")
            await here.client.get(f"/files/evil-{number}/evil")
            await here.client.request(f"EVIL{number}", "/graphql")
            await here.client.get("/graphql", params={"query": "{ __typename }", "evil": str(number)})
        known = await here.figures()
    assert "evil" not in "".join(str(labels) for _, labels in known).lower()
    assert values(known, "route") <= NAMES_OF_ROUTES
    assert values(known, "method") <= {"GET", "POST", "OTHER"}
    assert values(known, "status") <= {"2xx", "3xx", "4xx"}
    assert values(known, "type") <= {"query", "unknown"}
    assert values(known, "outcome") <= {"OK"} | codes(GatewayError)
    assert total(known, "order_gateway_operations_total") == 80


async def test_a_write_is_counted_by_how_it_ended_and_a_repeat_is_none() -> None:
    lists = "{ orders(first: 50) { nodes { id number accountName actions { kind possible } } } }"
    cancel = """mutation ($id: ID!) { cancelOrder(input: {orderId: $id, allowDelete: true, idempotencyKey: "k"}) {
        outcome { state } } }"""
    async with desk() as here:
        nodes = (await here.ask(lists))["data"]["orders"]["nodes"]
        order = next(one for one in nodes if one["accountName"] == "acme" and may_cancel(one))
        answers = [await here.ask(cancel, variables={"id": order["id"]}) for _ in range(2)]
        known = await here.figures()
    assert [answer["data"]["cancelOrder"]["outcome"]["state"] for answer in answers] == ["DONE", "DONE"]
    assert total(known, "order_gateway_writes_total") == 1
    assert total(known, "order_gateway_writes_total", vendor="sellercloud", account="acme", outcome="DONE") == 1


def may_cancel(order: dict[str, Any]) -> bool:
    return any(action["kind"] == "CANCEL" and action["possible"] for action in order["actions"])


async def test_credentials_that_are_missing_or_wrong_are_counted() -> None:
    digest = "0" * 64
    keys = {"prometheus": {"sha256": digest, "role": "monitor"}}
    async with desk(auth={"keys": keys}) as here:
        assert (await here.client.get("/metrics")).status_code == 401
        answer = await here.client.get("/metrics", headers={"x-api-key": "ogk_prometheus_wrong"})
        assert answer.status_code == 401
        known = series(here.app.state.metrics.text().decode())
    assert total(known, "order_gateway_auth_failures_total", reason="missing") == 1
    assert total(known, "order_gateway_auth_failures_total", reason="unauthenticated") == 1


def test_workers_figures_are_added_up_and_a_dead_one_s_levels_forgotten(tmp_path: Path) -> None:
    script = """
import sys
from gateway.telemetry.metrics import Metrics
figures = Metrics()
figures.operations.labels("query", "OK").inc(2)
figures.streams.set(5)
sys.stdout.write(figures.text().decode())
"""
    environ = {**os.environ, DIRECTORY_VARIABLE: str(tmp_path)}
    texts = [
        subprocess.run([sys.executable, "-c", script], env=environ, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    ]
    known = [series(text) for text in texts]
    assert [total(one, "order_gateway_operations_total", outcome="OK") for one in known] == [2, 4]
    assert [total(one, "order_gateway_streams_open") for one in known] == [5, 5]
    bury_dead(tmp_path)
    assert not list(tmp_path.glob("gauge_live*"))
    assert list(tmp_path.glob("counter_*"))


def test_two_apps_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.operations.labels("query", "OK").inc()
    assert total(series(other.text().decode()), "order_gateway_operations_total") == 0


def codes(kind: type[GatewayError]) -> set[str]:
    return {kind.code}.union(*(codes(one) for one in kind.__subclasses__()))
