"""One authenticated call: its query, its bounded body, and the rows its caller may find."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.sandbox.softwareone import actors
from gateway.sandbox.softwareone.actors import Caller
from gateway.sandbox.softwareone.attachments import Tickets
from gateway.sandbox.softwareone.problems import Problem, missing
from gateway.sandbox.softwareone.query import Query, no_query, only_select
from gateway.sandbox.softwareone.selection import Selection
from gateway.sandbox.softwareone.settings import Settings
from gateway.sandbox.softwareone.state import Row, State
from gateway.sandbox.softwareone.views import RESOURCES, View

LONG_ID = re.compile(r"((?:ORD|AGR)-\d{4}-\d{4}-\d{4})-0001\b")
DRAINED = 64 * 1024 * 1024  # a request beyond the limit is read on so far, so that its sender sees the answer


@dataclass(slots=True)
class Call:
    """One authenticated call, as the endpoints see it."""

    request: Request
    caller: Caller
    state: State
    settings: Settings
    tickets: Tickets

    @property
    def query(self) -> str:
        return self._ids(self.request.scope["query_string"].decode("latin-1"))

    def path(self, name: str) -> str:
        return self._ids(self.request.path_params[name])

    def _ids(self, text: str) -> str:
        """The text with ids as they are stored: in the older style those of orders and agreements are longer."""
        return LONG_ID.sub(r"\1", text) if self.settings.legacy_style else text

    async def content(self) -> bytes:
        """The request body, bounded."""
        kept = bytearray()
        size = 0
        async for chunk in self.request.stream():
            size += len(chunk)
            if size <= self.settings.upload_limit:
                kept += chunk
            elif size > self.settings.upload_limit + DRAINED:
                break
        if size > self.settings.upload_limit:
            raise Problem(400, f"Request body too large. The limit is {self.settings.upload_limit} bytes.")
        return bytes(kept)

    async def body(self) -> Row:
        """A JSON object, or {} where the body is empty, as actions allow."""
        no_query(self.query)
        content = await self.content()
        if not content.strip():
            return {}
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/json", "text/json") and not (
            kind.startswith("application/") and kind.endswith("+json")
        ):
            raise Problem(415)
        try:
            parsed: Any = json.loads(self._ids(content.decode("utf-8-sig")))
        except (ValueError, RecursionError):
            raise Problem(400, "The body is not valid JSON.", errors={"$": ["Invalid JSON."]}) from None
        if not isinstance(parsed, dict):
            raise Problem(400, "The body has to be a JSON object.", errors={"$": ["Object expected."]})
        return parsed

    def find(self, table: str, row_id: str) -> Row:
        """The row, or 404 where it does not exist or is out of the caller's scope."""
        row = self.state[table].get(row_id)
        if row is None or not actors.sees(self.state, self.caller, table, row):
            raise missing(f"'{row_id}' was not found.")
        return row

    def page(self, resource_name: str, rows: list[Row]) -> Response:
        """The list answer over rows the caller may see: filter, order, page and select of the query string."""
        resource = RESOURCES[resource_name]
        query = Query.read(
            self.query,
            resource.shape_for(self.caller),
            default_limit=self.settings.default_limit,
            max_limit=self.settings.max_limit,
            hides_parameters=self.caller.hides_parameters,
        )
        found, total = query.page(rows)
        view = View(resource, self.caller, self.settings, query.select, single=False)
        return JSONResponse(view.page(found, query.offset, query.limit, total))

    def single(self, resource_name: str, row: Row) -> Response:
        """The answer of a read by id, with `select`."""
        select = only_select(self.query)
        view = View(RESOURCES[resource_name], self.caller, self.settings, select, single=True)
        return JSONResponse(view.row(row))

    def written(self, resource_name: str, row: Row, status: int = 200) -> Response:
        """The answer of a write: the default representation of a single read."""
        view = View(RESOURCES[resource_name], self.caller, self.settings, Selection(), single=True)
        return JSONResponse(view.row(row), status_code=status)


Endpoint: TypeAlias = Callable[[Call], Awaitable[Response]]
