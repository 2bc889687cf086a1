"""Uploads: a GraphQL request as a form, its files spooled to disk and held to their limits while they are read.

https://github.com/jaydenseric/graphql-multipart-request-spec: the parts `operations` and `map` first, then the files.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from gateway.accounts import Accounts
from gateway.edge.form import Event, FormReader, Head, Malformed, Mark, boundary_of
from gateway.edge.places import Place, places
from gateway.edge.refusals import CLOSE, Refused
from gateway.edge.requests import stated_length
from gateway.errors import BadUserInput, InvalidId, LimitExceeded
from gateway.model.files import UploadLimits, media_type
from gateway.model.principal import Principal
from gateway.model.ref import Kind
from gateway.schema.access import ATTACHING, require
from gateway.store.intake import Intake, Quota
from gateway.store.spool import Spool, SpooledFile, SpoolFull

FORM: Final = "multipart/form-data"
# A page elsewhere can post a form with a visitor's rights unasked, but none of these headers.
PREFLIGHT: Final = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")
MAX_TEXT: Final = 1024 * 1024  # of `operations` and of `map`: what a JSON body may hold
FEED_BYTES: Final = 64 * 1024
PARENTS: Final = frozenset({Kind.ORDER, Kind.AGREEMENT})


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one request: bytes and files in all, seconds for the whole body and for each wait within it."""

    max_bytes: int
    max_files: int
    whole_seconds: float = 1_800.0
    piece_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A request as it would have come in JSON, but with a SpooledFile at each place of a file."""

    operations: dict[str, Any]
    files: tuple[SpooledFile, ...]

    def close(self) -> None:
        for file in self.files:
            file.close()


class Uploads:
    def __init__(self, accounts: Accounts, spool: Spool, bounds: Bounds) -> None:
        self._accounts = accounts
        self._spool = spool
        self._bounds = bounds
        self._own = UploadLimits(bounds.max_bytes, bounds.max_files, bounds.max_bytes)

    async def read(self, request: Request, principal: Principal) -> Upload:
        """The whole request; the caller closes it. Raises Refused, Forbidden, or starlette's ClientDisconnect."""
        if not any(request.headers.get(name) for name in PREFLIGHT):
            raise Refused(400, BadUserInput("A form needs the header GraphQL-Require-Preflight, with any value."))
        require(principal, ATTACHING)
        limits = partial(self._limits, self._accounts.seen_by(principal))
        reading = Reading(self._spool, limits, self._bounds.max_files)
        try:
            form = FormReader(boundary_of(request.headers["content-type"]))
            async with asyncio.timeout(self._bounds.whole_seconds):
                await self._read(request, form, reading)
            return reading.finished()
        except BaseException as error:
            reading.close()
            raise refusal(error) from None

    async def _read(self, request: Request, form: FormReader, reading: Reading) -> None:
        total = stated_length(request.headers)
        if total > self._bounds.max_bytes:
            raise TooLarge
        total = 0
        async with aclosing(request.stream()) as pieces:
            while True:
                async with asyncio.timeout(self._bounds.piece_seconds):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                total += len(piece)
                if total > self._bounds.max_bytes:
                    raise TooLarge
                for start in range(0, len(piece), FEED_BYTES):
                    for event in form.feed(piece[start : start + FEED_BYTES]):
                        await reading.take(event)
        form.finish()

    def _limits(self, accounts: Accounts, place: Place) -> tuple[int, UploadLimits]:
        """Which input the place belongs to, and what that may hold: as the account's vendor has it, if it can be told.

        Files stand in the input of a mutation, beside the `parentId` that they are for.
        """
        parent = next((one for one in place.around if isinstance(one.get("parentId"), str)), None)
        if parent is None:
            return 0, self._own
        try:
            ref = accounts.ref(parent["parentId"], PARENTS)
        except InvalidId:
            return id(parent), self._own
        return id(parent), accounts[ref.account].upload_limits or self._own


class TooLarge(Exception):
    """More came than a request may hold."""


class Reading:
    """One request as far as it was read."""

    def __init__(self, spool: Spool, limits: Callable[[Place], tuple[int, UploadLimits]], max_files: int) -> None:
        self._spool = spool
        self._limits = limits
        self._max_files = max_files
        self._text = bytearray()
        self._operations: dict[str, Any] | None = None
        self._places: dict[str, tuple[Place, ...]] | None = None
        self._quotas: dict[int, Quota] = {}
        self._part = ""
        self._intake: Intake | None = None
        self._files: dict[str, SpooledFile] = {}

    async def take(self, event: Event) -> None:
        """Raises Malformed, TooLarge, SpoolFull."""
        match event:
            case Head():
                self._begin(event)
            case Mark.END:
                await self._end()
            case bytes():
                await self._data(event)

    def finished(self) -> Upload:
        """Raises Malformed where something is missing."""
        if self._operations is None or self._places is None or self._files.keys() != self._places.keys():
            raise Malformed("The form ends without operations, without map, or without a file that map names.")
        for part, wanted in self._places.items():
            for place in wanted:
                place.put(self._files[part])
        return Upload(self._operations, tuple(self._files.values()))

    def close(self) -> None:
        if self._intake is not None:
            self._intake.close()
        for file in self._files.values():
            file.close()

    def _begin(self, head: Head) -> None:
        self._part = head.name
        if self._operations is None or self._places is None:
            if head.name != ("operations" if self._operations is None else "map"):
                raise Malformed("The first two parts must be operations and map, in this order.")
            return
        wanted = self._places.get(head.name)
        if wanted is None or head.name in self._files:
            raise Malformed("A part is not in map, or comes twice.")
        if not head.filename:
            raise Malformed("A file has no name.")
        self._intake = Intake(self._spool, head.filename, head.content_type, [self._quota(place) for place in wanted])

    def _quota(self, place: Place) -> Quota:
        scope, limits = self._limits(place)
        return self._quotas.setdefault(scope, Quota(limits))

    async def _data(self, data: bytes) -> None:
        if self._intake is not None:
            await self._intake.write(data)
        elif len(self._text) + len(data) > MAX_TEXT:
            raise TooLarge
        else:
            self._text += data

    async def _end(self) -> None:
        if self._intake is not None:
            self._files[self._part] = await self._intake.finish()
            self._intake = None
            return
        value = parsed(bytes(self._text), self._part)
        self._text.clear()
        if self._operations is None:
            if not isinstance(value, dict):
                raise Malformed("The part operations must hold one JSON object; lists of operations are not taken.")
            self._operations = value
        else:
            self._places = places(self._operations, value, self._max_files)


def is_form(scope: Scope) -> bool:
    """Whether this is a request whose body `Uploads` reads."""
    return scope.get("method") == "POST" and media_type(Headers(scope=scope).get("content-type")) == FORM


def parsed(text: bytes, part: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        raise Malformed(f"The part {part} is not JSON.") from None


def refusal(error: BaseException) -> BaseException:
    """What is raised to the endpoint for what went wrong while reading."""
    match error:
        case Malformed():
            return Refused(400, BadUserInput(str(error)))
        case TooLarge():
            return Refused(413, LimitExceeded("The request is too large.", limit="max_upload_bytes"))
        case TimeoutError():
            return Refused(408, BadUserInput("The body came too slowly."), CLOSE)
        case SpoolFull():
            return Refused(503, error)
        case _:
            return error
