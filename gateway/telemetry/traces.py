"""OpenTelemetry: a span for each operation and each call to a vendor, none for fields.

Spans are sent where the extra `otel` is installed and a collector is named, in the configuration or by the standard
variables: https://opentelemetry.io/docs/languages/sdk-configuration/
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NoOpTracerProvider, Span, SpanKind, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway import __version__
from gateway.upstream.correlation import CORRELATION
from gateway.upstream.wire import CallRecord

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider as Exporting

SERVICE: Final = "order-gateway"
PATH: Final = "/v1/traces"
EXPORT_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 8.0
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
PROPAGATOR: Final = TraceContextTextMapPropagator()


class TracesUnavailable(Exception):
    """Traces are to be sent, and what it takes is not installed; the text says what to do."""


class Traces:
    """Makes spans; without a provider they cost next to nothing and go nowhere."""

    def __init__(self, provider: TracerProvider | None = None, exporting: Exporting | None = None) -> None:
        """`exporting` is a provider that has to be closed with this."""
        self._exporting = exporting
        known = provider or exporting or NoOpTracerProvider()
        self._tracer = known.get_tracer(SERVICE, __version__)

    @contextmanager
    def operation(self) -> Iterator[Span]:
        """The span of one operation, current inside: what is called there belongs to it."""
        with self._tracer.start_as_current_span(
            "operation",
            context=before(),
            kind=SpanKind.SERVER,
            record_exception=False,  # an exception's text may hold anything
            set_status_on_exception=False,
        ) as span:
            yield span

    def call(self, record: CallRecord) -> None:
        """The span of a call that has just ended, below the operation that it was made for, if any."""
        end = time.time_ns()
        attributes: dict[str, str | int] = {
            "order_gateway.vendor": record.vendor,
            "order_gateway.account": record.account,
            "order_gateway.attempt": record.attempt,
            "http.request.method": record.method,
            "url.template": record.route,
        }
        if record.status is not None:
            attributes["http.response.status_code"] = record.status
        if waited := round(record.waited):
            attributes["order_gateway.waited_milliseconds"] = waited
        span = self._tracer.start_span(
            f"{record.method} {record.vendor} {record.route}",
            kind=SpanKind.CLIENT,
            attributes=attributes,
            start_time=end - int(record.milliseconds * 1_000_000),
        )
        if record.status is None or record.status >= 400:
            span.set_status(StatusCode.ERROR)
        span.end(end)

    async def close(self) -> None:
        """Sends what is left, if the collector takes it soon."""
        if self._exporting is None:
            return
        # A thread that nobody waits for: a collector out of reach must not keep the process alive.
        loop, sent = asyncio.get_running_loop(), asyncio.Event()
        exporting = self._exporting

        def shut() -> None:
            exporting.shutdown()
            loop.call_soon_threadsafe(sent.set)

        threading.Thread(target=shut, name="traces", daemon=True).start()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await sent.wait()
        except TimeoutError:
            return


def open_traces(endpoint: str | None, environ: Mapping[str, str]) -> Traces:
    """Traces as they are configured. Raises TracesUnavailable where they are to be sent and cannot be."""
    if not wanted(endpoint, environ):
        return Traces()
    require(endpoint, environ)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider as Exporting
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    known = {"service.version": __version__}
    if not environ.get("OTEL_SERVICE_NAME"):
        known["service.name"] = SERVICE
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + PATH if endpoint else None, timeout=EXPORT_SECONDS)
    provider = Exporting(resource=Resource.create(known), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Traces(exporting=provider)


def require(endpoint: str | None, environ: Mapping[str, str]) -> None:
    """Raises TracesUnavailable where traces are to be sent and what sends them is not installed."""
    if not wanted(endpoint, environ):
        return
    try:
        import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ImportError:
        raise TracesUnavailable(
            "otlp_endpoint: traces are sent by what the extra `otel` brings: pip install 'order-gateway[otel]'"
        ) from None


def wanted(endpoint: str | None, environ: Mapping[str, str]) -> bool:
    """Whether traces are to be sent at all."""
    off = environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER") == "none"
    return not off and bool(endpoint or any(environ.get(name) for name in ENDPOINTS))


def before() -> Context | None:
    """The trace that the request's sender has begun, or none. What vendors of tracing tools add to it is left out: it
    is free text."""
    request = CORRELATION.get()
    if request is None or request.traceparent is None:
        return Context()
    return PROPAGATOR.extract({"traceparent": request.traceparent}, Context())


def trace_id() -> str | None:
    """The id of the trace that this runs in, for logs."""
    known = trace.get_current_span().get_span_context()
    return trace.format_trace_id(known.trace_id) if known.is_valid else None
