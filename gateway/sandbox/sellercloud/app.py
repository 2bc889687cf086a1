"""The emulator: its state, its faults, and the way of a request from the path to a handler."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.sandbox.control import Fault
from gateway.sandbox.sellercloud.access import PASSWORD, USERNAME, Access
from gateway.sandbox.sellercloud.catalog import API_USER
from gateway.sandbox.sellercloud.endpoints import ENDPOINTS, Endpoint
from gateway.sandbox.sellercloud.enums import PO_STATUS, by_name
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.query import Query
from gateway.sandbox.sellercloud.settings import Settings
from gateway.sandbox.sellercloud.tenant import Tenant
from gateway.sandbox.sellercloud.wire import Refused, empty, invalid_token, not_found_page, not_implemented, throttled
from gateway.sandbox.sellercloud.wire import reply as json_reply

BODY_LIMIT = 4 * 1024 * 1024
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]
_ID = re.compile(r"\d{1,9}")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sellercloud:
    """One tenant with one login. `today` (UTC) is the day its year ends on; `clock` is the time of what is written."""

    name = "sellercloud"
    mount = "/sellercloud"

    def __init__(self, seed: int, size: float, today: datetime, clock: Callable[[], datetime] = _utc_now) -> None:
        self._seed, self._size, self._today, self._clock = seed, size, today, clock
        self.settings = Settings()
        self.app: ASGIApp = Starlette(routes=[Route("/{path:path}", self._answer, methods=METHODS)])
        self.reset()

    def credentials(self, root: str) -> dict[str, Any]:
        return {"base_url": f"{root}{self.mount}/rest/api", "username": USERNAME, "password": PASSWORD}

    def reset(self) -> None:
        self.settings = Settings()
        self.tenant = Tenant.seeded(self._seed, self._size, self._today)
        self.access = Access()

    def orders(self) -> list[dict[str, Any]]:
        return [
            {"number": str(po.id), "scope": "", "created_at": po.created.isoformat(), "listed": True}
            for po in self.tenant.orders.values()
        ]

    def set_status(self, po_id: int, status: int | str) -> None:
        """What only the vendor's own UI can do. Takes an int or a name; a name the enum lacks is kept and shown as it
        is. ValueError for a cancelled or completed purchase order, KeyError for a missing one."""
        po = self.tenant.orders[po_id]
        if po.status in (4, 5):
            raise ValueError(f"purchase order {po_id} is {PO_STATUS[int(po.status)]} for good")
        known = by_name(PO_STATUS, status) if isinstance(status, str) else status
        po.status = status if known is None else known
        now = self._clock()
        if po.status == 1 and po.ordered is None:
            po.ordered = now
        po.revise(now, API_USER)

    def throttled(self, fault: Fault) -> Response:
        reset = self._clock() + timedelta(seconds=3600 if fault.retry_after is None else fault.retry_after)
        return throttled(reset, fault.status or self.settings.throttle_status)

    def unauthorized(self, fault: Fault) -> Response:
        return invalid_token()

    def failure(self, fault: Fault) -> Response:
        status = fault.status or 500
        return empty(status) if self.settings.blank_faults else json_reply({"Message": _FAILED}, status)

    def ok_with_error(self, fault: Fault) -> Response:
        return empty() if self.settings.blank_faults else json_reply({"Message": _FAILED})

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._checked(request)
        except Refused as refused:
            return refused.response()

    async def _checked(self, request: Request) -> Response:
        """In the vendor's order: path, throttle, token, rights, query, body."""
        found = find(request.method, request.path_params["path"])
        if found is None:
            if self.settings.html_not_found:
                return not_found_page()
            raise not_implemented(f"{request.method} /{request.path_params['path']}")
        endpoint, id = found
        now = self._clock()
        authorization = request.headers.get("authorization")
        payer = USERNAME if endpoint.public else self.access.payer(authorization)
        if not endpoint.free:
            address = request.client.host if request.client else ""
            until = self.access.spend(payer, address, self.settings.calls_per_hour, now)
            if until is not None:
                return throttled(until, self.settings.throttle_status)
        if not endpoint.public:
            user = self.access.user(authorization, now)
            if user is None:
                return invalid_token()
            _note_actor(request, user)
        if endpoint.module.lower() in (module.lower() for module in self.settings.denied_modules):
            raise Refused(403, f"You do not have the right to {endpoint.module}.")
        query = Query(request.query_params.multi_items())
        self._check_query(endpoint, query)
        body = await read_json(request) if endpoint.has_body else None
        root = str(request.base_url).rstrip("/")
        exchange = Exchange(self.tenant, self.settings, now, root, id, query, body)
        if endpoint.handler is None:
            response = self.access.login(exchange)
            _note_actor(request, USERNAME)
            return response
        return endpoint.handler(exchange)

    def _check_query(self, endpoint: Endpoint, query: Query) -> None:
        """Lists ignore filters they do not know, as the vendor does; elsewhere no one said so."""
        unknown = query.unknown(endpoint.query)
        if unknown and (not endpoint.is_list or self.settings.refuse_unknown_filters):
            raise not_implemented(f"the query parameter {unknown[0][:100]} of {endpoint.path}")


_FAILED = "An error has occurred."


def find(method: str, path: str) -> tuple[Endpoint, int] | None:
    """The endpoint of a path, in any letter case, and the id in the path (0 if none)."""
    parts = path.strip("/").lower().split("/")
    numbers = [int(part) for part in parts if _ID.fullmatch(part)]
    shape = "/".join("{id}" if _ID.fullmatch(part) else part for part in parts)
    endpoint = ENDPOINTS.get((method, shape))
    return (endpoint, numbers[0] if numbers else 0) if endpoint else None


async def read_json(request: Request) -> Any:
    """Numbers with a fraction as Decimal. 400 for what is no JSON, 413 beyond 4 MB, 415 for another content type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "text/json"):
        raise Refused(415, "The request entity's media type is not supported for this resource.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Refused(413, "Maximum request length exceeded.")
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "The request body is not valid JSON.") from None


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _note_actor(request: Request, user: str) -> None:
    call = request.scope.get("sandbox.call")
    if call is not None:
        call.actor = user
