"""Figures for Prometheus. Every label has few values: configured names, route templates, codes; none is a client's.

With several worker processes each keeps its figures in files of one directory, and whichever is asked adds them up:
https://prometheus.github.io/client_python/multiprocess/
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from gateway import __version__
from gateway.upstream.wire import CallRecord

DIRECTORY_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"  # read when prometheus_client is imported
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
COSTS: Final = (0, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})
LIVE_FILE: Final = re.compile(r"gauge_live\w*_(\d+)\.db")

disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types


class Metrics:
    """All figures of one app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = self._counter(
            "http_requests", "Requests, a WebSocket counting as one.", "method", "route", "status"
        )
        self.operations = self._counter(
            "operations", "GraphQL operations by their outcome: OK or the first error's code.", "type", "outcome"
        )
        self.operation_seconds = self._histogram(
            "operation_seconds", "How long queries and mutations took.", SECONDS, "type"
        )
        self.operation_cost = self._histogram(
            "operation_cost", "Vendor calls of an operation: as computed before, and as made.", COSTS, "kind"
        )
        self.documents = self._counter("documents", "Documents by where their plan came from.", "plan")
        self.calls = self._counter(
            "vendor_calls", "Calls to vendors.", "vendor", "account", "route", "method", "status", "purpose"
        )
        self.call_seconds = self._histogram(
            "vendor_call_seconds", "How long calls to vendors took.", SECONDS, "vendor", "account"
        )
        self.wait_seconds = self._histogram(
            "vendor_wait_seconds", "How long calls to vendors waited for their turn.", SECONDS, "vendor", "account"
        )
        self.retries = self._counter("vendor_retries", "Calls that were made again.", "vendor", "account")
        self.circuit_state = self._gauge(
            "circuit_state", "1 for the state that a circuit is in.", "livemax", "vendor", "account", "routes", "state"
        )
        self.calls_left = self._gauge(
            "vendor_calls_left", "Calls that may go out at once by the budget.", "livesum", "vendor", "account"
        )
        self.writes = self._counter("writes", "Writes by how they ended.", "vendor", "account", "write", "outcome")
        self.refused = self._counter("auth_failures", "Credentials that were not taken.", "reason")
        self.account_state = self._gauge(
            "account_state", "1 for the state that an account is in.", "livemax", "vendor", "account", "state"
        )
        self.streams = self._gauge("streams_open", "WebSockets, their operations, and event streams.", "livesum")
        self.watched = self._gauge("orders_watched", "Orders under watch for subscriptions.", "livesum")
        self.spool_bytes = self._gauge("spool_bytes", "Files on their way to vendors.", "livesum")
        self.build = self._gauge("build_info", "The running version.", "livemax", "version")
        self.build.labels(__version__).set(1)
        ProcessCollector(registry=self._registry)

    def request(self, method: str, route: str, status: int) -> None:
        self.requests.labels(method, route, status_class(status)).inc()

    def call(self, record: CallRecord, *, asked: bool) -> None:
        """`asked`: whether it was made for an operation, and not by a watch or what goes on without its client."""
        purpose = "operation" if asked else "background"
        status = status_class(record.status)
        self.calls.labels(record.vendor, record.account, record.route, record.method, status, purpose).inc()
        self.call_seconds.labels(record.vendor, record.account).observe(record.milliseconds / 1_000)
        self.wait_seconds.labels(record.vendor, record.account).observe(record.waited / 1_000)
        if record.attempt > 1:
            self.retries.labels(record.vendor, record.account).inc()

    def text(self) -> bytes:
        """All figures in Prometheus' text format, those of the other workers too."""
        directory = os.environ.get(DIRECTORY_VARIABLE)
        if not directory:
            return generate_latest(self._registry)
        bury_dead(Path(directory))
        together = CollectorRegistry()
        MultiProcessCollector(together, path=directory)  # type: ignore[no-untyped-call]  # it has no types
        return generate_latest(together)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"order_gateway_{name}", text, labels, registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"order_gateway_{name}", text, labels, registry=self._registry, buckets=buckets)

    def _gauge(self, name: str, text: str, mode: Literal["livemax", "livesum"], *labels: str) -> Gauge:
        return Gauge(f"order_gateway_{name}", text, labels, registry=self._registry, multiprocess_mode=mode)


def method_known(method: str) -> str:
    """The method as it may be written down: clients can make up any."""
    return method if method in METHODS else "OTHER"


def status_class(status: int | None) -> str:
    """The status as a label: its class, "none" where no answer came."""
    return f"{status // 100}xx" if status else "none"


@contextmanager
def directory_of_workers(workers: int) -> Iterator[None]:
    """Where several workers' figures meet, for as long as they run; to be entered before the first of them starts."""
    if workers < 2:
        os.environ.pop(DIRECTORY_VARIABLE, None)
        yield
        return
    with tempfile.TemporaryDirectory(prefix="order-gateway-metrics-") as directory:
        os.environ[DIRECTORY_VARIABLE] = directory
        yield


def bury_dead(directory: Path) -> None:
    """Forgets the levels that workers had when they died; what they counted stays."""
    for file in directory.iterdir():
        match = LIVE_FILE.fullmatch(file.name)
        if match is not None and not alive(int(match[1])):
            file.unlink(missing_ok=True)  # another worker may be asked at the same time


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # the number is another user's by now: a figure too many, until that one ends
    return True
