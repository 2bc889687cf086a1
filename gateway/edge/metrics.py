"""The figures at /metrics, for monitors alone where clients have to say who they are."""

from __future__ import annotations

import asyncio

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.edge.identity import Identities
from gateway.edge.refusals import refusal
from gateway.errors import Forbidden, GatewayError
from gateway.model.principal import ANYBODY, Role
from gateway.telemetry.levels import Levels
from gateway.telemetry.metrics import Metrics


async def figures(request: Request) -> Response:
    identities: Identities = request.app.state.identities
    levels: Levels = request.app.state.levels
    metrics: Metrics = request.app.state.metrics
    try:
        principal = await identities.of(request.headers)
    except GatewayError as error:
        return refusal(401 if error.code == "UNAUTHENTICATED" else 503, error)
    if principal.role is not Role.MONITOR and principal != ANYBODY:
        return refusal(403, Forbidden("These figures are for monitors: a key of the role `monitor`."))
    levels.note()
    return Response(await asyncio.to_thread(metrics.text), media_type=CONTENT_TYPE_PLAIN_0_0_4)


routes: list[BaseRoute] = [Route("/metrics", figures, methods=["GET"])]
