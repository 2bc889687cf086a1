"""The emulator's ASGI app: the way every call takes before and after its handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.sandbox.partner_center.agreements import open_document
from gateway.sandbox.partner_center.answers import Missing, Refusal, missing, refused, throttled
from gateway.sandbox.partner_center.auth import AccessToken, TokenRefusal, Tokens, token_error
from gateway.sandbox.partner_center.basket import GUID
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.operations import OPERATIONS, Operation
from gateway.sandbox.partner_center.progress import settle
from gateway.sandbox.partner_center.reading import Body, read_form, read_json, read_raw
from gateway.sandbox.partner_center.records import Customer, World
from gateway.sandbox.partner_center.replay import Replays
from gateway.sandbox.partner_center.throttle import Throttle

JSON_ACCEPTED = ("application/json", "text/json", "application/*", "*/*")


@dataclass(slots=True)
class Office:
    """Where calls arrive: the world they are about, the tokens that open it, limits and kept answers."""

    world: World
    tokens: Tokens
    throttle: Throttle = field(default_factory=Throttle)
    replays: Replays = field(default_factory=Replays)

    async def serve(self, operation: Operation, request: Request) -> Response:
        """One API call, from the checks every call gets to the headers every answer has."""
        try:
            response = await self._answer(operation, request)
        except Refusal as refusal:
            noise_key = request.url.path if self.world.settings.noise else ""
            response = refused(refusal, noise_key)
        except Missing as unknown:
            response = missing(str(unknown))
        return _signed(request, response)

    async def issue(self, request: Request, *, v2: bool) -> Response:
        """The token endpoints."""
        if request.url.query:
            return missing(f"query parameters on {request.url.path}")
        async with request.form(max_files=0, max_fields=20) as parsed:
            form = {name: value for name, value in parsed.items() if isinstance(value, str)}
        try:
            return JSONResponse(self.tokens.issue(request.path_params["tenant"], form, self.world.settings, v2))
        except TokenRefusal as refusal:
            return token_error(refusal, self.world.clock())
        except Missing as unknown:
            return missing(str(unknown))

    async def document(self, request: Request) -> Response:
        try:
            return open_document(self.world, request.path_params["ticket"])
        except Missing as unknown:
            return missing(str(unknown))

    async def _answer(self, operation: Operation, request: Request) -> Response:
        if request.method != operation.method:
            raise Missing(f"{request.method} {operation.path}")
        unknown = sorted(set(request.query_params) - set(operation.query))
        if unknown:
            raise Missing(f"query parameters {', '.join(unknown)} on {operation.method} {operation.path}")
        accepted = request.headers.get("accept", "*/*").lower()
        if not operation.file and not any(kind in accepted for kind in JSON_ACCEPTED):
            return Response(status_code=406)
        token = self.tokens.check(request.headers.get("authorization"), operation.user_only)
        _note_actor(request, token)
        world, settings = self.world, self.world.settings
        wait = self.throttle.wait(self.tokens.tenant_id, operation.family, settings.requests_per_minute, world.clock())
        if wait:
            return throttled(wait)
        customer = self._customer(request.path_params.get("customer_id"))
        body = await _read(operation, request, world)
        settle(world)
        call = Call(
            world=world,
            token=token,
            now=world.now(),
            params=request.path_params,
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            root=f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}",
            found=customer,
            body=body.document,
            metadata=body.metadata,
            uploads=body.uploads,
        )
        if operation.reads is None or "ms-requestid" not in call.headers:
            return operation.handler(call)
        return self._once(operation, request, call, body.fingerprint)

    def _once(self, operation: Operation, request: Request, call: Call, fingerprint: str) -> Response:
        """Writes with an MS-RequestId are done once; refusals are kept like successes."""
        key = (call.token.subject, operation.method, request.url.path, call.headers["ms-requestid"].lower())
        now = self.world.clock()
        kept = self.replays.recall(key, fingerprint, self.world.settings.replay_window_seconds, now)
        if kept is not None:
            return kept
        try:
            response = operation.handler(call)
        except Refusal as refusal:
            response = refused(refusal, request.url.path if self.world.settings.noise else "")
        self.replays.keep(key, fingerprint, response, now)
        return response

    def _customer(self, identity: str | None) -> Customer | None:
        if identity is None:
            return None
        if not GUID.fullmatch(identity):
            raise Refusal(400, 900118)
        customer = self.world.customers.get(identity.lower())
        if customer is None or not customer.related:
            raise Refusal(403, 20002)
        return customer


def create_app(office: Callable[[], Office]) -> Starlette:
    """Routes to the office of the moment: a reset puts up a new one."""

    def endpoint(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            return await office().serve(operation, request)

        return serve

    async def issue(request: Request, *, v2: bool) -> Response:
        return await office().issue(request, v2=v2)

    async def document(request: Request) -> Response:
        return await office().document(request)

    async def unknown(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code in (404, 405):
            return missing(f"{request.method} {request.url.path}")
        return missing(f"{request.method} {request.url.path}: the request cannot be read")

    app = Starlette(
        routes=[
            Route("/{tenant}/oauth2/token", partial(issue, v2=False), methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/token", partial(issue, v2=True), methods=["POST"]),
            Route("/agreement-documents/{ticket}", document, methods=["GET"]),
            *(Route(one.path, endpoint(one), methods=[one.method]) for one in OPERATIONS),
        ],
        exception_handlers={HTTPException: unknown},
    )
    app.router.redirect_slashes = False
    return app


async def _read(operation: Operation, request: Request, world: World) -> Body:
    if operation.reads == "json":
        return await read_json(request)
    if operation.reads == "form":
        return await read_form(request, world.settings)
    if operation.reads == "anything":
        # What a checkout's body says means nothing, so it is no part of what makes two calls the same.
        await read_raw(request)
    return Body()


def _note_actor(request: Request, token: AccessToken) -> None:
    call = request.scope.get("sandbox.call")
    if call is not None:
        call.actor = token.kind


def _signed(request: Request, response: Response) -> Response:
    """Adds the headers of every answer (headers page, recorded exchanges)."""
    given = request.headers
    locale = given.get("x-locale", "en-US")
    response.headers["MS-RequestId"] = given.get("ms-requestid", str(uuid4()))
    response.headers["MS-CorrelationId"] = given.get("ms-correlationid", str(uuid4()))
    response.headers["MS-CV"] = f"{given.get('ms-cv', 'sF/wSandboxEmuBABc')}.0"
    response.headers["MS-ServerId"] = "020021921"
    response.headers["X-Locale"] = f"{locale},{locale}"
    if given.get("validatemfa", "").lower() == "true":
        response.headers["isMfaCompliant"] = "true"
    return response
