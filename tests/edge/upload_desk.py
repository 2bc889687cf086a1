"""A GraphQL endpoint that takes files, over fake accounts, and forms to post to it."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.schema.config import StrawberryConfig

from gateway.accounts import Accounts
from gateway.edge.graphql import Endpoint
from gateway.edge.identity import Identities
from gateway.edge.operations import Operations
from gateway.edge.uploads import Bounds, Uploads
from gateway.model.files import UploadLimits
from gateway.model.ref import Kind, Ref
from gateway.policy import Auth
from gateway.schema.build import Answering, GatewaySchema
from gateway.schema.scalars import SCALARS, Upload
from gateway.store.spool import Spool
from tests.fakes import FakeAdapter, Links, NoWriter

MIB = 1024 * 1024
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
PREFLIGHT = {"graphql-require-preflight": "1"}
QUERY = "query($input: Input) { taken(input: $input) }"


@strawberry.input
class FileInput:
    file: Upload | None = None
    name: str | None = None


@strawberry.input
class Input:
    parent_id: str | None = None
    files: list[FileInput] | None = None
    more: Input | None = None


@dataclass
class Desk:
    """`seen` are the files of the last request as its resolver had them; `used` and `open` the spool's then."""

    spool: Spool
    uploads: Uploads
    app: Starlette
    client: httpx.AsyncClient
    seen: list[Any] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    used: int = 0
    open: int = 0

    async def post(self, body: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
        named = {"content-type": TYPE, **PREFLIGHT, **{key.replace("_", "-"): value for key, value in headers.items()}}
        return await self.client.post("/graphql", content=body, headers=named)

    async def send(self, variables: object, mapped: object, *files: bytes, query: str = QUERY) -> httpx.Response:
        """Posts files that are whole parts, in the order of the specification."""
        return await self.post(form(operations(variables, query), text("map", mapped), *files))

    def is_clean(self) -> bool:
        return (self.spool.used, self.spool.open) == (0, 0)


@asynccontextmanager
async def desk(
    directory: Path,
    limits: Mapping[str, UploadLimits | None] | None = None,
    bounds: Bounds | None = None,
    max_bytes: int = 50 * MIB,
) -> AsyncIterator[Desk]:
    """An endpoint over accounts with these limits, by their id."""
    adapters = []
    for name, known in (limits or {}).items():
        adapters.append(FakeAdapter.named(name))
        adapters[-1].upload_limits = known
    accounts = Accounts(adapters)
    spool = Spool(directory, max_bytes, reserve=0)
    uploads = Uploads(accounts, spool, bounds or Bounds(max_bytes=8 * MIB, max_files=20))

    @strawberry.type
    class Query:
        @strawberry.field
        async def taken(self, input: Input | None = None) -> str:
            here.used, here.open = spool.used, spool.open
            here.seen = list(files_of(input))
            here.contents = [
                b"".join([piece async for piece in file.pieces()]) for file in here.seen if file.trouble is None
            ]
            return "taken"

        @strawberry.field
        async def echo(self, text: str) -> str:
            return text

    schema = GatewaySchema(query=Query, config=StrawberryConfig(scalar_map=SCALARS), extensions=[Answering])
    app = Starlette(routes=[Route("/graphql", Endpoint())])
    app.state.identities = Identities(Auth())
    app.state.operations = Operations(schema, accounts, Links(), NoWriter())
    app.state.uploads = uploads
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        here = Desk(spool, uploads, app, client)
        yield here


def files_of(given: Input | None) -> Iterable[Any]:
    while given is not None:
        yield from (one.file for one in given.files or () if one.file is not None)
        given = given.more


def order_id(account: str) -> str:
    return Ref.of(account, Kind.ORDER, "1").encode()


def part(name: str, data: bytes, *more: str) -> bytes:
    """One part as it stands in a form; `more` are header lines, and `; filename="x"` goes on in the first."""
    first = f'Content-Disposition: form-data; name="{name}"'
    lines = [first + more[0], *more[1:]] if more and more[0].startswith(";") else [first, *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def file(name: str, data: bytes, filename: str = "a.bin", content_type: str = "application/x-any") -> bytes:
    return part(name, data, f'; filename="{filename}"', f"Content-Type: {content_type}")


def text(name: str, value: object) -> bytes:
    return part(name, value if isinstance(value, bytes) else json.dumps(value).encode())


def operations(variables: object, query: str = QUERY) -> bytes:
    return text("operations", {"query": query, "variables": variables})


def one_file(**more: object) -> dict[str, Any]:
    """Variables with one place for a file: `variables.input.files.0.file`."""
    return {"input": {"files": [{"file": None}], **more}}


def many(count: int, **more: object) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Variables with so many places, and a map that gives each its part."""
    variables = {"input": {"files": [{"file": None} for _ in range(count)], **more}}
    return variables, {str(n): [f"variables.input.files.{n}.file"] for n in range(count)}


def form(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    return b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), one) for one in parts) + f"--{boundary}--\r\n".encode()


def in_pieces(body: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return [body[start:end] for start, end in itertools.pairwise(edges)]
