"""Runs an ASGI app under uvicorn, the way all commands do."""

from __future__ import annotations

from typing import Final

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS: Final = 20


def serve(app: ASGIApp | str, host: str, port: int, workers: int = 1) -> None:
    """Runs uvicorn without its access log and its WebSockets: both would write signed download links down."""
    uvicorn.run(
        app,
        factory=isinstance(app, str),
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        ws="none",
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
