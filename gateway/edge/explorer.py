"""The GraphiQL page at the GraphQL address, built by `web/` and served from here alone."""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

BUILD = Path(__file__).parent / "graphiql"

# Monaco and GraphiQL set style attributes and add <style> elements for themes and measured sizes, hence unsafe-inline
# for styles; their style sheets carry fonts and images as data addresses. Every script and worker is a file from here.
_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}

_HASHED_NAME = re.compile(r"[\w.-]+-[\w-]{8}\.(js|css|svg|ttf)")

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Order Gateway</title>
<link rel="icon" href="data:,">
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 40rem; padding: 0 1rem }
pre { background: #eef1f5; border-radius: 4px; overflow-x: auto; padding: .75rem 1rem }
</style>
</head>
<body>
<h1>Order Gateway</h1>
%s
</body>
</html>
"""

_NOT_BUILT = """\
<p>The GraphQL API works at this address. Only its explorer, GraphiQL, was not built on this machine.</p>
<p>To build it, run this in the project's folder and reload the page:</p>
<pre>python web/build.py</pre>
<p>Without the explorer, send operations as JSON:</p>
<pre>curl ADDRESS-OF-THIS-PAGE -H 'content-type: application/json' \\
  -d '{"query": "{ __typename }"}'</pre>"""

_NOT_HERE = "<p>The GraphQL API works at this address. There is no page to look at here.</p>"


def page(_request: Request, build: Path = BUILD) -> Response:
    """The explorer's HTML from the folder `build`, or a page that says how to build it; never an error."""
    try:
        html = (build / "index.html").read_text("utf-8")
    except FileNotFoundError:
        html = _FRAME % _NOT_BUILT
    return HTMLResponse(html, headers={**_HEADERS, "Cache-Control": "no-cache"})


def no_page() -> Response:
    """What a browser gets where the explorer is off."""
    return HTMLResponse(_FRAME % _NOT_HERE, 404, {**_HEADERS, "Cache-Control": "no-cache"})


def asset_route(build: Path = BUILD) -> Route:
    """The route of the page's scripts, styles and fonts in `build`; what is not there is a plain 404."""

    def asset(request: Request) -> Response:
        name = request.path_params["name"]
        file = build / "assets" / name
        if not _HASHED_NAME.fullmatch(name) or not file.is_file():
            return PlainTextResponse("Not found", status_code=404, headers=_HEADERS)
        # The name carries a hash of the content: a browser need never ask again.
        return FileResponse(file, headers={**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"})

    return Route("/graphql/assets/{name}", asset, methods=["GET"], name="explorer-asset")


routes: list[BaseRoute] = [asset_route()]
