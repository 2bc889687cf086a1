"""Start and stop of real processes: vendors that are down at the start, and SIGTERM with work under way."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.crash_rows import mutation
from tests.e2e.gateways import CONFIG, SandboxProcess, sandbox, wait_for
from tests.e2e.processes import free_port, group_alive, started, wait_until_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ACCOUNTS = {"partner_center": "contoso", "sellercloud": "acme", "softwareone": "market"}
ORDERS = "{ orders(first: 3) { nodes { id vendor } sources { account { name } state error { code } } } }"
STOCK_ORDERS = "{ orders(first: 3, filter: {vendors: [SELLERCLOUD]}) { nodes { id } } }"
CREATE = mutation("createPurchaseOrder", "order { id number }")
WRITE, READ = ("POST", "/PurchaseOrders$"), ("GET", "/PurchaseOrders")
END_SECONDS = 60
Answer = dict[str, Any]


@dataclass
class Serving:
    """A gateway's processes, the first of which is `process`."""

    url: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False, timeout=30)

    def ask(self, query: str, **variables: Any) -> Answer:
        """The answer over a connection of its own; raises TransportError where there is none."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(self.url + "/graphql", json=body, trust_env=False, timeout=END_SECONDS)
        answer.raise_for_status()
        return dict(answer.json())

    def sources(self) -> dict[str, str]:
        """How each account fares in a list over all."""
        answer = self.ask(ORDERS)["data"]["orders"]
        return {source["account"]["name"]: source["state"] for source in answer["sources"]}

    def told_to_end(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        """The exit code of the first process, once nothing of the gateway is left."""
        code = self.process.wait(END_SECONDS)
        assert not group_alive(self.process.pid), "a process was left behind"
        return code

    def killed(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(folder: Path, known: Answer, workers: int = 1, drain: float = 0) -> Iterator[Serving]:
    """A gateway over these vendors. What it keeps stays in the folder."""
    port = free_port()
    config = folder / "config.toml"
    config.write_text(f"drain_seconds = {drain}\n" + CONFIG.format(port=port, data_dir=folder / "data", **known))
    arguments = ("serve", "--config", str(config), "--port", str(port), "--workers", str(workers))
    url = f"http://127.0.0.1:{port}"
    with started(*arguments, "--insecure-no-auth", log=folder / "log") as process:
        wait_until_up(url + "/health/ready", process)
        yield Serving(url, process)


@pytest.fixture(scope="module")
def vendors() -> Iterator[SandboxProcess]:
    with sandbox(0.05) as known:
        yield known


@pytest.fixture
def fresh(vendors: SandboxProcess) -> Iterator[SandboxProcess]:
    """The vendors without faults; nothing was asked of them yet."""
    for vendor in ACCOUNTS:
        vendors.forget(vendor)
    yield vendors
    for vendor in ACCOUNTS:
        vendors.clear(vendor)


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


@contextmanager
def sandbox_at(port: int) -> Iterator[None]:
    with started("sandbox", "--port", str(port), "--size", "0.05") as process:
        wait_until_up(f"http://127.0.0.1:{port}/credentials", process)
        yield


def moved(known: Answer, vendor: str, root: str) -> Answer:
    """The credentials with that vendor at another place."""
    old = httpx.URL(known[vendor]["base_url"])
    place = f"{old.scheme}://{old.netloc.decode()}"
    return {
        **known,
        vendor: {name: v.replace(place, root) if isinstance(v, str) else v for name, v in known[vendor].items()},
    }


@contextmanager
def mute(port: int) -> Iterator[None]:
    """Whoever connects there hears nothing."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", port))
        one.listen(64)
        yield


@contextmanager
def absent(port: int) -> Iterator[None]:
    """Nobody listens there."""
    yield


