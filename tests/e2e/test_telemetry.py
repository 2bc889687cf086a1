"""What operators see of real processes: spans at a collector, figures of several workers, JSON lines, and draining."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.gateways import CONFIG, SandboxProcess, sandbox
from tests.e2e.processes import free_port, running
from tests.telemetry.desk import series

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

ORDERS = "query Newest { orders(first: 3) { nodes { number } } }"
PUBLIC = frozenset({"base_url", "authority", "tenant_id", "client_id", "username", "customers"})


class Collector(ThreadingHTTPServer):
    """Takes spans as OTLP over HTTP has them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.requests: list[tuple[str, ExportTraceServiceRequest]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> list[Any]:
        return [
            span
            for _, request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def services(self) -> set[str]:
        return {
            attribute.value.string_value
            for _, request in self.requests
            for resource in request.resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }


class Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        assert isinstance(self.server, Collector)
        self.server.requests.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def collecting() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def vendors() -> Iterator[SandboxProcess]:
    with sandbox(0.05) as known:
        yield known


def secrets_of(known: Any) -> set[str]:
    if isinstance(known, dict):
        return {text for key, value in known.items() if key not in PUBLIC for text in secrets_of(value)}
    return {known} if isinstance(known, str) else set()


@contextmanager
def serving(
    vendors: SandboxProcess, folder: Path, workers: int = 1, stop: signal.Signals = signal.SIGINT
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A gateway over that sandbox: its address and first process. It ends by that signal; its log is in the folder."""
    port = free_port()
    url, config = f"http://127.0.0.1:{port}", folder / "config.toml"
    config.write_text(CONFIG.format(port=port, data_dir=folder / "data", **vendors.known))
    arguments = ("serve", "--config", str(config), "--port", str(port), "--workers", str(workers))
    with running(url + "/health/ready", *arguments, "--insecure-no-auth", stop=stop, log=folder / "log") as process:
        yield url, process


def get(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=30)


def ask(url: str, **headers: str) -> httpx.Response:
    return httpx.post(url + "/graphql", json={"query": ORDERS}, headers=headers, trust_env=False, timeout=30)


def test_a_collector_gets_the_spans_of_each_worker_and_no_secret_is_in_anything(
    vendors: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as collector:
        monkeypatch.setenv("ORDER_GATEWAY_OTLP_ENDPOINT", collector.url)
        vendors.fault("sellercloud", "error", status=503, times=2)
        with serving(vendors, tmp_path, workers=2) as (url, _):
            for number in range(12):
                ask(url, **{"x-correlation-id": f"walk-{number}"}).raise_for_status()
            text, again = get(url + "/metrics").text, get(url + "/metrics").text
        vendors.clear("sellercloud")
        spans, paths, services = collector.spans(), {path for path, _ in collector.requests}, collector.services()
    log = (tmp_path / "log").read_text()

    operations = [span for span in spans if span.name == "query Newest"]
    calls = [span for span in spans if span.parent_span_id]
    assert (paths, services) == ({"/v1/traces"}, {"order-gateway"})
    assert len(operations) == 12
    assert {span.parent_span_id for span in calls} <= {span.span_id for span in operations}
    for figures in (text, again):  # whichever worker is asked, it tells of both
        counted = series(figures)
        name = "order_gateway_operations_total"
        assert sum(value for (one, _), value in counted.items() if one == name) == 12
        assert sum(value for (one, _), value in counted.items() if one == "order_gateway_vendor_calls_total") == len(
            calls
        )

    lines = [json.loads(line) for line in log.splitlines()]
    access = [line for line in lines if line.get("route") == "/graphql"]
    assert {line["correlation"] for line in access} == {f"walk-{number}" for number in range(12)}
    assert all(line["operation"] == "query" and line["trace"] is not None for line in access if "trace" in line)
    hidden = secrets_of(vendors.known) | {"a-key-for-tests-only", "another-key-for-tests"}
    everything = "\n".join([log, text, *(str(span) for span in spans)])
    assert len(hidden) >= 6
    for secret in hidden:
        assert secret not in everything


def test_a_collector_out_of_reach_harms_no_answer_and_no_end(
    vendors: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with serving(vendors, tmp_path) as (url, _):
        assert ask(url).json()["data"]


def test_a_gateway_that_is_to_end_says_so_serves_on_and_ends(
    vendors: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDER_GATEWAY_DRAIN_SECONDS", "4")
    with serving(vendors, tmp_path, stop=signal.SIGTERM) as (url, process):
        process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 3
        while get(url + "/health/ready").status_code == 200:
            assert time.monotonic() < until
        assert get(url + "/health/ready").text == "draining\n"
        assert get(url + "/health/live").status_code == 200
        assert ask(url).json()["data"]


def test_nobody_s_figures_are_left_behind(
    vendors: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with serving(vendors, tmp_path, workers=2):
        assert list(folder.glob("order-gateway-metrics-*/*.db"))
    assert not list(folder.glob("order-gateway-metrics-*"))
