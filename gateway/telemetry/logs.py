"""How log lines look: JSON for machines, text for people; each with the id of its request.

A line has a fixed set of fields, and nothing else gets in: no query, no variables, no header.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final, Literal

from pythonjsonlogger.orjson import OrjsonFormatter

from gateway.errors import GatewayError
from gateway.telemetry.traces import trace_id
from gateway.upstream.correlation import CORRELATION

FIELDS: Final = (
    "timestamp",
    "level",
    "logger",
    "message",
    "correlation",
    "principal",
    "trace",
    "method",
    "route",
    "status",
    "milliseconds",
    "operation",
    "codes",
    "cost",
    "exc_info",
)
LONGEST_MESSAGE: Final = 4_096
LONGEST_TRACE: Final = 16_384
LONGEST_CHAIN: Final = 10

OPERATION: Final[ContextVar[dict[str, Any] | None]] = ContextVar("operation", default=None)
"""What the request's line in the log says of its operation; whoever makes that line puts an empty one here. None where
there will be no such line."""


class Known(logging.Filter):
    """Adds to a record whose request it is of."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = CORRELATION.get()
        record.correlation = request and request.id
        record.principal = request and request.principal
        record.trace = trace_id()
        return True


class JsonLines(OrjsonFormatter):
    """One JSON object a line."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"], rename_fields={"levelname": "level", "name": "logger"}, timestamp=True
        )

    def formatException(self, ei: Any) -> str:
        """The frames and types, without what exceptions say: they quote what clients and vendors wrote."""
        return "\nraised from\n".join(_chain(ei[1]))[-LONGEST_TRACE:]

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        log_data["message"] = str(log_data["message"])[:LONGEST_MESSAGE]
        return {name: log_data[name] for name in FIELDS if log_data.get(name) is not None}


def _chain(error: BaseException | None) -> Iterator[str]:
    for _ in range(LONGEST_CHAIN):
        if error is None:
            return
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        words = f": {error.message}" if isinstance(error, GatewayError) else ""
        yield "".join(traceback.format_tb(error.__traceback__)) + kind + words
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class TextLines(logging.Formatter):
    """For people at a terminal, exceptions in full."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        known = getattr(record, "correlation", None)
        return super().formatMessage(record) + (f" [{known}]" if known else "")


def configure(form: Literal["json", "text"]) -> None:
    """Sends all log lines to standard error in that form, those of libraries too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(Known())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