@pytest.mark.parametrize("down", [absent, mute], ids=lambda down: down.__name__)
@pytest.mark.parametrize("vendor", ACCOUNTS)
def test_a_gateway_starts_with_a_vendor_down_answers_and_has_it_when_it_comes_back(
    fresh: SandboxProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vendor: str,
    down: Callable[[int], AbstractContextManager[None]],
) -> None:
    for name in ("contoso", "acme", "market", "seller"):
        monkeypatch.setenv(f"ORDER_GATEWAY_ACCOUNTS__{name.upper()}__TIMEOUT_SECONDS", "1")
    port, its = free_port(), {name for name in ("contoso", "acme", "market", "seller") if vendor_of(name) == vendor}
    with ExitStack() as stack:
        with down(port):
            known = moved(fresh.known, vendor, f"http://127.0.0.1:{port}")
            gateway = stack.enter_context(serving(tmp_path, known))
            assert gateway.get("/health/ready").status_code == 200
            answer = gateway.ask(ORDERS)
            states = {one["account"]["name"]: one["state"] for one in answer["data"]["orders"]["sources"]}
            assert {name for name, state in states.items() if state == "FAILED"} == its
            assert {name for name, state in states.items() if state == "OK"} == {*states} - its
            assert {error["extensions"]["code"] for error in answer["errors"]} <= {
                "VENDOR_UNAVAILABLE",
                "DEADLINE_EXCEEDED",
            }
            assert answer["data"]["orders"]["nodes"]
            assert gateway.get("/health/ready").status_code == 200
        stack.enter_context(sandbox_at(port))
        wait_for(lambda: set(gateway.sources().values()) == {"OK"}, "the vendor's orders are there")
        gateway.told_to_end()
        assert gateway.ended() == 0


def vendor_of(account: str) -> str:
    return next((vendor for vendor, name in ACCOUNTS.items() if name == account), "softwareone")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("drain", [0, 2])
def test_a_slow_query_under_way_gets_its_answer_and_nobody_is_let_in_after(
    fresh: SandboxProcess, tmp_path: Path, aside: ThreadPoolExecutor, workers: int, drain: float
) -> None:
    with serving(tmp_path, fresh.known, workers, drain) as gateway:
        fresh.fault("sellercloud", "late", method=READ[0], path=READ[1], seconds=6)
        asked = aside.submit(gateway.ask, STOCK_ORDERS)
        wait_for(lambda: fresh.count("sellercloud", *READ) == 1, "the vendor is asked")
        gateway.told_to_end()
        if drain:
            wait_for(lambda: gateway.get("/health/ready").text == "draining\n", "it says that it is about to end")
            assert gateway.get("/health/live").status_code == 200
            assert gateway.ask("{ __typename }") == {"data": {"__typename": "Query"}, "extensions": some_cost()}
        refused(gateway, asked)
        answer = asked.result(END_SECONDS)
        assert "errors" not in answer
        assert len(answer["data"]["orders"]["nodes"]) == 3
        assert gateway.ended() == 0


