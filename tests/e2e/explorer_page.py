"""The built explorer on a server of its own that answers for a small schema, and what a person does on its page."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from graphql import GraphQLResolveInfo, build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.edge import explorer
from tests.e2e.chromium import Page

SCHEMA = build_schema("""
scalar Upload
type Query { "Says hello." greeting(name: String = "you"): String! }
input FileInput { kind: String! description: String file: Upload! }
input AddInput { parentId: ID! note: String files: [FileInput!]! scan: Upload }
type Mutation { "The names of what was uploaded." add(input: AddInput!): [String!]! }
""")


@dataclass(frozen=True)
class Sent:
    """One multipart request: its parts' names in order, its JSON parts, and name, type and bytes of each file."""

    headers: dict[str, str]
    parts: list[str]
    operations: dict[str, Any]
    map: dict[str, list[str]]
    files: dict[str, tuple[str | None, str | None, bytes]]


@dataclass
class Gateway:
    """A server with the explorer's page, and the GraphQL requests that reached it as JSON and as multipart."""

    origin: str = ""
    calls: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    uploads: list[Sent] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)  # more extensions of each answer
    streamed: list[dict[str, Any]] = field(default_factory=list)  # the answers to the next upload, if it is to stream

    async def graphql(self, request: Request) -> Response:
        if request.method == "GET":
            return explorer.page(request)
        if request.headers["content-type"].startswith("multipart/form-data"):
            sent = await _read(request)
            self.uploads.append(sent)
            body = _placed(sent)
        else:
            body = await request.json()
            self.calls.append((dict(request.headers), body))
        if self.streamed and self.uploads:
            return _stream(self.streamed)
        root = {"greeting": lambda _info, name: f"Hello {name}!", "add": _add}
        result = graphql_sync(SCHEMA, body["query"], root, variable_values=body.get("variables"))
        extensions = {"request": len(self.calls) + len(self.uploads), **self.told}
        return JSONResponse({**result.formatted, "extensions": extensions})

    def operations(self) -> list[str]:
        """The names of the operations that came as JSON."""
        return [body["operationName"] for _, body in self.calls]


@contextmanager
def serving() -> Iterator[Gateway]:
    """A running server on a free port, ended with the block."""
    assert (explorer.BUILD / "index.html").is_file(), "the explorer is not built: run `python web/build.py`"
    gateway = Gateway()
    app = Starlette(routes=[Route("/graphql", gateway.graphql, methods=["GET", "POST"]), *explorer.routes])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gateway.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield gateway
        finally:
            server.should_exit = True
            thread.join(10)


async def open_explorer(page: Page, gateway: Gateway) -> None:
    await page.goto(f"{gateway.origin}/graphql")
    await page.until("document.querySelector('.graphiql-query-editor .view-line')")
    await page.until("document.querySelector('.graphiql-execute-button')")
    await page.until("performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/graphql'))")


async def write(page: Page, editor: str, text: str) -> None:
    """Puts `text` into an empty Monaco editor as a paste does."""
    await page.until(f"document.querySelector('{editor} textarea')")
    await page.until(
        f"(document.querySelector('{editor} textarea').focus(), document.querySelector('{editor} .focused'))"
    )
    await page.insert(text)
    await page.until(f"document.querySelector('{editor} .view-line').innerText.trim()")


async def response(page: Page, contains: str) -> str:
    """The shown answer without its blanks, once it contains a text: Monaco breaks long lines, also within words."""
    text = "document.querySelector('.graphiql-response')?.innerText.replace(/\\s+/g, '')"
    await page.until(f"{text}?.includes({json.dumps(''.join(contains.split()))})")
    return str(await page.evaluate(text))


def assert_nothing_wrong(page: Page, gateway: Gateway) -> None:
    assert page.complaints == []
    foreign = [url for url in page.requests if not url.startswith((f"{gateway.origin}/", "data:"))]
    assert foreign == []


async def _read(request: Request) -> Sent:
    async with request.form() as form:
        parts = form.multi_items()
        files = {
            name: (part.filename, part.content_type, await part.read())
            for name, part in parts
            if isinstance(part, UploadFile)
        }
        operations, places = (json.loads(str(form[name])) for name in ("operations", "map"))
    return Sent(dict(request.headers), [name for name, _ in parts], operations, places, files)


def _placed(sent: Sent) -> dict[str, Any]:
    """The operation with each file's name in its place, which held null."""
    body: dict[str, Any] = json.loads(json.dumps(sent.operations))
    for part, paths in sent.map.items():
        for path in paths:
            *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
            holder: Any = body
            for step in steps:
                holder = holder[step]
            assert holder[last] is None, path
            holder[last] = sent.files[part][0]
    return body


def _add(_info: GraphQLResolveInfo[Any], input: dict[str, Any]) -> list[str]:
    return [file["file"] for file in input["files"]] + ([input["scan"]] if input.get("scan") else [])


def _stream(answers: list[dict[str, Any]]) -> Response:
    parts = [f"--x\r\ncontent-type: application/json\r\n\r\n{json.dumps(answer)}\r\n" for answer in answers]
    return Response("".join(parts) + "--x--\r\n", media_type='multipart/mixed; boundary="x"')
