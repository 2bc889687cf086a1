"""Rendered templates: Markdown with its placeholders filled, answered as a JSON string."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from gateway.sandbox.softwareone.call import Call
from gateway.sandbox.softwareone.problems import missing
from gateway.sandbox.softwareone.query import no_query
from gateway.sandbox.softwareone.state import Row
from gateway.sandbox.softwareone.tree import lookup

PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def markdown(call: Call, template: Row | None, context: dict[str, Any], *known: str) -> Response:
    """The object's template over `context`; an object without one renders an empty text."""
    no_query(call.query, "language", *known)
    if template is None:
        return JSONResponse("")
    row = call.state["templates"].get(template["id"])
    if row is None:
        raise missing("The template was not found.")
    return JSONResponse(
        PLACEHOLDER.sub(lambda found: str(lookup(context, tuple(found[1].split("."))) or ""), row["content"])
    )