def test_a_query_that_hangs_ends_by_its_deadline_and_not_by_the_end_of_the_gateway(
    fresh: SandboxProcess, tmp_path: Path, aside: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDER_GATEWAY_DEADLINE_SECONDS", "23")
    monkeypatch.setenv("ORDER_GATEWAY_ACCOUNTS__ACME__TIMEOUT_SECONDS", "100")
    fresh.fault("sellercloud", "latency", method=READ[0], path=READ[1], seconds=90)
    with serving(tmp_path, fresh.known) as gateway:
        asked = aside.submit(gateway.ask, STOCK_ORDERS)
        wait_for(lambda: fresh.count("sellercloud", *READ) == 1, "the vendor is asked")
        gateway.told_to_end()
        (error,) = asked.result(END_SECONDS)["errors"]
        assert error["extensions"]["code"] == "DEADLINE_EXCEEDED"
        assert gateway.ended() == 0


def some_cost() -> Answer:
    return {"cost": {"requested": 0, "actual": 0, "limit": 2000}}


def refused(gateway: Serving, asked: Future[Answer]) -> None:
    """Waits until the gateway listens no more, which it does while the request under way still runs."""

    def over() -> bool:
        try:
            httpx.get(gateway.url + "/health/live", trust_env=False, timeout=30)
        except httpx.TransportError:
            return True
        return False

    wait_for(over, "nobody is let in")
    assert not asked.done()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("drain", [0, 2])
def test_a_slow_write_under_way_is_answered_and_recorded(
    fresh: SandboxProcess, tmp_path: Path, aside: ThreadPoolExecutor, workers: int, drain: float
) -> None:
    given, before = stock_order(f"slow-{workers}-{drain}"), fresh.orders("sellercloud")
    fresh.fault("sellercloud", "late", method=WRITE[0], path=WRITE[1], seconds=4)
    with serving(tmp_path, fresh.known, workers, drain) as gateway:
        asked = aside.submit(gateway.ask, CREATE, input=given)
        wait_for(lambda: fresh.orders("sellercloud") == before + 1, "the vendor has done it")
        gateway.told_to_end()
        told = payload(asked.result(END_SECONDS))
        assert told["outcome"]["state"] == "DONE"
        assert gateway.ended() == 0
    with serving(tmp_path, fresh.known, workers) as gateway:
        assert payload(gateway.ask(CREATE, input=given)) == told
    assert (fresh.orders("sellercloud"), fresh.count("sellercloud", *WRITE)) == (before + 1, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_write_whose_gateway_is_killed_while_it_ends_is_found_by_its_key(
    fresh: SandboxProcess, tmp_path: Path, aside: ThreadPoolExecutor, workers: int
) -> None:
    given, before = stock_order(f"killed-{workers}"), fresh.orders("sellercloud")
    fresh.fault("sellercloud", "late", method=WRITE[0], path=WRITE[1], seconds=30)
    with serving(tmp_path, fresh.known, workers) as gateway:
        asked = aside.submit(gateway.ask, CREATE, input=given)
        wait_for(lambda: fresh.orders("sellercloud") == before + 1, "the vendor has done it")
        gateway.told_to_end()
        refused(gateway, asked)
        gateway.killed()
        with pytest.raises(httpx.TransportError):
            asked.result(END_SECONDS)
    with serving(tmp_path, fresh.known, workers) as gateway:
        told = payload(gateway.ask(CREATE, input=given))
        assert told["outcome"]["state"] == "DONE"
        assert payload(gateway.ask(CREATE, input=given)) == told
    assert (fresh.orders("sellercloud"), fresh.count("sellercloud", *WRITE)) == (before + 1, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_write_that_outlasts_the_grace_is_cut_off_and_found_by_its_key(
    fresh: SandboxProcess, tmp_path: Path, aside: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setenv("ORDER_GATEWAY_ACCOUNTS__ACME__TIMEOUT_SECONDS", "100")
    given, before = stock_order(f"long-{workers}"), fresh.orders("sellercloud")
    fresh.fault("sellercloud", "late", method=WRITE[0], path=WRITE[1], seconds=90)
    with serving(tmp_path, fresh.known, workers) as gateway:
        asked = aside.submit(gateway.ask, CREATE, input=given)
        wait_for(lambda: fresh.orders("sellercloud") == before + 1, "the vendor has done it")
        gateway.told_to_end()
        assert gateway.ended() == 0
        cut_off(asked)
    with serving(tmp_path, fresh.known, workers) as gateway:
        told = payload(gateway.ask(CREATE, input=given))
        assert told["outcome"]["state"] == "DONE"
    assert (fresh.orders("sellercloud"), fresh.count("sellercloud", *WRITE)) == (before + 1, 1)


def cut_off(asked: Future[Answer]) -> None:
    """Its client was told nothing of what became of it."""
    try:
        told = payload(asked.result(END_SECONDS))
    except (httpx.TransportError, httpx.HTTPStatusError):
        return
    assert told["outcome"]["state"] == "UNKNOWN"


def stock_order(key: str) -> Answer:
    line = {"productId": "MUG-11OZ", "qtyUnitsOrdered": 48, "unitPrice": "3.25"}
    wanted = {"companyId": 163, "vendorId": 812, "description": key, "lines": {"units": [line]}}
    return {"accountName": "acme", "idempotencyKey": key, "vendor": {"sellercloud": wanted}}


def payload(answer: Answer) -> Answer:
    assert "errors" not in answer, answer["errors"]
    return dict(answer["data"]["createPurchaseOrder"])
