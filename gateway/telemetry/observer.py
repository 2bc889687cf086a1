"""One pair of eyes for all that is told of operations and calls: figures, spans, and the request's line in the log."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import Span, StatusCode

from gateway.errors import GatewayError
from gateway.model.principal import Principal
from gateway.telemetry.logs import OPERATION
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.traces import Traces
from gateway.upstream.correlation import CORRELATION
from gateway.upstream.tally import asked, count
from gateway.upstream.wire import CallRecord

NAME_LENGTH: Final = 64
MAX_CODES: Final = 10
STREAMED: Final = "subscription"
UNKNOWN: Final = "unknown"
CANCELLED: Final = "CANCELLED"

log = logging.getLogger("gateway.operations")


@dataclass(slots=True)
class Sighting:
    """What is known of one operation by its end. `type` is query, mutation, subscription, or unknown where its document
    cannot run; `plan` says whether that was known or new; `requested` and `actual` are its cost."""

    type: str = UNKNOWN
    name: str | None = None
    document: str | None = None
    plan: str | None = None
    codes: tuple[str, ...] = ()
    requested: int | None = None
    actual: int | None = None

    def asked(self, query: str | None, operation: tuple[str, str | None] | None) -> None:
        """Notes the operation's type and name, if it could be read, and its document by its hash, as persisted ones go
        by."""
        if operation is not None:
            self.type, self.name = operation
        if query is not None and self.document is None:
            self.document = hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()

    def answered(self, body: Mapping[str, Any]) -> None:
        """Notes the codes of the answer's errors, first come first."""
        codes = (error.get("extensions", {}).get("code", "INTERNAL") for error in body.get("errors", ()))
        self.codes = tuple(dict.fromkeys((*self.codes, *codes)))[:MAX_CODES]


class Observer:
    def __init__(self, metrics: Metrics | None = None, traces: Traces | None = None) -> None:
        self.metrics = metrics or Metrics()
        self.traces = traces or Traces()

    def call(self, record: CallRecord) -> None:
        """A call to a vendor, as it ended."""
        count(record)
        self.metrics.call(record, asked=asked())
        self.traces.call(record)

    @contextmanager
    def operation(self, principal: Principal) -> Iterator[Sighting]:
        """One operation from its beginning to its end; what it turned out to be is noted on the Sighting."""
        seen, started = Sighting(), time.perf_counter()
        request = CORRELATION.get()
        if request is not None:
            request.principal = principal.name
        with self.traces.operation() as span:
            try:
                yield seen
            except GatewayError as error:
                seen.codes = (error.code,)
                raise
            except Exception:
                seen.codes = ("INTERNAL",)
                raise
            except asyncio.CancelledError:
                if seen.type != STREAMED:  # which ends in no other way
                    seen.codes = (CANCELLED,)
                raise
            finally:
                seconds = time.perf_counter() - started
                self._count(seen, seconds)
                tell(span, seen, principal)
                line = OPERATION.get()
                if line is not None:
                    line.update(told(seen))
                else:  # on a WebSocket, which has one line for all its operations
                    log.info("%s ended", seen.type, extra={**told(seen), "milliseconds": round(seconds * 1_000, 1)})

    def _count(self, seen: Sighting, seconds: float) -> None:
        self.metrics.operations.labels(seen.type, seen.codes[0] if seen.codes else "OK").inc()
        if seen.type != STREAMED:  # which lasts as long as its client likes
            self.metrics.operation_seconds.labels(seen.type).observe(seconds)
        if seen.plan is not None:
            self.metrics.documents.labels(seen.plan).inc()
        for kind, cost in (("requested", seen.requested), ("actual", seen.actual)):
            if cost is not None and seen.type != UNKNOWN:
                self.metrics.operation_cost.labels(kind).observe(cost)


def told(seen: Sighting) -> dict[str, Any]:
    """What a log line says of it."""
    cost = {"requested": seen.requested, "actual": seen.actual}
    return {"operation": seen.type, "codes": list(seen.codes) or None, "cost": cost if any(cost.values()) else None}


def tell(span: Span, seen: Sighting, principal: Principal) -> None:
    """What a span says of it. A name is a client's, but plain by GraphQL's grammar; a long one is left out."""
    name = seen.name if seen.name and len(seen.name) <= NAME_LENGTH else None
    span.update_name(f"{seen.type} {name}" if name else seen.type)
    known = {
        "graphql.operation.type": seen.type,
        "graphql.operation.name": name,
        "graphql.document.sha256": seen.document,
        "order_gateway.principal": principal.name,
        "order_gateway.error_codes": seen.codes or None,
        "order_gateway.cost.requested": seen.requested,
        "order_gateway.cost.actual": seen.actual,
    }
    span.set_attributes({key: value for key, value in known.items() if value is not None})
    if seen.codes:
        span.set_status(StatusCode.ERROR)
