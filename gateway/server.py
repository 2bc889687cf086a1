"""Runs an ASGI app under uvicorn, the way all commands do."""

from __future__ import annotations

import asyncio
import logging
import math
import resource
import signal
import sys
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from gateway.edge.patience import Doorman, PatientHttp, PatientSocket
from gateway.policy import Limits

GRACE_SECONDS: Final = 20
LAST_SECONDS: Final = 2  # after the last deadline, to say what there is
KEEP_ALIVE_SECONDS: Final = 65  # longer than proxies keep theirs, or one would send a request into a closing connection
PING_SECONDS: Final = 20
BACKLOG: Final = 256  # as many connections are taken in one go, before they can be counted
OWN_FILES: Final = 512  # of a process, beside its clients' connections: to vendors, databases, files on their way

log = logging.getLogger("gateway.server")


def serve(
    app: ASGIApp | str,
    host: str,
    port: int,
    workers: int = 1,
    limits: Limits | None = None,
    deadline_seconds: float = 0.0,
) -> None:
    """Serves until interrupted or terminated; `app` is one, or the name of a function that makes one in each worker.
    Requests under way at the end may take their `deadline_seconds`, or GRACE_SECONDS if that is longer."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, ended)  # uvicorn raises it again when all is done, and would so die of it
    told: dict[str, Any] = {"factory": isinstance(app, str), "host": host, "port": port, "workers": workers}
    told |= options(within_files(limits or Limits()))
    told["timeout_graceful_shutdown"] = max(GRACE_SECONDS, math.ceil(deadline_seconds) + LAST_SECONDS)
    if workers == 1:
        uvicorn.run(app, **told)
        return
    config = uvicorn.Config(app, **told)
    Supervisor(config, [config.bind_socket()]).run()


class Supervisor(Multiprocess):
    """Keeps the workers alive. At the end it lets go of the port that it holds for them: or else who connects while the
    last requests are answered would be let in by nobody, and hang."""

    def terminate_all(self) -> None:
        for one in self.sockets:
            one.close()
        super().terminate_all()


def ended(number: int, frame: FrameType | None) -> None:
    """To end when told to is no failure."""
    sys.exit(0)


def options(limits: Limits) -> dict[str, Any]:
    """What uvicorn is told. Its access log is off: it would write signed download links down."""
    doorman = Doorman(limits)  # pickled for each worker, which so has one of its own
    return {
        # uvicorn calls them and asks for no more.
        "http": cast("type[asyncio.Protocol]", partial(PatientHttp, doorman=doorman)),
        "ws": cast("type[asyncio.Protocol]", partial(PatientSocket, doorman=doorman)),
        "ws_max_size": limits.max_body_bytes,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        "ws_per_message_deflate": False,  # a compressor for each client costs more than it saves
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "access_log": False,
        "server_header": False,
        "log_config": None,
    }


def within_files(limits: Limits) -> Limits:
    """No more connections than the process may open: above that, nothing could be opened at all."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(files - OWN_FILES, files // 2)
    if files == resource.RLIM_INFINITY or limits.max_connections <= most:
        return limits
    log.warning("max_connections: %d alone, for this process may open no more than %d files", most, files)
    return replace(limits, max_connections=most)
